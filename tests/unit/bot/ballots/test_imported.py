"""Ballots that were collected elsewhere: stored whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from tempfile import mkdtemp

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ballots.imported.importer import ImportSummary, import_ballots
from bot.campaigns.summaries import show_campaign
from bot.core.clock import SystemClock
from bot.crypto.gate_keys import make_gate_keys
from bot.results.scoring import score_campaign
from bot.storage.database import open_database, reading
from bot.storage.migrate import migrate
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput

KEYS = make_gate_keys(Path(mkdtemp()))
MAPPING = """
respondent: [name, phone]
unit: {column: dept, values: {1: TAX, 2: EDU}}
group: {column: who, values: {民: resident, 企: enterprise}}
stratum: area
source: {constant: survey}
time: {column: when, zone: Asia/Shanghai}
comment: said
items:
  contact: {constant: used}
  overall: {column: q1, values: &scale {5: VS, 4: S, 3: B, 2: D, 1: VD, 9: DK}}
  ease: {column: q2, values: *scale}
  speed: {column: q3, values: *scale}
  attitude: {column: q4, values: *scale}
campaign:
  id: last-year
  year: 2025
  title: {zh-Hans: 去年, en: Last year}
  opens: 2025-11-01T00:00:00+08:00
  closes: 2025-12-01T00:00:00+08:00
  questionnaire: window
  category: B_econ
  units:
    - {code: TAX, name: {zh-Hans: 税务局, en: Tax}}
    - {code: EDU, name: {zh-Hans: 教育局, en: Education}}
"""
HEADER = ["name", "phone", "dept", "who", "area", "when", "said", "q1", "q2", "q3", "q4"]
ROWS = [
    ["王一", "13900000001", "1", "民", "岳麓区", "2025-11-03 09:00", "快一点", "5", "4", "4", "9"],
    ["王一", "13900000001", "2", "民", "岳麓区", "2025-11-03 09:05", "", "3", "3", "", "3"],
    ["李二", "13900000002", "1", "企", "", "2025-11-04T10:00:00+08:00", "", "1", "2", "2", "2"],
    ["李二", "13900000002", "1", "企", "", "2025-11-04 09:00", "早先", "5", "5", "5", "5"],
]
STORED = [
    ("EDU", "resident", "岳麓区", "survey", "B B - B"),
    ("TAX", "enterprise", "", "survey", "VD D D D"),
    ("TAX", "resident", "岳麓区", "survey", "VS S S DK"),
]


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[AsyncEngine]:
    opened = open_database(store_url)
    await migrate(opened)
    yield opened
    await opened.dispose()


def write(
    folder: Path, kind: str = "csv", rows: Sequence[Sequence[str]] = ROWS, encoding: str = "utf-8"
) -> Path:
    path = folder / f"answers.{kind}"
    if kind == "csv":
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows([HEADER, *rows])
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        for line in [HEADER, *rows]:
            book.active.append([int(c) if c.isdigit() and len(c) < 3 else c for c in line])
        book.save(path)
    else:
        parquet.write_table(
            pa.table(dict(zip(HEADER, map(list, zip(*rows, strict=True)), strict=True))), path
        )
    return path


async def run(
    database: AsyncEngine, file: Path, mapping: str = MAPPING, campaign: str = ""
) -> ImportSummary:
    path = file.parent / "map.yaml"
    path.write_text(mapping, "utf-8")
    return await import_ballots(database, KEYS, SystemClock(), file, path, campaign)


async def stored(database: AsyncEngine) -> list[tuple[str, ...]]:
    columns = tables.ballots.c
    query = select(columns.unit, columns.grp, columns.stratum, columns.source, columns.ratings)
    async with reading(database) as connection:
        return sorted(tuple(row) for row in await connection.execute(query))


async def comments(database: AsyncEngine) -> list[tuple[str, str]]:
    async with reading(database) as connection:
        found = await connection.execute(select(tables.comments.c.unit, tables.comments.c.text))
        return sorted((row[0], row[1]) for row in found)


def written(folder: Path) -> bytes:
    """Return all bytes that the database wrote, its log included."""
    return b"".join(path.read_bytes() for path in folder.glob("minping.sqlite3*"))


async def empty(database: AsyncEngine) -> bool:
    async with reading(database) as connection:
        campaigns = (await connection.execute(select(tables.campaigns.c.id))).all()
    return not campaigns and await stored(database) == []


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [("csv", "utf-8"), ("csv", "utf-8-sig"), ("csv", "gb18030"), ("xlsx", ""), ("parquet", "")],
)
async def test_every_kind_of_file_gives_the_same_ballots(
    database: AsyncEngine, tmp_path: Path, kind: str, encoding: str
) -> None:
    done = await run(database, write(tmp_path, kind, encoding=encoding or "utf-8"))
    assert done == ImportSummary(
        "last-year", created=True, rows=4, ballots=3, duplicates=1, replaced=0, unanswered=0
    )
    assert await stored(database) == STORED
    assert await comments(database) == [("TAX", "快一点")]
    campaign = await show_campaign(database, "last-year")
    assert (campaign.state, campaign.units, campaign.ballots) == ("closed", 2, 3)


async def test_blank_lines_are_no_ballots_and_keep_the_numbers_of_the_others(
    database: AsyncEngine, tmp_path: Path
) -> None:
    blank = [""] * len(HEADER)
    wrong = [blank, *ROWS[:2], blank, [*ROWS[2][:2], "7", *ROWS[2][3:]]]
    with pytest.raises(BadInput, match="row 6, column dept"):
        await run(database, write(tmp_path, rows=wrong))
    done = await run(database, write(tmp_path, rows=[*ROWS[:2], blank, *ROWS[2:], blank]))
    assert (done.rows, done.ballots) == (4, 3)
    assert await stored(database) == STORED


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_file_without_rows_is_refused(
    database: AsyncEngine, tmp_path: Path, kind: str
) -> None:
    with pytest.raises(BadInput, match="no rows"):
        await run(database, write(tmp_path, kind, rows=[]))
    assert await empty(database)


async def test_who_answered_is_nowhere(
    sqlite_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    opened = open_database(sqlite_url)
    await migrate(opened)
    file = write(tmp_path)
    await run(opened, file)
    kept = written(tmp_path)
    await opened.dispose()
    kept += written(tmp_path)
    assert "快一点".encode() in kept
    said = "".join(capfd.readouterr())
    for canary in ("13900000001", "13900000002", "王一", "李二"):
        assert canary.encode() not in kept
        assert canary not in said


@pytest.mark.parametrize(
    ("row", "column", "value", "told"),
    [
        (2, "dept", "7", "7"),
        (3, "q1", "8", "8"),
        (2, "q2", "VS", "VS"),
        (4, "who", "军", "军"),
        (2, "when", "yesterday", "yesterday"),
        (3, "name", "", "respondent"),
    ],
)
async def test_a_wrong_cell_is_named_and_nothing_is_stored(
    database: AsyncEngine, tmp_path: Path, row: int, column: str, value: str, told: str
) -> None:
    rows = [list(line) for line in ROWS]
    rows[row - 2][HEADER.index(column)] = value
    with pytest.raises(BadInput) as refused:
        await run(database, write(tmp_path, rows=rows))
    sentence = str(refused.value)
    assert f"row {row}" in sentence
    assert column in sentence
    assert told in sentence
    assert await empty(database)


async def test_many_wrong_cells_are_told_together_but_not_endlessly(
    database: AsyncEngine, tmp_path: Path
) -> None:
    rows = [["王", str(n), "9", "军", "", "2025-11-03", "", "5", "5", "5", "5"] for n in range(60)]
    with pytest.raises(BadInput) as refused:
        await run(database, write(tmp_path, rows=rows))
    sentence = str(refused.value)
    assert "row 2" in sentence
    assert "row 11" in sentence
    assert "row 61" not in sentence
    assert "more" in sentence
    assert await empty(database)


async def test_a_missing_column_and_an_uneven_row_are_named(
    database: AsyncEngine, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="«q9»"):
        await run(database, write(tmp_path), MAPPING.replace("column: q4", "column: q9"))
    with pytest.raises(BadInput, match="row 3"):
        await run(database, write(tmp_path, rows=[ROWS[0], ROWS[1][:-2]]))
    assert await empty(database)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("respondent: [name, phone]", "", "respondent: the field is missing"),
        ("comment: said", "remark: said", "remark: the field is not known"),
        (
            "source: {constant: survey}",
            "source: {constant: a, column: b}",
            "either a column or a constant",
        ),
        ("zone: Asia/Shanghai", "zone: Asia/Hunan", "no time zone «Asia/Hunan»"),
        ("  ease:", "  easy:", "items.easy"),
        ("1: VD,", "1: XX,", "XX"),
        ("民: resident", "民: people", "people"),
        ("questionnaire: window", "questionnaire: shop", "«shop»"),
        ("2: EDU}", "2: NONE}", "NONE"),
        ("year: 2025", "year: soon", "campaign.year"),
        ("code: EDU", "code: TAX", "TAX stands twice"),
    ],
)
async def test_a_wrong_mapping_is_told_by_its_field(
    database: AsyncEngine, tmp_path: Path, before: str, after: str, told: str
) -> None:
    assert before in MAPPING
    with pytest.raises(BadInput) as refused:
        await run(database, write(tmp_path), MAPPING.replace(before, after))
    assert told in str(refused.value)
    assert await empty(database)


async def test_what_is_no_yaml_is_told_by_its_line(database: AsyncEngine, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"map\.yaml, line 3"):
        await run(database, write(tmp_path), "respondent: a\nunit: b\nunit: c\n")


async def test_a_campaign_is_imported_once(database: AsyncEngine, tmp_path: Path) -> None:
    file = write(tmp_path)
    await run(database, file)
    with pytest.raises(BadInput, match="last-year"):
        await run(database, file)
    assert await stored(database) == STORED


async def test_an_interrupted_import_leaves_nothing(database: AsyncEngine, tmp_path: Path) -> None:
    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    (tmp_path / "map.yaml").write_text(MAPPING, "utf-8")
    with pytest.raises(KeyboardInterrupt):
        await import_ballots(
            database,
            KEYS,
            SystemClock(),
            write(tmp_path),
            tmp_path / "map.yaml",
            progress=interrupt,
        )
    assert await empty(database)


async def test_imported_ballots_are_scored(database: AsyncEngine, tmp_path: Path) -> None:
    rows = [
        [str(n), "0", "1", "民", "", "2025-11-03", "", *("5" if n < 60 else "3") * 4]
        for n in range(150)
    ]
    await run(database, write(tmp_path, rows=rows))
    score = (await score_campaign(database, "last-year")).scores["TAX"]
    assert (score.score, score.n_valid) == ((60 * 100 + 90 * 60) / 150, 150)


async def test_the_shipped_example_fits_the_real_ratings(database: AsyncEngine) -> None:
    root = Path(__file__).parents[4]
    file = root.parent / "shared" / "data" / "real" / "insteval.csv"
    if not file.exists():
        pytest.skip("the real ratings are not part of the project")
    done = await import_ballots(
        database, KEYS, SystemClock(), file, root / "docs" / "examples" / "insteval.yaml"
    )
    assert (done.rows, done.ballots) == (73_421, 73_421)


async def test_two_texts_that_mean_one_unit_are_one_unit(
    database: AsyncEngine, tmp_path: Path
) -> None:
    mapping = MAPPING.replace("values: {1: TAX, 2: EDU}", "values: {1: TAX, 2: EDU, 税务: TAX}")
    later = [*ROWS[2][:2], "税务", *ROWS[2][3:5], "2025-11-05 09:00", "", *"5555"]
    done = await run(database, write(tmp_path, rows=[*ROWS, later]), mapping)
    assert (done.rows, done.ballots, done.duplicates) == (5, 3, 2)
    assert ("TAX", "enterprise", "", "survey", "VS VS VS VS") in await stored(database)


async def test_a_persons_number_in_two_columns_of_the_mapping_is_read_in_both(
    database: AsyncEngine, tmp_path: Path
) -> None:
    # The column of the unit is also a part of who answered, as in ratings of lecturers.
    mapping = MAPPING.replace("respondent: [name, phone]", "respondent: [name, dept, said]")
    rows = [[*row[:6], row[6] or "无", *row[7:]] for row in ROWS]
    done = await run(database, write(tmp_path, rows=rows), mapping)
    assert (done.rows, done.ballots) == (4, 4)
    assert {text for _, text in await comments(database)} == {"快一点", "早先", "无"}


async def test_what_is_read_and_stored_is_told_on_the_way(
    database: AsyncEngine, tmp_path: Path
) -> None:
    rows = [[f"人{at}", *ROWS[0][1:]] for at in range(6000)]
    (tmp_path / "map.yaml").write_text(MAPPING, "utf-8")
    for kind in ("csv", "parquet"):
        read: list[int] = []
        told: list[tuple[int, int]] = []
        await import_ballots(
            database,
            KEYS,
            SystemClock(),
            write(tmp_path, kind, rows=rows),
            _renamed(tmp_path / "map.yaml", f"of-{kind}"),
            progress=lambda done, total, told=told: told.append((done, total)),
            reading=read.append,
        )
        assert read == [2000, 4000, 6000]
        assert told == [(5000, 6000), (6000, 6000)]


def _renamed(mapping: Path, campaign: str) -> Path:
    mapping.write_text(MAPPING.replace("last-year", campaign), "utf-8")
    return mapping
