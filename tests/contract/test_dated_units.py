"""Units come and go: the rows «unit-ends», «-new», «unit-merge», «N» and «unit-rename»."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.facts import Grade, Verdict
from aggregation.model.results import ConsequenceKind
from aggregation.scheme.scheme import PUBLIC
from bot.appraisal.past_grades import read_past
from bot.appraisal.sealing import preview_seal
from bot.appraisal.year import open_year
from bot.campaigns.drafting import stored_units
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.storage.database import reading
from survey_flows.errors import BadInput
from tests.contract.test_year_tables import (
    INDICATORS,
    LEADERS,
    UNITS,
    YEAR,
    bring,
    hold_campaign,
    rows_of,
    small_year,
)
from tests.deciding import decide, give_grade
from tests.sealing import seal_year

PERIODS = "code,begins,until,name_zh,name_en,category,league\n"
EVENTS = "on,kind,before,after,document,shares,continues\n"
POSTS = "person,unit,role,begins,until\n"


@pytest.fixture
async def city(store_url: str) -> AsyncIterator[AsyncEngine]:
    """Three departments with places 1/1/1, a district, and their principals."""
    async with small_year(store_url) as database:
        yield database


async def grades(database: AsyncEngine, year: int = YEAR) -> dict[str, Grade | None]:
    return {u.unit: u.grade for u in (await open_year(database, year)).result.units}


async def test_row_unit_ends_it_is_not_appraised_and_its_principal_answers_for_march(
    city: AsyncEngine,
) -> None:
    rows = "U2,2000-01-01,2026-06-30,市二局,Bureau 2,C_social,\n"
    await bring(city, "unit-periods", PERIODS + rows)
    await bring(city, "leaders", LEADERS.replace("L2,领导2,U2", "L2,领导2,U1"))
    moved = "L2,U2,principal,2020-01-01,2026-06-30\nL2,U1,principal,2026-07-01,\n"
    await bring(city, "posts", POSTS + moved)
    found = "id,kind,subject,date,source\nF1,safety_accident,U2,2026-03-01,事故调查报告\n"
    await bring(city, "findings", found)
    year = await open_year(city, YEAR)
    assert await grades(city) == {"D1": None, "U1": Grade.FIRST, "U3": Grade.THIRD}
    (left,) = year.not_appraised
    assert (left.code, "2026-06-30" in str(left.reason)) == ("U2", True)
    down = {p.subject for p in year.result.proposals if p.kind is ConsequenceKind.DOWNGRADE}
    assert "L2" in down
    with pytest.raises(BadInput):
        await stored_units(city, ["U2"], YEAR + 1)
    assert "U2" in {unit.code for unit in await stored_units(city, None, YEAR)}
    # The seal says so too, whatever the periods say later.
    for proposal in year.result.proposals:
        if proposal.kind in (ConsequenceKind.DOWNGRADE, ConsequenceKind.GRADE_FOUR):
            await decide(city, YEAR, proposal.key, Verdict.DECLINED)
    await seal_year(city, YEAR)
    await bring(city, "unit-periods", PERIODS + rows.replace("2026-06-30", ""), YEAR + 1)
    assert (await open_year(city, YEAR)).not_appraised == year.not_appraised
    async with reading(city) as connection:
        assert "U2" not in {line.subject for line in await read_past(connection, last=YEAR)}


@pytest.mark.parametrize(("begins", "appraised"), [("2026-08-01", False), ("2026-03-01", True)])
async def test_row_unit_new_it_is_appraised_from_183_days_on(
    city: AsyncEngine, begins: str, appraised: bool
) -> None:
    row = f"U2,{begins},,市二局,Bureau 2,C_social,\n"
    await bring(city, "unit-periods", PERIODS + row)
    assert ("U2" in await grades(city)) is appraised
    left = [it.code for it in (await open_year(city, YEAR)).not_appraised]
    assert left == ([] if appraised else ["U2", "L2"]), "a unit, and its principal with it"


async def test_row_unit_n_one_that_is_abolished_after_the_lock_costs_second_and_no_year(
    city: AsyncEngine,
) -> None:
    await bring(city, "unit-periods", PERIODS + "U2,2000-01-01,2026-06-30,市二局,B,C_social,\n")
    (use,) = (await open_year(city, YEAR)).result.quotas
    assert dict(use.given) == {Grade.FIRST: 1, Grade.SECOND: 0, Grade.THIRD: 1}


async def merge(database: AsyncEngine, shares: str) -> None:
    """Bring in that U1 and U2 became U4 on 1 October, as an office does."""
    more = "U4,市四局,Bureau 4,C_social,window,,\n"
    await bring(database, "units", UNITS.splitlines()[0] + "\n" + more, 0)
    ended = "{},2000-01-01,2026-09-30,{},B,C_social,\n"
    rows = ended.format("U1", "市一局") + ended.format("U2", "市二局")
    await bring(database, "unit-periods", PERIODS + rows + "U4,2026-10-01,,市四局,C,C_social,\n")
    await bring(database, "leaders", LEADERS.replace(",U1,", ",U4,").replace(",U2,", ",U4,"))
    points = "subject,objective,superior,governance\nU4,90,90,90\n"
    await bring(database, "indicators", points)
    event = f"2026-10-01,merge,U1 U2,U4,机构改革文件,{shares},yes\n"
    await bring(database, "unit-events", EVENTS + event)


async def test_row_unit_merge_the_score_is_shared_from_the_tables_to_the_seal(
    store_url: str,
) -> None:
    """A has 80, B has 90; by .6 and .4 the unit that they became has 84.00, its leaders too."""
    async with open_store(Settings(database_url=store_url)) as city:
        await bring(city, "units", UNITS, 0)
        await bring(city, "leaders", LEADERS)
        answers = {"U1": "S", "U2": "VS S", "U3": "D", "D1": "B"}
        await hold_campaign(city, answers=answers)
        await bring(city, "indicators", INDICATORS)
        await merge(city, "U1=0.6 U2=0.4")
        year = await open_year(city, YEAR)
        assert year.inputs.public["U4"].score == 84
        assert {it.code for it in year.not_appraised} == {"U1", "U2"}
        unit = year.result.unit("U4")
        shares = {it.id: it.weight for it in unit.components}
        (public,) = [it for it in unit.components if it.id == PUBLIC]
        assert public.points == 84
        others = 90 * (100 - shares[PUBLIC])
        assert unit.total == (84 * shares[PUBLIC] + others) / 100
        assert await grades(city) == {"D1": None, "U3": Grade.THIRD, "U4": Grade.FIRST}
        assert {year.result.leader(it).unit_total for it in ("L1", "L2")} == {unit.total}
        await decide(city, YEAR, "2026/third_grade_unit/downgrade/L3", Verdict.DECLINED)
        await seal_year(city, YEAR)
        # The next year reads it, and a later change of the shares moves nothing.
        with pytest.raises(BadInput, match="sealed"):
            await merge(city, "U1=0.5 U2=0.5")
        assert (await open_year(city, YEAR)).inputs.public["U4"].score == 84


async def test_row_unit_merge_without_shares_a_person_gives_the_grade(city: AsyncEngine) -> None:
    await merge(city, "")
    merged = (await open_year(city, YEAR)).result.unit("U4")
    assert (merged.insufficient, merged.total, merged.grade) == (True, None, None)
    assert "U4" in str((await preview_seal(city, YEAR)).obstacles)
    await give_grade(city, YEAR, "U4", Grade.FIRST)
    assert await grades(city) == {"D1": None, "U3": Grade.THIRD, "U4": Grade.FIRST}
    with pytest.raises(BadInput, match="sum to 1"):
        await merge(city, "U1=0.6 U2=0.5")


async def test_row_unit_rename_both_names_in_its_year_and_the_new_one_after(
    city: AsyncEngine,
) -> None:
    rows = "U1,2000-01-01,2026-05-31,乙局,Old,C_social,\nU1,2026-06-01,,甲局,New,C_social,\n"
    await bring(city, "unit-periods", PERIODS + rows)
    await bring(city, "unit-events", EVENTS + "2026-06-01,rename,U1,U1,更名文件,,\n")
    unit = (await open_year(city, YEAR)).result.unit("U1")
    assert (unit.zh, unit.en) == ("甲局（原乙局）", "New (formerly Old)")
    names = {it.code: it.name["zh-Hans"] for it in await stored_units(city, None, YEAR + 1)}
    assert names["U1"] == "甲局"
    assert {it.code: it.name["zh-Hans"] for it in await stored_units(city, None, YEAR - 1)}[
        "U1"
    ] == "乙局"


async def test_periods_never_overlap_and_events_name_units(city: AsyncEngine) -> None:
    before = await rows_of(city)
    overlap = "U1,2000-01-01,2026-06-30,甲,A,C_social,\nU1,2026-06-30,,乙,B,C_social,\n"
    for kind, text, complaint in (
        ("unit-periods", PERIODS + overlap, "row 3, column begins: two periods of U1"),
        ("unit-periods", PERIODS + "NO,2000-01-01,,甲,A,C_social,\n", "no unit"),
        ("unit-periods", PERIODS + "U1,2000-01-01,,甲,A,X,\n", "category"),
        ("unit-events", EVENTS + "2026-01-01,abolish,NO,,文件,,\n", "there is no unit «NO»"),
    ):
        with pytest.raises(BadInput, match=complaint):
            await bring(city, kind, text)
        assert await rows_of(city) == before
