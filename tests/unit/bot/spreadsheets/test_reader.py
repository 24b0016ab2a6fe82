"""Tables as offices save them: encodings, habits of spreadsheets, refusals that name the place."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.spreadsheets.reader import read_sheet
from survey_flows.errors import BadInput

TEXT = "单位代码,名称\nFIN,市财政局（本级）\n\nEDU,市教育局\n"
ROWS = [
    (2, {"单位代码": "FIN", "名称": "市财政局（本级）"}),
    (4, {"单位代码": "EDU", "名称": "市教育局"}),
]


def rows(file: str, data: bytes) -> list[tuple[int, dict[str, str]]]:
    return [(row.number, dict(row.cells)) for row in read_sheet(file, data).rows]


def xlsx(*lines: list[Any], formats: dict[str, str] | None = None) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    for cell, form in (formats or {}).items():
        sheet[cell].number_format = form
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_that_spreadsheets_save_reads_the_same(encoding: str) -> None:
    assert rows("a.csv", TEXT.encode(encoding)) == ROWS


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_separators_and_line_ends_read_the_same(separator: str, line_end: str) -> None:
    assert rows("a.csv", TEXT.replace(",", separator).replace("\n", line_end).encode()) == ROWS


def test_a_quoted_cell_over_two_lines_keeps_the_numbers_of_a_spreadsheets_rows() -> None:
    assert rows("a.csv", b'a,b\n1,"x\ny"\n2,z\n') == [
        (2, {"a": "1", "b": "x\ny"}),
        (4, {"a": "2", "b": "z"}),
    ]


def test_a_workbook_reads_as_its_csv_does() -> None:
    assert (
        rows(
            "a.xlsx",
            xlsx(["单位代码", "名称"], ["FIN", "市财政局（本级）"], [], ["EDU", " 市教育局\u3000"]),
        )
        == ROWS
    )


def test_numbers_of_a_workbook_come_with_the_digits_that_it_shows() -> None:
    assert rows("a.xlsx", xlsx(["v"], [85], [0.1 + 0.2], [87.5])) == [
        (2, {"v": "85"}),
        (3, {"v": "0.3"}),
        (4, {"v": "87.5"}),
    ]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (xlsx(["v"], ["=1+1"]), "row 2, column A: the formula has no stored result"),
        (
            xlsx(["v"], [0.855], formats={"A2": "0.0%"}),
            "row 2, column A: the cell is formatted as a percentage",
        ),
        (xlsx(["v"], [True]), "row 2, column A: the cell holds TRUE or FALSE"),
        (xlsx(["v", "v"], [1, 2]), "row 1: the column «v» stands twice"),
        (xlsx(["v", None, "w"], [1, 2, 3]), "row 1: column 2 has no name"),
        (xlsx(["v"], [1, 2]), "row 2: there are more cells than the 1 columns of the header"),
        (xlsx(), "the file is empty"),
        (b"PK no workbook", "this is not an Excel workbook"),
    ],
)
def test_a_doubtful_workbook_is_refused_by_cell(data: bytes, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint.replace("(", r"\(")):
        read_sheet("a.xlsx", data)


@pytest.mark.parametrize(
    ("file", "data", "complaint"),
    [
        ("a.pdf", b"x", "save it as .csv or .xlsx"),
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"a,b\n1,\xff\xff\xff\n", "neither as UTF-8 nor as GB18030"),
        ("a.csv", b"a\0b\n", "neither as UTF-8 nor as GB18030"),
        ("a.csv", b'a,b\n1,2\n3,"4\n', "line 3: this is not proper CSV"),
    ],
)
def test_a_file_that_is_no_table_is_refused(file: str, data: bytes, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        read_sheet(file, data)


def outcome(file: str, data: bytes) -> str:
    """Return the file's name with its columns, or the refusal; other errors fail the test."""
    try:
        return f"{file}: {read_sheet(file, data).columns}"
    except BadInput as refusal:
        return str(refusal)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx"]))
def test_no_bytes_end_in_anything_but_a_table_or_a_sentence(data: bytes, file: str) -> None:
    assert outcome(file, data).startswith(file)


WHOLE = xlsx(["code", "value"], ["FIN", 87.5], ["EDU", "x"])


def damaged(edits: list[tuple[int, int]]) -> bytes:
    """Make a workbook whose sheet has changed bytes, in an intact archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            data = bytearray(old.read(name))
            if name.endswith("sheet1.xml"):
                for place, byte in edits:
                    data[place % len(data)] = byte
            new.writestr(name, bytes(data))
    return buffer.getvalue()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(32, 126)), min_size=1, max_size=6))
def test_a_damaged_workbook_is_a_table_or_a_sentence(edits: list[tuple[int, int]]) -> None:
    assert outcome("a.xlsx", damaged(edits)).startswith("a.xlsx")
