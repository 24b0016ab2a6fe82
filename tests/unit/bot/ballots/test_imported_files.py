"""Ballots in files of other programs: all kinds agree, and what is unclear is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from bot.ballots.imported.coding import CodedBallots, ImportTarget, code_table
from bot.ballots.imported.mapping import read_mapping
from bot.ballots.imported.moments import parse_moment
from bot.core.shipped_files import shipped_questionnaires
from bot.spreadsheets.coded_columns import ColumnarTable
from bot.spreadsheets.columnar import read_table
from survey_flows.errors import BadInput
from tests.workbooks import rows_xml, workbook

CHINA = ZoneInfo("Asia/Shanghai")
MAPPING = """
respondent: id
unit: {column: dept, values: {税务: TAX, 教育: EDU}}
items:
  overall: {column: q1, values: {5: VS, 4: S, 3: B, 2: D, 1: VD, 9: DK}}
time: {column: t, zone: Asia/Shanghai}
"""
HEADER = ["id", "dept", "q1", "t"]
NEEDED = {"id": "respondent", "dept": "unit", "q1": "items.overall"}
"""The columns of the mapping without its time."""


def in_csv(folder: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Path:
    path = folder / "a.csv"
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    path.write_bytes(text.getvalue().encode())
    return path


def in_xlsx(folder: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Path:
    path = folder / "a.xlsx"
    path.write_bytes(workbook(rows_xml([header, *rows])))
    return path


def in_parquet(folder: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Path:
    path = folder / "a.parquet"
    columns = [pa.array(list(cells)) for cells in zip(*rows, strict=True)]
    parquet.write_table(pa.Table.from_arrays(columns, names=list(header)), path)
    return path


WRITERS = {"csv": in_csv, "xlsx": in_xlsx, "parquet": in_parquet}


def texts(table: ColumnarTable) -> dict[str, list[str]]:
    return {name: column.between(0, len(table.numbers)) for name, column in table.columns.items()}


def refusal(path: Path, needed: dict[str, str] | None = None) -> str:
    with pytest.raises(BadInput) as raised:
        read_table(path, needed or NEEDED)
    return str(raised.value)


def coded(folder: Path, moments: Sequence[str], ids: Sequence[str] = ()) -> CodedBallots:
    target = ImportTarget(
        "poll",
        {"TAX": "window", "EDU": "window"},
        {"window": shipped_questionnaires()["window"]},
        ("resident",),
        int(datetime(2026, 11, 1, tzinfo=UTC).timestamp()),
        int(datetime(2026, 12, 1, tzinfo=UTC).timestamp()),
    )
    (folder / "map.yaml").write_text(MAPPING, "utf-8")
    plan = read_mapping(folder / "map.yaml")
    rows = [
        [ids[at] if ids else f"p{at}", "税务", "5", moment] for at, moment in enumerate(moments)
    ]
    path = in_csv(folder, HEADER, rows)
    return code_table(read_table(path, plan.columns()), plan, target, path.name)


@pytest.mark.parametrize("kind", WRITERS)
def test_headings_are_the_same_on_both_sides_whatever_their_width_and_breaks(
    tmp_path: Path, kind: str
) -> None:
    header = ["序号", "单位", "1、您对该单位的总体评价（单选）：", "总体评价\n(1-5)"]
    path = WRITERS[kind](tmp_path, header, [["1", "税务", "5", "4"]])
    needed = {"序号": "", "1、您对该单位的总体评价(单选):": "", "总体评价\n(1-5)": ""}
    assert texts(read_table(path, needed)) == {
        "序号": ["1"],
        "1、您对该单位的总体评价(单选):": ["5"],
        "总体评价\n(1-5)": ["4"],
    }


def test_of_two_headings_that_differ_in_width_the_one_written_so_is_meant(tmp_path: Path) -> None:
    path = in_csv(tmp_path, ["Q1", "Ｑ１"], [["a", "b"]])
    assert texts(read_table(path, {"Ｑ１": "x"})) == {"Ｑ１": ["b"]}
    assert "which the mapping's x names, stands twice" in refusal(path, {"q1": "x"})


def test_columns_that_nobody_asks_for_are_no_concern(tmp_path: Path) -> None:
    header = ["id", "dept", "q1", "查询结果", "是否本地", "其他", "其他", ""]
    rows = [["1", "税务", "5", "#N/A", "TRUE", "", "\x01", "旁注"]]
    errors = ['<c r="@" t="e"><v>#N/A</v></c>', '<c r="@" t="b"><v>1</v></c>', None, None, "x"]
    book = in_xlsx(tmp_path, header, [["1", "税务", "5", *errors]])
    expected = {"id": ["1"], "dept": ["税务"], "q1": ["5"]}
    for path in (in_csv(tmp_path, header, rows), book):
        assert texts(read_table(path, NEEDED)) == expected
    assert "row 2, column 查询结果: the cell holds the error #N/A" in refusal(
        book, {"查询结果": "x"}
    )


LONG = "4.30102E+17"


@pytest.mark.parametrize(
    "identity", [LONG, "4.3E+8", "430102199001012000", "6222021234567890000", "-1e5"]
)
def test_a_number_that_a_spreadsheet_cut_identifies_nobody(tmp_path: Path, identity: str) -> None:
    with pytest.raises(BadInput, match=r"row 2, column id: .* is what a spreadsheet leaves"):
        coded(tmp_path, ["2026-11-03"], [identity])


@pytest.mark.parametrize(
    "identity", ["430102199001011234", "13900000000", "1E", "E17", "11010119900101100X", "1e"]
)
def test_a_whole_number_or_name_identifies_somebody(tmp_path: Path, identity: str) -> None:
    assert coded(tmp_path, ["2026-11-03"], [identity]).rows == 1


def test_number_cells_of_more_than_15_digits_are_refused_by_row(tmp_path: Path) -> None:
    rows = [[4.3010219900101126e17, "税务", 5], [4.3010219900101126e17, "税务", 4]]
    for write in (in_xlsx, in_parquet):
        found = refusal(write(tmp_path, HEADER[:3], rows))
        assert "row 2, column id: a number cell keeps 15 digits only" in found
        assert "row 3, column id" in found
    exact = in_parquet(tmp_path, HEADER[:3], [[430102199001011234, "税务", 5]])
    assert texts(read_table(exact, NEEDED))["id"] == ["430102199001011234"]


CLEAR = {
    "2026/11/3 8:30": 1793665800,
    "2026年11月3日 8:30": 1793665800,
    "2026-11-3 8:30": 1793665800,
    "2026/11/03 08:30:12": 1793665812,
    "2026年11月3日8时30分": 1793665800,
    "2026.11.3 8:30": 1793665800,
    "2026/11/3 上午 8:30": 1793665800,
    "2026/11/3 8:30 AM": 1793665800,
    "2026/11/3 下午8:30": 1793709000,
    "2026/11/3 12:05 AM": 1793635500,
    "2026-11-03": 1793635200,
    "20261103": 1793635200,
    "2026年11月3日": 1793635200,
    "2026-11-03T08:30:00Z": 1793694600,
    "2026-11-03T08:30:00.123456789+08:00": 1793665800,
    "2026-11-02 19:30:00-0500": 1793665800,
    "1793665800": 1793665800,
}


@pytest.mark.parametrize(("text", "seconds"), CLEAR.items())
def test_a_clear_moment_is_read(text: str, seconds: int) -> None:
    assert parse_moment(text, CHINA) == seconds


@pytest.mark.parametrize(
    "text",
    [
        *("1793665800000", "20261103083000", "46329.354", "0.5", "11/3/2026 8:30", "2026-W45-2"),
        *("2026-13-01", "2026-02-30", "2026/11-3", "2026-11-03T25:00", "8:30", "2026-11-03 8", ""),
        *(
            "2026-11-03 13:00 PM",
            "2026-11-03 上午 8:30 AM",
            "2026-11-03+08:00",
            "2026-11-03 8:30 x",
        ),
    ],
)
def test_an_unclear_moment_is_none(text: str) -> None:
    assert parse_moment(text, CHINA) is None


def test_moments_outside_the_campaigns_years_are_refused_by_row(tmp_path: Path) -> None:
    outside = ["1926-11-03T08:30", "2126-11-03T08:30", "2025-12-31", "1793665800000"]
    with pytest.raises(BadInput) as raised:
        coded(tmp_path, ["2026-11-03", *outside])
    lines = str(raised.value).splitlines()[1:]
    assert [line.split(",")[0].strip() for line in lines] == ["row 3", "row 4", "row 5", "row 6"]
    assert "is not in the campaign's years 2026 to 2026" in lines[0]
    assert "is no time" in lines[3]


SENTENCE = "a.parquet, column id: the column holds "


@pytest.mark.parametrize(
    ("values", "kind", "shown"),
    [
        ([["a"]], pa.list_(pa.string()), SENTENCE + "list<"),
        ([{"a": 1}], pa.struct([("a", pa.int64())]), SENTENCE + "struct<"),
        ([[("a", 1)]], pa.map_(pa.string(), pa.int64()), SENTENCE + "map<"),
        ([b"\xff"], pa.binary(), SENTENCE + "binary"),
        ([b"12"], pa.binary(2), SENTENCE + "fixed_size_binary"),
        ([5], pa.duration("s"), SENTENCE + "duration"),
        ([Decimal("5.500")], pa.decimal128(10, 3), "5.5"),
        ([Decimal("1200")], pa.decimal256(40, 2), "1200"),
        ([10**18 + 1], pa.int64(), "1000000000000000001"),
        ([5.0], pa.float32(), "5"),
        ([float("inf")], pa.float64(), "a.parquet, row 2, column id: the cell holds the error inf"),
        ([1e300], pa.float64(), "a.parquet, row 2, column id: a number cell keeps 15 digits"),
        ([True], pa.bool_(), "TRUE"),
        ([date(2026, 11, 3)], pa.date32(), "2026-11-03"),
        ([10**6], pa.date32(), "4707-11-29"),
        ([10**8], pa.date32(), "a.parquet, row 2, column id: "),
        ([datetime(2026, 11, 3, 8, 30)], pa.timestamp("ns"), "2026-11-03T08:30:00"),  # noqa: DTZ001
        ([datetime(2026, 11, 3)], pa.timestamp("ms"), "2026-11-03"),  # noqa: DTZ001
        ([0], pa.timestamp("s", "Asia/Shanghai"), "1970-01-01T08:00:00+08:00"),
        ([10**15], pa.timestamp("s"), "a.parquet, row 2, column id: "),
        ([-(10**15)], pa.timestamp("ms", "UTC"), "a.parquet, row 2, column id: "),
        ([3_600_000], pa.time32("ms"), "01:00:00"),
        (["a"], pa.dictionary(pa.int8(), pa.string()), "a"),
        (["a"], pa.large_string(), "a"),
        ([None, "x"], pa.string(), "x"),
        (
            ["\ufffd"],
            pa.string(),
            "a.parquet, row 2, column id: the text holds the hidden character",
        ),
    ],
)
def test_each_type_of_parquet_is_a_text_or_a_sentence(
    tmp_path: Path, values: list[Any], kind: pa.DataType, shown: str
) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"id": pa.array(values, kind)}), path)
    if shown.startswith("a.parquet"):
        assert refusal(path, {"id": "respondent"}).startswith(shown)
    else:
        assert texts(read_table(path, {"id": "respondent"})) == {"id": [shown]}


def test_broken_text_in_parquet_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xe5\xb1")]
    )
    parquet.write_table(pa.table({"id": broken}), path)
    assert "row 2, column id: the text is UTF-8, but is broken here" in refusal(path, {"id": "x"})


def test_many_wrong_rows_are_counted(tmp_path: Path) -> None:
    path = in_csv(tmp_path, HEADER[:3], [["#N/A", "税务", "5"]] * 50)
    assert refusal(path).endswith("column id: and 31 more rows are wrong")


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12).map(
    lambda it: it.strip()
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6))
def test_the_three_kinds_of_files_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("same")
    found = set()
    for write in WRITERS.values():
        path = write(folder, ["id", "dept"], [list(row) for row in rows])
        try:
            table = read_table(path, {"id": "respondent", "dept": "unit"})
            found.add(repr((texts(table), table.numbers.tolist())))
        except BadInput as error:
            found.add(str(error).replace(path.name, "a"))
    assert len(found) == 1, found
