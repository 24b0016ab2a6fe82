"""Who held it then answers: the rows «transfer», «posts», «absent» and «late-verdict» of a year."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.facts import Grade, Verdict
from aggregation.model.results import ConsequenceKind
from aggregation.model.standings import AppraisalState
from bot.appraisal.amended_content import sealed_material
from bot.appraisal.sealed_content import read_content, write_content
from bot.appraisal.sealing import preview_seal
from bot.appraisal.standing_years import read_standing
from bot.appraisal.year import BINDING, open_year
from bot.records.filings import read_filings
from bot.storage.database import reading
from survey_flows.errors import BadInput
from tests.contract.test_year_tables import (
    INDICATORS,
    LEADERS,
    YEAR,
    bring,
    hold_campaign,
    rows_of,
    small_year,
)
from tests.deciding import decide
from tests.sealing import office_of, seal_year
from tests.web_city import Clock

POSTS = "person,unit,role,title,begins,until,held,main\n"
FOUND = "id,kind,subject,date,source,established,revoked\n"
AWAY = "person,kind,begins,until\n"


@pytest.fixture
async def city(store_url: str) -> AsyncIterator[AsyncEngine]:
    """Four units and their principals at the end of the year, L1 to L4."""
    async with small_year(store_url) as database:
        yield database


async def downgraded(database: AsyncEngine, year: int = YEAR) -> dict[str, bool]:
    """Who is proposed for a lower grade after an accident, and whether it is left to the office."""
    found = (await open_year(database, year)).result.proposals
    rule = "safety_accident"
    down = [p for p in found if p.rule == rule and p.kind is ConsequenceKind.DOWNGRADE]
    return {p.subject: p.discretionary for p in down}


async def accident(database: AsyncEngine, unit: str, day: str) -> None:
    await bring(database, "findings", FOUND + f"F1,safety_accident,{unit},{day},事故调查报告,,\n")


async def test_row_transfer_who_headed_the_unit_on_the_day_answers_and_not_the_successor(
    city: AsyncEngine,
) -> None:
    """L2 headed U1 until May and heads U2 now; L1 came in December."""
    rows = "L2,U1,principal,局长,2020-01-01,2026-05-31,,\nL2,U2,principal,局长,2026-06-01,,,\n"
    rows += "L1,U1,principal,局长,2026-12-01,,,\n"
    assert (await bring(city, "posts", POSTS + rows))[0] == 3
    await accident(city, "U1", "2026-03-01")
    assert await downgraded(city) == {"L2": False}
    year = (await open_year(city, YEAR)).result
    assert year.leader("L1").state.state is AppraisalState.NOT_APPRAISED
    assert year.leader("L1").grade is None
    mixed = year.leader("L2")
    assert mixed.unit == "U2"
    # 151 days of U1's total and 214 of U2's make the unit's part of the score.
    first, second = (year.unit(code).total for code in ("U1", "U2"))
    assert first is not None
    assert second is not None
    assert mixed.unit_total == pytest.approx(
        (151 * first + 214 * second) / 365, abs=Decimal("0.01")
    )
    await decide(city, YEAR, "2026/safety_accident/downgrade/L2/F1", Verdict.DECLINED)
    await decide(city, YEAR, "2026/third_grade_unit/downgrade/L3", Verdict.DECLINED)
    assert (await preview_seal(city, YEAR)).obstacles == ()


async def test_row_posts_two_principals_an_acting_one_and_nobody(city: AsyncEngine) -> None:
    rows = "L1,U1,principal,局长,2020-01-01,,,\nX1,U1,principal,书记,2020-01-01,2026-10-01,,\n"
    await bring(city, "posts", POSTS + rows)
    await accident(city, "U1", "2026-03-01")
    assert await downgraded(city) == {"L1": False}, "X1 has left: it is recorded, nothing proposed"
    tasks = (await open_year(city, YEAR)).result.tasks
    assert [(task.subject, task.stops) for task in tasks] == [("X1", False)]
    # The principal was on leave and the deputy acted: firm for the deputy, open for the principal.
    deputy = "L2,U1,principal,副局长,2026-02-01,2026-04-30,acting,no\n"
    await bring(city, "posts", POSTS + deputy + "L2,U2,principal,局长,2020-01-01,,,\n")
    await bring(city, "absences", AWAY + "L1,sick,2026-02-01,2026-04-30\n")
    assert await downgraded(city) == {"L1": True, "L2": False}
    await accident(city, "U3", "2026-03-01")
    await bring(city, "posts", POSTS + "L3,U3,principal,局长,2026-06-01,,,\n")
    assert await downgraded(city) == {}
    (task,) = (await open_year(city, YEAR)).result.tasks
    assert (task.subject, task.stops) == ("U3", True)
    assert "U3" in str((await preview_seal(city, YEAR)).obstacles)


async def test_row_absent_the_sick_and_the_dead_are_not_appraised_and_the_rest_is(
    city: AsyncEngine,
) -> None:
    rows = "L1,sick,2026-01-01,2026-07-20\nL2,died,2026-09-01,\n"
    await bring(city, "absences", AWAY + rows)
    cases = "id,person,kind,level,begins,ended\nD1,L3,investigation,,2026-11-01,\n"
    await bring(city, "discipline", cases)
    year = (await open_year(city, YEAR)).result
    assert {x.leader: (x.state.state, x.state.deferred) for x in year.leaders} == {
        "L1": (AppraisalState.NOT_APPRAISED, False),
        "L2": (AppraisalState.NOT_APPRAISED, False),
        "L3": (AppraisalState.NO_GRADE, True),
        "L4": (AppraisalState.APPRAISED, False),
    }
    assert year.leader("L4").grade is Grade.SECOND
    assert [u.grade for u in year.units] == [None, Grade.FIRST, Grade.SECOND, Grade.THIRD]


async def test_row_late_verdict_binds_the_act_s_day_and_leaves_a_sealed_year_as_it_was(
    city: AsyncEngine,
) -> None:
    await decide(city, YEAR, "2026/third_grade_unit/downgrade/L3", Verdict.DECLINED)
    await seal_year(city, YEAR)
    async with reading(city) as connection:
        before = await read_standing(connection, YEAR)
    later = YEAR + 1
    await bring(city, "leaders", LEADERS.replace("L2,", "L9,"), later)
    await bring(city, "indicators", INDICATORS.replace("L2,", "L9,"), later)
    await hold_campaign(city, "next", year=later)
    verdict = "F7,criminal_offence,L1,2026-05-01,判决书,2027-06-01,\n"
    await bring(city, "findings", FOUND + verdict, later)
    found = (await open_year(city, later)).result
    assert found.subjects(ConsequenceKind.GRADE_FOUR, found.about("L1")[0].status) == ("L1",)
    async with reading(city) as connection:
        assert await read_standing(connection, YEAR) == before
    # Somebody who has left can be named: it is recorded, without a grade.
    gone = "F8,criminal_offence,L2,2026-05-01,判决书,2027-06-01,\n"
    await bring(city, "posts", POSTS + "L2,U2,principal,局长,2020-01-01,2026-12-31,,\n", later)
    await bring(city, "findings", FOUND + verdict + gone, later)
    found = (await open_year(city, later)).result
    assert "L2" not in {p.subject for p in found.proposals}
    assert ("L2", False) in [(task.subject, task.stops) for task in found.tasks]
    revoked = verdict.replace("2027-06-01,", "2027-06-01,2027-09-01")
    await bring(city, "findings", FOUND + revoked, later)
    assert "L1" not in {p.subject for p in (await open_year(city, later)).result.proposals}


async def test_row_late_verdict_that_has_counted_in_a_sealed_year_counts_in_no_later_one(
    city: AsyncEngine,
) -> None:
    """The act of 2026 is judged and counted in 2027, which is sealed: 2028 begins without it."""
    await decide(city, YEAR, "2026/third_grade_unit/downgrade/L3", Verdict.DECLINED)
    await seal_year(city, YEAR)
    verdict = "F7,criminal_offence,L1,2026-05-01,判决书,2027-06-01,\n"
    for year, name in ((YEAR + 1, "next"), (YEAR + 2, "last")):
        await bring(city, "leaders", LEADERS, year)
        await bring(city, "indicators", INDICATORS, year)
        await hold_campaign(city, name, year=year)
    await bring(city, "findings", FOUND + verdict, YEAR + 1)
    # While 2027 is open it counts there alone.
    assert [len((await open_year(city, YEAR + n)).inputs.facts) for n in range(3)] == [0, 1, 0]
    later = Clock()
    later.time = datetime(2027, 12, 20, tzinfo=UTC)
    office = office_of(clock=later)
    for proposal in (await open_year(city, YEAR + 1)).result.proposals:
        if proposal.kind in BINDING:
            verdict_of = Verdict.CONFIRMED if proposal.subject == "L1" else Verdict.DECLINED
            await decide(city, YEAR + 1, proposal.key, verdict_of, office=office)
    await seal_year(city, YEAR + 1, clock=later)
    assert (await open_year(city, YEAR + 1)).result.leader("L1").grade is Grade.FOURTH
    assert [len((await open_year(city, YEAR + n)).inputs.facts) for n in range(3)] == [0, 1, 0]
    assert (await open_year(city, YEAR + 2)).result.leader("L1").grade is not Grade.FOURTH
    # Another finding that bears the same number is another one.
    other = "F7,criminal_offence,L2,2028-02-01,判决书,,\n"
    await bring(city, "findings", FOUND + other, YEAR + 2)
    assert [it.subject for it in (await open_year(city, YEAR + 2)).inputs.facts] == ["L2"]


async def test_a_seal_holds_posts_absences_and_discipline(city: AsyncEngine) -> None:
    await bring(city, "posts", POSTS + "L1,U1,principal,局长,2020-01-01,,,\n")
    await bring(city, "absences", AWAY + "L4,study,2026-01-01,2026-02-01\n")
    await bring(
        city, "discipline", "id,person,kind,level,begins,ended\nD1,L4,sanction,记过,2025-06-01,\n"
    )
    await decide(city, YEAR, "2026/third_grade_unit/downgrade/L3", Verdict.DECLINED)
    computed = await open_year(city, YEAR)
    await seal_year(city, YEAR)
    await bring(city, "posts", POSTS + "L1,U1,principal,局长,2026-06-01,,,\n", YEAR + 1)
    year = await open_year(city, YEAR)
    assert (year.inputs, year.result) == (computed.inputs, computed.result)
    async with reading(city) as connection:
        stands = await read_standing(connection, YEAR)
        (newest, *_) = await read_filings(connection, YEAR + 1)
    assert stands is not None
    assert sealed_material(stands.content) == computed.inputs
    assert read_content(write_content(stands.content)) == stands.content
    assert [(it.subject, bool(it.after)) for it in newest.changes] == [("L1", False), ("L1", True)]


WRONG = {
    "two main posts": (
        "posts",
        POSTS + "L1,U1,principal,局长,2026-01-01,,,\nL1,U2,principal,局长,2026-06-01,,,\n",
        "row 3, column main: L1 would have two main posts",
    ),
    "an end before the beginning": (
        "posts",
        POSTS + "L1,U1,principal,局长,2026-06-01,2026-01-01,,\n",
        "it ends before it begins",
    ),
    "a unit that is none": ("posts", POSTS + "L1,NO,principal,局长,2026-06-01,,,\n", "no unit"),
    "somebody who comes back": (
        "absences",
        AWAY + "L1,died,2026-06-01,2026-07-01\n",
        "does not come back",
    ),
    "a reason that is none": ("absences", AWAY + "L1,tired,2026-06-01,\n", "«tired»"),
    "a sanction without its level": (
        "discipline",
        "id,person,kind,level,begins,ended\nD1,L1,sanction,,2026-01-01,\n",
        "column level: a sanction needs its level",
    ),
    "a verdict before the act": (
        "findings",
        FOUND + "F1,criminal_offence,L1,2026-05-01,判决书,2026-04-01,\n",
        "established before it happened",
    ),
    "an act of another year without a verdict": (
        "findings",
        FOUND + "F1,criminal_offence,L1,2025-05-01,判决书,,\n",
        "2025-05-01",
    ),
}


async def test_tables_that_contradict_themselves_leave_nothing(city: AsyncEngine) -> None:
    before = await rows_of(city)
    for name, (kind, text, complaint) in WRONG.items():
        with pytest.raises(BadInput, match=complaint):
            await bring(city, kind, text)
        assert await rows_of(city) == before, name
