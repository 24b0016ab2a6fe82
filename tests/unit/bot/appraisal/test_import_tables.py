"""A year's tables are exported as workbooks and imported again.

Unchanged they change nothing, and all codes that they offer are taken.
"""

from __future__ import annotations

import asyncio
import io
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.__main__ import main
from bot.appraisal.import_tables import import_table, table_workbook
from bot.appraisal.table_kinds import TABLES
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.console import make_data

YEAR = 2010
KEPT = ("units", "leaders", "inner", "people", "indicators", "adjustments", "findings")
"""Tables whose rows replace the stored ones, or are merged with them."""
STORED = (
    *(tables.units, tables.memberships, tables.leaders, tables.inner_units, tables.indicators),
    *(tables.adjustments, tables.findings, tables.decisions, tables.grades),
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> Path:
    folder = tmp_path_factory.mktemp("city")
    make_data(folder, valkey_server)
    return folder


@pytest.fixture
async def city(filled: Path, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    folder = tmp_path / "data"
    await asyncio.to_thread(shutil.copytree, filled, folder)
    async with open_store(Settings(data=folder)) as database:
        yield database


async def fetch(database: AsyncEngine, kind: str, lang: str = "zh-Hans") -> bytes:
    return await table_workbook(database, kind, YEAR if TABLES[kind].dated else 0, lang)


async def bring(database: AsyncEngine, kind: str, body: bytes) -> None:
    await import_table(database, kind, f"{kind}.xlsx", body, YEAR if TABLES[kind].dated else 0)


def opened(body: bytes) -> Workbook:
    return load_workbook(io.BytesIO(body))


def first(book: Workbook) -> Worksheet:
    sheet = book.worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


async def standing(database: AsyncEngine) -> Mapping[str, list[tuple[object, ...]]]:
    """Return the stored rows, without the numbers that the database gives them."""
    kept = {table.name: [c for c in table.c if c.autoincrement is not True] for table in STORED}
    async with reading(database) as connection:
        found = {
            name: (await connection.execute(select(*columns))).all()
            for name, columns in kept.items()
        }
    return {name: sorted((tuple(row) for row in rows), key=repr) for name, rows in found.items()}


@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
async def test_a_table_that_comes_back_as_it_went_out_changes_nothing(
    city: AsyncEngine, lang: str
) -> None:
    before = await standing(city)
    for kind in KEPT:
        body = await fetch(city, kind, lang)
        assert first(opened(body)).max_row > 1, kind
        await bring(city, kind, body)
        assert await standing(city) == before, kind


@pytest.mark.parametrize("kind", ["decisions", "history"])
async def test_where_lines_are_only_added_the_table_is_empty(city: AsyncEngine, kind: str) -> None:
    body = await fetch(city, kind)
    sheet = first(opened(body))
    assert (sheet.max_row, sheet.max_column) == (1, len(TABLES[kind].fields))
    with pytest.raises(BadInput, match="a header and no rows"):
        await bring(city, kind, body)


async def test_points_are_numbers_that_can_be_changed(city: AsyncEngine) -> None:
    book = opened(await fetch(city, "indicators"))
    sheet = first(book)
    heads = [cell.value for cell in sheet[1]]
    assert heads[:3] == ["单位代码 subject", "单位名称 name", "考事（目标任务） objective"]
    assert (sheet["A2"].value, sheet["B2"].value) == ("430102", "芙蓉区")
    assert isinstance(sheet["C2"].value, int | float)
    sheet["C2"] = 12.5
    await bring(city, "indicators", saved(book))
    assert first(opened(await fetch(city, "indicators")))["C2"].value == 12.5


@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
async def test_every_code_that_is_offered_is_taken(city: AsyncEngine, lang: str) -> None:
    book = opened(await fetch(city, "units", lang))
    sheet, codes = first(book), book.worksheets[1]
    offered = {
        str(rule.sqref).split(":")[0]: rule.formula1
        for rule in sheet.data_validations.dataValidation
    }
    at = {str(cell.value).split()[-1]: cell.column_letter for cell in sheet[1]}
    said = offered[f"{at['category']}2"]
    assert said
    assert said.startswith(f"'{codes.title}'!")
    cells = [row[0].value for row in codes[said.partition("!")[2].replace("$", "")]]
    assert cells[:2] == ["A_district", "B_econ"]
    for number, category in enumerate(cells, 2):
        sheet[f"{at['category']}{number}"] = category
        sheet[f"{at['league']}{number}"] = "district" if category == "A_district" else None
    await import_table(city, "units", "units.xlsx", saved(book), dry_run=True)


async def test_people_write_roles_in_their_own_language(city: AsyncEngine) -> None:
    roles = {
        lang: first(opened(await fetch(city, "people", lang)))["E2"].value
        for lang in ("zh-Hans", "en")
    }
    assert roles == {"zh-Hans": "正职", "en": "principal"}


async def test_an_empty_city_gets_the_codes_to_begin_with(tmp_path: Path) -> None:
    async with open_store(Settings(data=tmp_path)) as database:
        book = opened(await table_workbook(database, "units"))
    assert first(book).max_row == 1
    assert {cell.value for cell in book.worksheets[1]["C"]} >= {"general", "window", "district"}


def test_the_command_writes_the_file_and_needs_the_year(
    filled: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MINPING_DATA", str(filled))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    out = tmp_path / "new" / "leaders.xlsx"
    assert main(["table", "leaders", "--out", str(out)]) == 1
    assert "leaders: this table belongs to a year; say which (--year)" in capsys.readouterr().err
    assert main(["table", "leaders", "--year", str(YEAR), "--out", str(out), "--lang", "en"]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert [cell.value for cell in first(opened(out.read_bytes()))[1]][:2] == ["id", "name_zh"]
