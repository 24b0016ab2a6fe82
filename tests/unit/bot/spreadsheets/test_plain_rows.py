"""Rows that are read without the parser: whatever stands in a sheet, both ways read the same."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.spreadsheets import worksheet
from bot.spreadsheets.lines import Line, origin_of_bytes
from bot.spreadsheets.worksheet import workbook_lines
from survey_flows.errors import BadInput
from tests.workbooks import HEAD, rows_xml, workbook

FORMATS = [(14, ""), (0, ""), (164, "000"), (9, ""), (165, '0.0"万"')]
SLOW = HEAD.replace('"', "'")
"""A prologue that asks for the parser alone."""
VALUES = (
    "",
    "1",
    "007",
    "40299",
    "1e3",
    "税务",
    "_x0041_",
    "_x",
    " a ",
    "a&amp;b",
    "a>b",
    "\u2028",
)
BEFORE = ("<v>", "<is><t>", '<is><t xml:space="preserve">', "<f>1</f><v>", "<is><r><t>", "")
AFTER = ("</v></c>", "</t></is></c>", "</t></r></is></c>", "</c>", "")
ATTRIBUTES = ("", ' s="1"', ' s="3"', ' s="5"', ' t="s"', ' t="b"', ' s="2" t="n"', ' t="x"')
ROWS = ("", ' spans="1:9"', ' hidden="1"', ' ht="0"', ' ht="1" ht="2"', ' r="7"', ' a:b="c"')
ODD = (
    '<c r="A1"/>',
    "<!-- ",
    " -->",
    "<row r='7'/>",
    '<row r="8"/>',
    "<![CDATA[",
    "]]>",
    "<rPh>",
    "</rPh>",
    "</sheetData><sheetData>",
    "\ufffe",
    "\x01",
    "&#65;",
    "\n",
)

cells = st.builds(
    lambda at, given, *rest: f'<c r="{at}"{given}>' + "".join(rest),
    st.sampled_from(["A1", "B1", "C1", "AB1", "XFD1", "XFE1", ""]),
    st.sampled_from(ATTRIBUTES),
    st.sampled_from(BEFORE),
    st.sampled_from(VALUES),
    st.sampled_from(AFTER),
)
plain_cells = st.builds(
    lambda at, kind, value: (
        f'<c r="{at}1"{kind}><v>{value}</v></c>'
        if value.isascii()
        else f'<c r="{at}1" t="inlineStr"><is><t>{value}</t></is></c>'
    ),
    st.sampled_from("ABCDE"),
    st.sampled_from(["", ' s="1"', ' s="3"', ' s="4"', ' t="s"']),
    st.sampled_from(["0", "1", "7", "40299", "税务", "_x7A0E_务"]),
)
plain = st.lists(plain_cells, max_size=4).map(lambda found: "".join(sorted(found)))
strange = st.lists(st.one_of(plain_cells, cells, st.sampled_from(ODD)), max_size=4).map("".join)
rows = st.builds(
    lambda given, inside, end: f'<row r="@"{given}>{inside}{end}',
    st.sampled_from(ROWS),
    st.one_of(plain, plain, plain, strange),
    st.sampled_from([*["</row>"] * 6, "", "</row >", "</row><!-- ", "</row>\n"]),
)
FIRST = '<row r="1"><c r="A1"><v>1</v></c></row>'
"""It is read by the parser, behind which a plain row may stand."""
sheets = st.lists(st.one_of(rows, rows, rows, st.sampled_from(ODD)), max_size=6).map(
    lambda found: FIRST + "".join(it.replace("@", str(n)) for n, it in enumerate(found, 2))
)


def read(xml: str, head: str) -> list[Line] | str:
    """The lines of a sheet, or its refusal without the row, which the parser tells by lines."""
    with zipfile.ZipFile(io.BytesIO(workbook(xml, formats=FORMATS))) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, part in parts.items():
            sheet = "worksheets/" in name
            archive.writestr(name, part.replace(HEAD.encode(), head.encode()) if sheet else part)
    try:
        return [*workbook_lines(origin_of_bytes("a.xlsx", data.getvalue())).lines]
    except BadInput as error:
        return error.render("en")


@given(sheets)
@settings(max_examples=150)
def test_both_ways_read_a_sheet_alike(xml: str) -> None:
    assert read(xml, HEAD) == read(xml, SLOW)


PLAIN = '<row r="5"><c r="A5"><v>5</v></c><c r="B5" t="inlineStr"><is><t>x</t></is></c></row>'


@pytest.mark.parametrize(
    "before",
    [
        '<row r="2"><c r="A2"><v>1</t></is></c></row>@',
        '<row r="2"><c r="A2" t="inlineStr"><is><t>1</v></c></row>@',
        '<row r="2"><c r="A2"/>1</v></c></row>@',
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v></v></c></row>@',
        '<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>2</v></c></row>@',
        "<!-- </row>@ -->",
        '<row r="2"/><!-- </row>@ -->',
        "<![CDATA[</row>@]]>",
        '<rPh><row r="2"></row>@</rPh>',
        '<x><row r="2"></row>@</x>',
        '<row r="2"></row >@',
        '<c r="A2"><v><row r="2"></row>@</v></c>',
    ],
)
def test_a_plain_row_in_a_strange_place_is_read_as_the_parser_reads_it(before: str) -> None:
    xml = FIRST + before.replace("@", PLAIN)
    assert read(xml, HEAD) == read(xml, SLOW)


def test_a_row_whose_end_is_far_away_is_read_and_one_without_an_end_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worksheet, "BLOCK", 64)
    xml = rows_xml([["a", "b"], ["x" * 500, "y"], ["1", "2"], [7, None, "_x0041_"]])
    found = read(xml, HEAD)
    assert found == read(xml, SLOW)
    assert [[*it.cells] for it in found if isinstance(it, Line)] == [
        ["a", "b"], ["x" * 500, "y"], ["1", "2"], ["7", "", "A"]
    ]  # fmt: skip
    endless = xml.replace("</row>", "")
    assert "damaged" in str(read(endless, HEAD))
    assert read(endless, HEAD) == read(endless, SLOW)
