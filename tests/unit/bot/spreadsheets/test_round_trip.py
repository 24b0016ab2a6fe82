"""A table goes out as a workbook and comes back as it was, whatever its cells hold."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
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
    return read_back(data)


def read_back(data: bytes) -> list[tuple[str, ...]]:
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


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_a_table_that_libreoffice_saved_is_the_same(tmp_path: Path) -> None:
    numbers = ["0.30000000000000004", "123456.123456789012345", "90.50", "-0", "", "999999", "1.1"]
    texts = [*ODD, "_x000D_", "𠮷安 ✔", "😀", '"a"', "2026-01-02", "1/2", "3.10", "税 务", "", "00"]
    rows = [
        (text, numbers[at % len(numbers)], texts[-at - 1] or "x") for at, text in enumerate(texts)
    ]
    for lang in ("zh-Hans", "en"):
        (tmp_path / f"{lang}.xlsx").write_bytes(workbook("t", FIELDS, rows, {}, lang))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    files = [str(path) for path in tmp_path.glob("*.xlsx")]
    order = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", "out", *files]
    subprocess.run(order, cwd=tmp_path, check=True, capture_output=True, timeout=300)
    for lang in ("zh-Hans", "en"):
        assert read_back((tmp_path / "out" / f"{lang}.xlsx").read_bytes()) == rows
