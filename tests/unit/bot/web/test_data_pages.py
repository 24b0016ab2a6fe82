"""One row of a year's material is found, changed and remembered, as a table of an office would."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest

from bot.records.filings import close_material, read_filings
from bot.records.store import read_indicators, read_leaders, read_units
from bot.spreadsheets.columns import Field
from bot.storage.database import reading, writing
from bot.web.admin.data_rows import changed_file, find_rows, make_table
from tests.console import YEAR, Console, make_data, opened_copy, texts

DATA = f"{YEAR}/data"
FIELDS = (Field("id"), Field("called"), Field("kind", optional=True), Field("points", numbers=True))
CELLS = [("B", "Böhm, «x»", "one", "10"), ("A", "Ames", None, "9.5"), ("C", "Cole", "two", "")]
TABLE = make_table("x", FIELDS, CELLS, {"kind": {"one": "First kind"}}, {("C", "points")})
POINTS = make_table("indicators", FIELDS, CELLS, {}, {("C", "points")})


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> Path:
    folder = tmp_path_factory.mktemp("city")
    make_data(folder, valkey_server)
    return folder


@pytest.fixture
async def console(filled: Path, tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    async with opened_copy(filled, tmp_path / "data", valkey_url) as console:
        yield console


async def form(console: Console, kind: str, words: str) -> dict[str, str]:
    """Open the first row that is found, and return what its form says."""
    page = await console.open(f"{DATA}/{kind}?q={words}")
    mark = re.findall(r'href="\?row=(\w{16})"', page)[0]
    page = await console.open(f"{DATA}/{kind}?row={mark}")
    fields = re.findall(r'<input[^>]* name="(row|csrf|cell-\w+)" value="([^"]*)"', page)
    select = r'<select name="(cell-\w+)"(?:(?!</select>).)*value="([^"]*)" selected'
    chosen = re.findall(select, page, re.DOTALL)
    return {name: unescape(value) for name, value in [*fields, *chosen]}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("", False, "", False), "BAC"),
        (("first KIND", False, "", False), "B"),
        (("", True, "", False), "C"),
        (("nothing", False, "", False), ""),
        (("", False, "points", False), "ABC"),
        (("", False, "called", True), "CBA"),
        (("", False, "no such column", True), "BAC"),
    ],
)
def test_rows_are_found_and_sorted_by_what_a_reader_sees(
    asked: tuple[str, bool, str, bool], found: str
) -> None:
    assert "".join(row.texts["id"] for row in find_rows(TABLE, *asked)) == found
    assert TABLE.missing == 1


def test_a_row_is_known_by_what_it_says() -> None:
    row = TABLE.rows[0]
    assert TABLE.row(row.mark) is row
    assert len({row.mark for row in TABLE.rows}) == 3
    assert make_table("x", FIELDS, [("B", "Böhm, «x»", "two", "10")], {}).row(row.mark) is None
    now = TABLE.now("B")
    assert now is row


def test_a_file_has_the_changed_row_among_all_and_of_indicators_the_changed_values_alone() -> None:
    typed = {"id": "B", "called": 'B "q"', "kind": "", "points": "11"}
    lines = changed_file(TABLE, TABLE.rows[0], typed).decode().splitlines()
    assert lines == ["id,called,kind,points", 'B,"B ""q""",,11', "A,Ames,,9.5", "C,Cole,two,"]
    added = changed_file(TABLE, None, {"id": "D", "called": "Dee"}).decode().splitlines()
    assert added[-1] == "D,Dee,,"
    assert len(added) == 5
    points = changed_file(POINTS, POINTS.rows[0], typed).decode().splitlines()
    assert points == ["subject,indicator,value", "B,kind,", "B,points,11"]


async def test_a_mistyped_value_is_put_right_and_remembered(console: Console) -> None:
    await console.sign_in()
    typed = await form(console, "indicators", "FIN")
    before = typed["cell-objective"]
    done = await console.post(f"{DATA}/indicators", typed | {"cell-objective": "12.5"})
    assert "12.5" in texts(done)
    assert "FIN" in done
    async with reading(console.service.database) as connection:
        values = await read_indicators(connection, 2010)
        (filing, *_) = await read_filings(connection, 2010)
    assert str(values["FIN", "objective"]) == "12.5"
    assert (filing.by, filing.kind, len(filing.changes)) == ("zhou", "indicators", 1)
    await form(console, "indicators", "FIN")
    assert f"{float(before):g} → 12.5" in texts(console.page).replace("0 →", " →")


async def test_a_refused_row_keeps_what_was_typed_and_a_reload_shows_the_row(
    console: Console,
) -> None:
    await console.sign_in()
    async with reading(console.service.database) as connection:
        before = await read_filings(connection, 2010)
    typed = await form(console, "indicators", "FIN")
    page = await console.post(f"{DATA}/indicators", typed | {"cell-objective": "1O1"})
    assert console.status == 422
    assert 'name="cell-objective" value="1O1"' in page
    assert "Nothing was stored" in page
    await console.open(f"{DATA}/indicators")
    assert console.status == 200
    async with reading(console.service.database) as connection:
        assert await read_filings(connection, 2010) == before


async def test_a_row_that_changed_meanwhile_is_shown_beside_what_was_typed(
    console: Console,
) -> None:
    await console.sign_in()
    typed = await form(console, "indicators", "FIN")
    await console.post(f"{DATA}/indicators", typed | {"cell-objective": "55"})
    page = texts(await console.post(f"{DATA}/indicators", typed | {"cell-objective": "66"}))
    assert console.status == 422
    assert ("55" in page, "66" in page) == (True, True)
    async with reading(console.service.database) as connection:
        values = await read_indicators(connection, 2010)
    assert str(values["FIN", "objective"]) == "55"


async def test_a_unit_and_a_leader_are_changed_and_the_others_stay(console: Console) -> None:
    await console.sign_in()
    async with reading(console.service.database) as connection:
        units, leaders = await read_units(connection), await read_leaders(connection, 2010)
    typed = await form(console, "units", "FIN")
    assert typed["cell-category"]
    await console.post(f"{DATA}/units", typed | {"cell-name_en": "Treasury"})
    assert "Treasury" in console.page
    typed = await form(console, "leaders", "L0001")
    await console.post(f"{DATA}/leaders", typed | {"cell-name_en": "Somebody"})
    async with reading(console.service.database) as connection:
        found, people = await read_units(connection), await read_leaders(connection, 2010)
    changed = [now.unit.code for was, now in zip(units, found, strict=True) if was != now]
    assert changed == ["FIN"]
    assert [now.id for was, now in zip(leaders, people, strict=True) if was != now] == ["L0001"]


async def test_a_row_is_added_where_the_table_has_none(console: Console) -> None:
    await console.sign_in()
    await console.open(f"{DATA}/findings?row=new")
    asked = {"csrf": console.csrf, "row": "new", "cell-id": "Z1", "cell-kind": "unfitness"}
    asked |= {"cell-subject": "L0001", "cell-date": "2010-03-01", "cell-source": "纪要"}
    await console.post(f"{DATA}/findings", asked | {"cell-subject": "nobody"})
    assert (console.status, 'value="Z1"' in console.page) == (422, True)
    await console.post(f"{DATA}/findings", asked | {"cell-established": "2010-04-01"})
    assert (console.status, "Z1" in console.page) == (200, True)


async def test_after_the_close_a_change_needs_a_reason(console: Console) -> None:
    await console.sign_in()
    service = console.service
    async with writing(service.database) as connection:
        await close_material(connection, 2010, "zhou", "wang", 0)
    typed = await form(console, "indicators", "FIN") | {"cell-objective": "7"}
    await console.post(f"{DATA}/indicators", typed)
    assert console.status == 422
    assert 'name="reason"' in console.page


async def test_observers_look_and_unknown_tables_are_none(console: Console) -> None:
    await console.sign_in("li")
    page = await console.open(f"{DATA}/leaders?q=L0001")
    assert (console.status, "row=new" in page) == (200, False)
    mark = re.findall(r'href="\?row=(\w{16})"', page)[0]
    page = await console.open(f"{DATA}/leaders?row={mark}")
    assert 'name="cell-id"' not in page
    for kind in ("decisions", "nothing"):
        await console.open(f"{DATA}/{kind}")
        assert console.status == 404


@pytest.mark.parametrize(
    ("address", "page"),
    [
        (f"{YEAR}/decisions", f"{YEAR}/proposals"),
        (f"{YEAR}/grades", f"{YEAR}/ranking"),
        (f"{YEAR}/material", f"{YEAR}/import"),
        ("/admin/campaigns/city-2010/close", "/admin/campaigns/city-2010"),
        ("/admin/campaigns/city-2010/publish", "/admin/campaigns/city-2010"),
        ("/admin/sign-out", "/admin"),
    ],
)
async def test_the_address_of_a_form_leads_to_the_page_that_it_stands_on(
    console: Console, address: str, page: str
) -> None:
    response = await console.client.get(address, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, page)
