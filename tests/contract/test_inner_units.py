"""Sections, posts and people inside units (R16): imported, appraised, decided and sealed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from shutil import copy
from tempfile import mkdtemp

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.facts import Grade, UnitDecision, Verdict
from bot.appraisal.import_tables import import_table
from bot.appraisal.sealing import preview_seal
from bot.appraisal.year import AppraisedYear, compute_year, open_year
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.crypto.gate_keys import make_gate_keys
from bot.demo.fill import fill
from bot.publication.exports import Audience, year_book
from bot.records import store
from bot.results.scoring import score_campaign
from bot.service.composition import open_store
from bot.storage.database import reading, writing
from survey_flows.errors import BadInput
from tests.conftest import POSTGRES, run_apart
from tests.deciding import decide
from tests.desk import DESK
from tests.sealing import seal_year
from tests.servers import PostgresCluster

KEYS = make_gate_keys(Path(mkdtemp()))
YEAR = 2010
AT = datetime(2011, 2, 10, 1, 0, tzinfo=UTC)
HEAD = "code,name_zh,parent,category\n"
PARTS = HEAD + "FIN-1,预算科,FIN,section\nFIN-2,国库科,FIN,section\nFIN-1-1,审核岗,FIN-1,post\n"
PEOPLE = (
    "id,name_zh,unit,role\nQ1,王一,FIN-1,正职\nQ2,李二,FIN-1-1,工作人员\nQ3,张三,FIN-2,deputy\n"
)
POINTS = """subject,tasks,duties,personal
FIN-1,90,,
FIN-2,70,,
FIN-1-1,,80,
Q1,,,85
Q2,,,75
Q3,,,95
"""


async def store_city(url: str) -> None:
    async with open_store(Settings(database_url=url)) as database:
        await fill(database, KEYS, DESK, SystemClock(), "Asia/Shanghai", ballots=17_600)
        await score_campaign(database, f"city-{YEAR}")  # the first look makes the first release


@pytest.fixture(scope="module")
def sqlite_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that holds the city; tests change copies."""
    file = tmp_path_factory.mktemp("city") / "city.sqlite3"
    run_apart(store_city(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="module")
def postgres_city(
    postgres_cluster: PostgresCluster, postgres_template: str
) -> Iterator[tuple[PostgresCluster, str]]:
    """A cluster, and the name of a database in it that holds the city; tests change copies."""
    with postgres_cluster.database(postgres_template) as url:
        run_apart(store_city(url))
        yield postgres_cluster, url.rsplit("/", 1)[1]


@pytest.fixture(params=["sqlite", POSTGRES])
def city_url(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[str]:
    if request.param == "sqlite":
        copy(request.getfixturevalue("sqlite_city"), sqlite_url.removeprefix("sqlite:///"))
        yield sqlite_url
        return
    cluster, template = request.getfixturevalue("postgres_city")
    with cluster.database(template) as url:
        yield url


@pytest.fixture
async def city(city_url: str) -> AsyncIterator[AsyncEngine]:
    async with open_store(Settings(database_url=city_url)) as database:
        yield database


async def bring(database: AsyncEngine, kind: str, text: str) -> tuple[str, ...]:
    outcome = await import_table(database, kind, f"{kind}.csv", text.encode(), YEAR)
    return tuple(map(str, outcome.notes))


async def bring_all(database: AsyncEngine) -> None:
    await bring(database, "inner", PARTS)
    await bring(database, "people", PEOPLE)
    await bring(database, "indicators", POINTS)


def inside(year: AppraisedYear, unit: str) -> dict[str, tuple[Decimal | None, Grade | None]]:
    result = next(body.result for body in year.inside if body.unit == unit)
    assert result is not None
    units = {part.unit: (part.total, part.grade) for part in result.units}
    return units | {person.leader: (person.score, person.grade) for person in result.leaders}


async def test_parts_and_people_are_handed_in_appraised_decided_and_sealed(
    city: AsyncEngine,
) -> None:
    before = await open_year(city, YEAR)
    assert [(body.unit, body.level) for body in before.inside] == [
        ("TAX", 1),
        *((f"TAX-{n}", 2) for n in range(1, 5)),
    ]
    notes = await bring(city, "inner", PARTS)
    assert notes[0] == "they take the place of 16"
    assert notes[1].startswith(
        "28 people stood in parts that are gone and are out of the year: TAX-P01, TAX-P02"
    )
    assert await bring(city, "people", PEOPLE) == ("they take the place of 0",)
    await bring(city, "indicators", POINTS)
    year = await open_year(city, YEAR)
    assert (year.result, year.inputs.leaders) == (before.result, before.inputs.leaders)
    above = year.result.unit("FIN")
    assert above.total is not None
    section = (above.total * 40 + Decimal(90) * 60) / 100
    parts = inside(year, "FIN")
    assert parts["FIN-1"][0] == pytest.approx(section, abs=Decimal("0.005"))
    assert parts["Q1"][0] == pytest.approx(
        (parts["FIN-1"][0] or 0) * Decimal("0.6") + 34, abs=Decimal("0.005")
    )
    assert {grade for _, grade in parts.values()} == {Grade.SECOND}  # 30 % of two parts is none
    finding = "id,kind,subject,date,source\nQF,触犯刑律,Q2,2010-05-01,判决书\n"
    await bring(city, "findings", finding)
    key = "2010/criminal_offence/grade_four/Q2/QF"
    assert key in str((await preview_seal(city, YEAR)).obstacles)
    await decide(city, YEAR, key, Verdict.CONFIRMED)
    sealed = {line.subject: line for line in await seal_year(city, YEAR)}
    assert (sealed["Q2"].grade, sealed["Q2"].unit, sealed["Q2"].confirmed) == (
        Grade.FOURTH,
        "FIN-1-1",
        True,
    )
    assert {"FIN", "FIN-1", "FIN-1-1", "Q1", "Q3"} <= sealed.keys()
    read = await open_year(city, YEAR)
    assert read.seal is not None
    assert inside(read, "FIN") == inside(await compute_year(city, YEAR), "FIN")


async def test_books_for_the_office_hold_what_is_inside_and_those_for_the_public_do_not(
    city: AsyncEngine,
) -> None:
    await bring_all(city)
    year = await open_year(city, YEAR)
    office = {page.name: page for page in year_book(year, Audience.INTERNAL, "Asia/Shanghai").pages}
    assert [row[0] for row in office["parts"].rows] == ["FIN-1", "FIN-2", "FIN-1-1"]
    assert [row[0] for row in office["people"].rows] == ["Q1", "Q3", "Q2"]
    assert "Q2" in {row[0] for row in office["reasons"].rows}
    public = year_book(year, Audience.PUBLIC, "Asia/Shanghai")
    assert {"parts", "people"}.isdisjoint(page.name for page in public.pages)
    assert "FIN-1" not in {value for page in public.pages for row in page.rows for value in row}


WRONG = (
    (
        "inner",
        f"{HEAD}A,甲,NOPE,section\n",
        "row 2, column parent: there is no unit or part «NOPE»",
    ),
    (
        "inner",
        f"{HEAD}A,甲,A,section\n",
        "row 2, column parent: «A» is part of itself: A → A; correct one of",
    ),
    (
        "inner",
        f"{HEAD}A,甲,B,section\nB,乙,A,section\n",
        "row 2, column parent: «A» is part of itself: A → B → A",
    ),
    (
        "inner",
        f"{HEAD}A,甲,FIN,post\n",
        "row 2, column category: there is no category of level 1 «post»; there",
    ),
    (
        "inner",
        f"{HEAD}A,甲,FIN,section\nB,乙,A,post\nC,丙,B,post\n",
        "row 4, column parent: this is level 3 inside a unit, "
        "and the scheme has no rules for it (inner.inner.inner",
    ),
    (
        "inner",
        f"{HEAD}FIN,甲,TAX,section\n",
        "row 2, column code: «FIN» is the code of a unit of the city; give",
    ),
    (
        "people",
        "id,name_zh,unit,role\nQ1,王一,FIN,正职\n",
        "row 2, column unit: there is no unit «FIN»",
    ),
    (
        "leaders",
        "id,name_zh,unit,role\nQ1,王一,FIN,工作人员\n",
        "column role: officers stand inside units; import",
    ),
)


async def test_what_hangs_wrong_is_refused_by_row_and_column(city: AsyncEngine) -> None:
    for kind, text, said in WRONG:
        with pytest.raises(BadInput) as refused:
            await bring(city, kind, text)
        assert said in str(refused.value)
    async with reading(city) as connection:
        assert len(await store.read_inner(connection, YEAR)) == 16


async def test_a_grade_that_was_given_to_a_part_that_is_gone_plays_no_part(
    city: AsyncEngine,
) -> None:
    given = UnitDecision("TAX-1", Grade.SECOND, "周正平", "走访核实", "2011-02-10T09:00:00+08:00")
    async with writing(city) as connection:
        await store.append_unit_decisions(connection, YEAR, [given])
    await bring_all(city)
    year = await open_year(city, YEAR)
    assert [body.unit for body in year.inside] == ["FIN", "FIN-1"]


async def test_leaders_handed_in_anew_leave_people_inside_where_they_are(city: AsyncEngine) -> None:
    await bring(
        city, "leaders", "id,name_zh,unit,role\nL0001,王一,TAX,正职\nTAX-P01,李二,FIN,副职\n"
    )
    async with reading(city) as connection:
        leaders = {x.id: x.unit for x in await store.read_leaders(connection, YEAR)}
    assert len(leaders) == 2 + 28 - 1
    assert leaders["TAX-P01"] == "FIN"
