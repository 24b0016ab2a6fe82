"""A table goes out as a workbook and comes back as it was, whatever its cells hold."""

from __future__ import annotations

import io

from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.spreadsheets.columns import Field, match_columns
from bot.spreadsheets.reader import Problems, read_sheet
from bot.spreadsheets.template_workbook import workbook

FIELDS = (
    Field("code", ("代码",), optional=True),
    Field("points", ("加减分",), optional=True, numbers=True),
    Field("note", ("说明",), optional=True),
)
PLAIN = st.text(
    st.characters(codec="utf-8", categories=["L", "M", "N", "P", "S"], exclude_characters="\ufffd#")
    | st.just(" "),
    max_size=20,
).map(str.strip)
NUMBERS = st.one_of(
    st.integers(-999_999, 999_999).map(str),
    st.from_regex(r"-?[0-9]{1,6}\.[0-9]{1,15}", fullmatch=True),
)
ODD = ["=1+1", "@SUM(A1)", "+1", "-1", "'007", "007", "1e5", "TRUE", "1/1"]
ROW = st.tuples(PLAIN | st.sampled_from(ODD), NUMBERS | st.just(""), PLAIN | st.sampled_from(ODD))


def through(rows: list[tuple[str, str, str]], lang: str, save_again: bool) -> list[tuple[str, ...]]:
    data = workbook("t", FIELDS, rows, {}, lang)
    if save_again:
        # Another program reads the workbook and saves it.
        buffer = io.BytesIO()
        load_workbook(io.BytesIO(data)).save(buffer)
        data = buffer.getvalue()
    problems = Problems("t.xlsx")
    found = match_columns(read_sheet("t.xlsx", data), FIELDS, problems)
    problems.settle()
    return [tuple(row.cells[field.name] for field in FIELDS) for row in found]


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW.filter(any), max_size=5), st.sampled_from(["zh-Hans", "en"]), st.booleans())
@example([("007", "0.30000000000000004", "x")], "en", False)
@example([("A", "123456.123456789012345", "")], "zh-Hans", True)
@example([("A", "90.50", "𠮷安 ✔")], "en", True)
@example([("A", "-0", "_x000D_")], "en", False)
def test_a_table_out_and_back_is_the_same(
    rows: list[tuple[str, str, str]], lang: str, save_again: bool
) -> None:
    assert through(rows, lang, save_again) == rows
