"""Every import is whole or nothing: it ends before each of its writes, or at its last row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.appraisal.table_kinds import TABLES
from bot.appraisal.year import open_year
from bot.ballots.imported.importer import import_ballots
from bot.campaigns.drafting import chosen_scheme
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.quotas import set_quotas
from bot.core.clock import SystemClock
from bot.crypto.gate_keys import make_gate_keys
from bot.fieldwork.audience.contact_file import import_contacts, import_opt_outs
from bot.records.working_days import import_calendar
from bot.storage.database import reading
from bot.storage.schema.metadata import metadata
from survey_flows.errors import BadInput
from tests.contract.test_conductor import draft
from tests.contract.test_contacts import ANN, BEN, KEYS, LIST, TODAY
from tests.contract.test_year_tables import INDICATORS, LEADERS, YEAR, bring, small_year
from tests.sealing import office_of
from tests.unit.bot.ballots.test_imported import HEADER, MAPPING, ROWS, write

GATE = make_gate_keys(Path(mkdtemp()))
WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "TRUNCATE")
Import = Callable[[AsyncEngine, Path, str], Awaitable[object]]
"""Takes database, folder, and a row that the file has at its end, or none."""

PROPOSAL = "2026/third_grade_unit/downgrade/L3"
DAY = office_of().today.isoformat()
TEXTS = {
    "decisions": "proposal,verdict,by,reason,at,heard_on\n"
    f"{PROPOSAL},confirmed,周,由,{DAY},{DAY}\n",
    "units": "code,name_zh,name_en,category,questionnaire\nU1,新一局,New 1,C_social,window\n"
    "U4,市四局,Bureau 4,C_social,window\n",
    "unit-periods": "code,begins,until,name_zh,name_en,category,league\n"
    "U1,2000-01-01,2026-05-31,乙局,Old,C_social,\nU1,2026-06-01,,甲局,New,C_social,\n",
    "unit-events": "on,kind,before,after,document,shares,continues\n"
    "2026-06-01,rename,U1,U1,更名文件,,\n",
    "leaders": LEADERS.replace("领导1", "新领导"),
    "inner": "code,name_zh,parent,category\nU3-1,一科,U3,section\n",
    "people": "id,name_zh,unit,role\nQ1,王一,U3-1,工作人员\n",
    "indicators": INDICATORS.replace("95", "94"),
    "adjustments": "unit,points,reason,source\nU1,1,表彰,文件\nU2,-1,批评,文件\n",
    "findings": "id,kind,subject,date,source\nF1,safety_accident,U2,2026-03-01,事故调查报告\n",
    "posts": "person,unit,role,title,begins,until\nL1,U1,principal,局长,2020-01-01,\n",
    "absences": "person,kind,begins,until\nL1,sick,2026-02-01,2026-04-30\n",
    "discipline": "id,person,kind,level,begins,ended\nD1,L2,investigation,,2026-06-01,\n",
    "history": "year,subject,grade,confirmed,unit\n2025,L3,third,yes,U3\n2025,L2,second,,U2\n",
}
"""A table of each kind."""
OTHERS = {
    "contacts": LIST,
    "opt-outs": f"channel,address\ntelegram,{ANN}\ntelegram,{BEN}\n",
    "calendar": "day,kind,name\n2027-02-08,off,节\n2027-02-06,work,\n",
    "quotas": "unit,group,stratum,source,most\nTAX,resident,,,10\nEDU,,,,20\n",
    "population": "group,margin,value,people\nresident,,430102,1200\nresident,,430103,800\n",
}
"""The other files; returned letters, which need letters, are in `test_handouts`."""
BALLOTS = "\n".join(map(",".join, [HEADER, *ROWS]))
AFTER_DECISIONS = "units"


async def table(kind: str, database: AsyncEngine, _: Path, more: str) -> object:
    return await bring(database, kind, TEXTS[kind] + more, YEAR if TABLES[kind].dated else 0)


async def contacts(database: AsyncEngine, _: Path, more: str) -> object:
    data = (OTHERS["contacts"] + more).encode()
    return await import_contacts(database, KEYS, "list.csv", data, TODAY)


async def opt_outs(database: AsyncEngine, _: Path, more: str) -> object:
    data = (OTHERS["opt-outs"] + more).encode()
    return await import_opt_outs(database, KEYS, "out.csv", data, date(2026, 11, 25))


async def calendar(database: AsyncEngine, _: Path, more: str) -> object:
    return await import_calendar(database, "days.csv", (OTHERS["calendar"] + more).encode())


async def quotas(database: AsyncEngine, _: Path, more: str) -> object:
    return await set_quotas(database, "limited", "q.csv", (OTHERS["quotas"] + more).encode())


async def population(database: AsyncEngine, folder: Path, more: str) -> object:
    return await people_campaign(database, folder, (OTHERS["population"] + more).encode())


async def people_campaign(
    database: AsyncEngine, folder: Path, data: bytes, file: str = "people.csv", name: str = "people"
) -> object:
    """Make a campaign with a table of population figures, which comes in with its scheme."""
    (folder / file).write_bytes(data)
    made = replace(draft(name), scheme=chosen_scheme(None, folder / file))
    return await create_campaign(database, made, SystemClock())


async def ballots(database: AsyncEngine, folder: Path, more: str) -> object:
    (folder / "map.yaml").write_text(MAPPING, "utf-8")
    file = write(folder, rows=[*ROWS, more.strip().split(",")] if more else ROWS)
    return await import_ballots(database, GATE, SystemClock(), file, folder / "map.yaml")


IMPORTS: dict[str, Import] = {kind: partial(table, kind) for kind in TEXTS} | {
    "contacts": contacts,
    "opt-outs": opt_outs,
    "calendar": calendar,
    "quotas": quotas,
    "ballots": ballots,
    "population": population,
}


class Interrupted(BaseException):
    """As an interrupt, no error that anything would handle."""


@contextmanager
def ended_before(database: AsyncEngine, number: int) -> Iterator[list[str]]:
    """Let the write of this number, from 1, or the commit after fewer, end everything.

    Yields the writes that began.
    """
    begun: list[str] = []

    def look(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith(WRITES):
            begun.append(statement)
            if len(begun) == number:
                raise Interrupted

    def commit(_conn: Any) -> None:
        if begun:
            raise Interrupted

    event.listen(database.sync_engine, "before_cursor_execute", look)
    event.listen(database.sync_engine, "commit", commit)
    try:
        yield begun
    finally:
        event.remove(database.sync_engine, "before_cursor_execute", look)
        event.remove(database.sync_engine, "commit", commit)


async def standing(database: AsyncEngine) -> dict[str, list[str]]:
    """All that is stored, by table."""
    found = {}
    async with reading(database) as connection:
        for one in metadata.sorted_tables:
            rows = (await connection.execute(select(one))).all()
            found[one.name] = sorted(repr(tuple(row)) for row in rows)
    return found


@pytest.fixture
async def city(store_url: str) -> AsyncIterator[AsyncEngine]:
    async with small_year(store_url) as database:
        await create_campaign(database, draft("limited"), SystemClock())
        await open_year(database, YEAR)  # the first look at a year stores releases of its scores
        yield database


async def with_parts(database: AsyncEngine) -> dict[str, list[str]]:
    """Bring in parts of a unit, to be replaced; until then proposals can be decided on."""
    await bring(database, "inner", TEXTS["inner"].replace("一科", "旧科"))
    return await standing(database)


def test_every_kind_of_table_is_among_the_imports() -> None:
    assert {*TEXTS} == {*TABLES}


async def test_an_import_that_ends_in_the_middle_stores_nothing(
    city: AsyncEngine, tmp_path: Path
) -> None:
    before = await standing(city)
    for name, bring_in in IMPORTS.items():
        if name == AFTER_DECISIONS:
            before = await with_parts(city)
        number, writes = 0, 1
        while writes > number:
            number += 1
            with ended_before(city, number + 1) as begun, pytest.raises(Interrupted):
                await bring_in(city, tmp_path, "")
            writes = len(begun)
        assert number > 0, name
        assert await standing(city) == before, name
        await bring_in(city, tmp_path, "")
        stored = await standing(city)
        assert stored != before, name
        before = stored


async def test_a_wrong_last_row_stores_nothing_of_the_rows_before_it(
    city: AsyncEngine, tmp_path: Path
) -> None:
    before = await standing(city)
    for name, bring_in in IMPORTS.items():
        if name == AFTER_DECISIONS:
            before = await with_parts(city)
        head, *rows = (TEXTS | OTHERS).get(name, BALLOTS).splitlines()
        wrong = ",".join("?" for _ in head.split(","))
        with pytest.raises(BadInput) as error:
            await bring_in(city, tmp_path, wrong + "\n")
        places = {it.place.row for it in error.value.problems}
        assert places == {len(rows) + 2}, (name, str(error.value))
        assert await standing(city) == before, name
