"""Amendments that follow from no appeal: the rows «overturned», «absent», «late-verdict», …

On both databases, from the sealed year to what every reader is told.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.appraisal.standing import Cause
from aggregation.model.facts import Grade, Verdict
from aggregation.model.results import explain
from aggregation.scheme.parts import UnitQuota
from bot.accounts.approvals import DONE, WAITING, Approval
from bot.accounts.officers import Officers
from bot.accounts.staff import add_staff
from bot.appraisal.cause_requests import CauseRequest
from bot.appraisal.causes import prepare_cause, preview_cause
from bot.appraisal.challenges import declare_kin
from bot.appraisal.executions import ExecutionAct
from bot.appraisal.past_grades import read_past
from bot.appraisal.year import BINDING, open_year
from bot.appraisal.year_tasks import list_year_tasks
from bot.core.clock import Clock
from bot.records.amendments import read_amendments
from bot.records.notices import read_notices
from bot.records.tellings import TellingAct, read_tellings
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.contract.test_year_tables import (
    INDICATORS,
    LEADERS,
    YEAR,
    bring,
    hold_campaign,
    scheme,
    small_year,
)
from tests.deciding import decide, execute
from tests.desk import roster_of
from tests.sealing import approvals_of, give_notice, office_of, seal_year
from tests.web_city import Clock as FixedClock

PASSWORD = "correct horse battery"
FOUND = "id,kind,subject,date,source,established,revoked\n"
OFFENCE = "F1,criminal_offence,L1,2026-05-01,刑事判决书,,\n"
FOUR = f"{YEAR}/criminal_offence/grade_four/L1/F1"
THIRD = f"{YEAR}/third_grade_unit/downgrade/L3"
NEXT = YEAR + 1


@pytest.fixture
async def city(store_url: str) -> AsyncIterator[AsyncEngine]:
    """Three departments, a district, and their principals L1 to L4; U3 is third."""
    async with small_year(store_url) as database:
        yield database


def clock() -> Clock:
    return FixedClock()


async def decided(database: AsyncEngine, year: int, *confirmed: str) -> None:
    """Decide on all that touches a grade, and on what is confirmed."""
    for _ in range(2):  # what follows from the settled grades comes after the lowerings
        for proposal in (await open_year(database, year)).result.proposals:
            yes = any(proposal.key.startswith(it) for it in confirmed)
            if proposal.decision is None and (yes or proposal.kind in BINDING):
                verdict = Verdict.CONFIRMED if yes else Verdict.DECLINED
                office = office_of(clock=clock())
                await decide(database, year, proposal.key, verdict, office=office)


async def noticed(database: AsyncEngine, year: int = YEAR) -> None:
    await seal_year(database, year, clock=clock())
    await give_notice(database, year, office_of(clock=clock()))


async def amended(database: AsyncEngine, request: CauseRequest, year: int = YEAR) -> Approval:
    """Look at an amendment and prepare it; in the profile solo it is done then."""
    office = office_of(clock=clock())
    seen = (await preview_cause(database, year, request, office)).seen
    approvals = approvals_of(database, clock())
    return await prepare_cause(database, approvals, year, request, seen, office)


async def grades(database: AsyncEngine, year: int = YEAR) -> dict[str, Grade | None]:
    result = (await open_year(database, year)).result
    return {x.leader: x.grade for x in result.leaders} | {u.unit: u.grade for u in result.units}


async def tasks(database: AsyncEngine, year: int = YEAR) -> list[tuple[str, str, str]]:
    async with reading(database) as connection:
        return [(it.kind, it.subject, it.what) for it in await list_year_tasks(connection, year)]


async def told(database: AsyncEngine, year: int = YEAR) -> list[list[str]]:
    async with reading(database) as connection:
        return [sorted(it.subjects) for it in await read_notices(connection, year)]


OVERTURNED = CauseRequest(
    Cause.OVERTURNED, "F1", "再审判决书", "原判撤销，宣告无罪", on="2026-10-01"
)


async def test_row_overturned_the_base_grade_is_restored_and_what_rested_on_it_is_lost(
    city: AsyncEngine,
) -> None:
    """Four in one year, executed, and dismissed in the next by it; then a court revokes it."""
    await bring(city, "findings", FOUND + OFFENCE)
    await decided(city, YEAR, FOUR)
    assert (await grades(city))["L1"] is Grade.FOURTH
    await noticed(city)
    office = office_of(clock=clock())
    await execute(city, YEAR, FOUR, ExecutionAct.EXECUTED, "2026-11-23", "组织部文件1号", office)
    # The next year L1's unit is third and L1 with it, so that L1 is dismissed for two years.
    swapped = INDICATORS.replace("U1,95,95,95", "U0").replace("U3,60,60,60", "U1,60,60,60")
    await bring(city, "leaders", LEADERS, NEXT)
    await bring(city, "indicators", swapped.replace("U0", "U3,95,95,95"), NEXT)
    answers = {"U1": "D", "U2": "S", "U3": "VS", "D1": "B"}
    await hold_campaign(city, "next", year=NEXT, answers=answers)
    lowered = f"{NEXT}/third_grade_unit/downgrade/L1"
    dismissal = f"{NEXT}/two_year_third/dismissal/L1"
    await decided(city, NEXT, lowered, dismissal)
    await seal_year(city, NEXT, clock=clock())
    assert await tasks(city) == await tasks(city, NEXT) == []

    before = await grades(city)
    assert (await amended(city, OVERTURNED)).state == DONE
    after = await grades(city)
    base = (await open_year(city, YEAR)).result.leader("L1").base
    assert (after["L1"], base) == (Grade.SECOND, Grade.SECOND)
    assert {it: grade for it, grade in after.items() if before[it] is not grade} == {
        "L1": Grade.SECOND
    }
    year = await open_year(city, YEAR)
    assert FOUR not in {p.key for p in year.result.proposals}
    (line,) = [x for x in explain(year.result, "L1", "en") if "a finding was revoked" in x]
    assert "fourth grade → second grade" in line
    assert "amendment 1: 原判撤销，宣告无罪" in line
    assert await told(city) == [[], ["L1"]]
    # What was carried out is taken back, and the year that read the grade has its own task.
    assert await tasks(city) == [("restore", "L1", FOUR)]
    assert await tasks(city, NEXT) == [("line", "L1", str(YEAR))]
    async with reading(city) as connection:
        (task,) = await list_year_tasks(connection, NEXT)
        past = {it.subject: it.grade for it in await read_past(connection, YEAR, YEAR)}
    assert dismissal in str(task.message)
    assert task.lost == (dismissal,)
    assert "ground lost" in str(task.message)
    assert past["L1"] is Grade.SECOND
    await execute(city, YEAR, FOUR, ExecutionAct.RESTORED, "2026-11-23", "恢复文件1号", office)
    assert await tasks(city) == []
    # The next year is amended for that: no dismissal, and the task is settled.
    await give_notice(city, NEXT, office)
    line_of = CauseRequest(Cause.LINE, str(YEAR), "再审判决书", "依据已失", subject="L1")
    await amended(city, line_of, NEXT)
    kinds = {p.key for p in (await open_year(city, NEXT)).result.proposals}
    assert dismissal not in kinds
    assert (await grades(city, NEXT))["L1"] is Grade.THIRD, "by its own unit"
    assert await tasks(city, NEXT) == []


async def test_row_overturned_who_moved_up_stays(city: AsyncEngine) -> None:
    """A veto bars U1 from first and U2 moves up; without the veto both are first."""
    veto = "F3,veto,U1,2026-05-01,一票否决通报,,\n"
    await bring(city, "findings", FOUND + veto)
    await decided(city, YEAR)
    await noticed(city)
    assert [(await grades(city))[u] for u in ("U1", "U2")] == [Grade.SECOND, Grade.FIRST]
    request = replace(OVERTURNED, what="F3")
    preview = await preview_cause(city, YEAR, request, office_of(clock=clock()))
    assert "U1" in {it.subject for it in preview.changed}
    assert "U2" in {it.subject for it in preview.protected}
    await amended(city, request)
    assert [(await grades(city))[u] for u in ("U1", "U2")] == [Grade.FIRST, Grade.FIRST]
    (quota,) = (await open_year(city, YEAR)).result.quotas
    assert quota.given[Grade.FIRST] == 2, "overrun is noted"
    assert "protected" in explain((await open_year(city, YEAR)).result, "U2", "en")[-1]


async def test_row_absent_investigated_and_cleared_later_a_grade_with_a_notice_to_one(
    city: AsyncEngine,
) -> None:
    cases = "id,person,kind,level,begins,ended\nD1,L2,investigation,,2026-06-01,{}\n"
    await bring(city, "discipline", cases.format(""))
    await decided(city, YEAR)
    await noticed(city)
    assert (await grades(city))["L2"] is None
    assert (await open_year(city, YEAR)).result.leader("L2").state.deferred
    assert await tasks(city) == []
    await bring(city, "discipline", cases.format("2026-11-10"), NEXT)
    assert await tasks(city) == [("deferred", "L2", "D1")]
    request = CauseRequest(Cause.DEFERRED, "D1", "了结决定", "查无问题", on="2026-11-10")
    for wrong, complaint in (
        (replace(request, what="D2"), "no such investigation"),
        (replace(request, on="2026-05-01"), "the day lies between 2026-06-01"),
        (replace(request, on="2035-01-01"), "the day lies between"),
        (replace(request, document=" "), "name the document"),
    ):
        with pytest.raises(BadInput, match=complaint):
            await preview_cause(city, YEAR, wrong, office_of(clock=clock()))
    await amended(city, request)
    assert (await grades(city))["L2"] is Grade.SECOND
    assert await told(city) == [[], ["L2"]]
    assert await tasks(city) == []
    with pytest.raises(BadInput, match="no such investigation"):
        await amended(city, request)


async def test_row_absent_a_deferred_grade_may_be_low_and_is_decided_with_it(
    city: AsyncEngine,
) -> None:
    """L3 heads the third-grade unit; the lowering that was confirmed counts with the grade."""
    cases = "id,person,kind,level,begins,ended\nD1,L3,investigation,,2026-06-01,\n"
    await bring(city, "discipline", cases)
    await decided(city, YEAR, THIRD)
    await noticed(city)
    assert (await grades(city))["L3"] is None
    request = CauseRequest(Cause.DEFERRED, "D1", "了结决定", "查无问题", on="2026-11-10")
    preview = await preview_cause(city, YEAR, request, office_of(clock=clock()))
    assert (preview.undecided, preview.protected) == ((), ()), "worse than nothing, and given"
    await amended(city, request)
    assert (await grades(city))["L3"] is Grade.THIRD


async def test_row_late_verdict_the_scheme_may_choose_to_amend_the_sealed_year(
    city: AsyncEngine,
) -> None:
    """By `late: amend` a verdict after the seal makes the sealed grade fourth, after hearing."""
    await hold_campaign(city, "poll-2", rules=scheme().model_copy(update={"late": "amend"}))
    async with writing(city) as connection:
        await connection.execute(delete(tables.ballots).where(tables.ballots.c.campaign == "poll"))
    await decided(city, YEAR)
    await noticed(city)
    await bring(city, "leaders", LEADERS, NEXT)
    late = "F7,criminal_offence,L1,2026-05-01,判决书,2026-11-20,\n"
    await bring(city, "findings", FOUND + late, NEXT)
    assert await tasks(city) == [("late", "L1", "F7")]
    request = CauseRequest(Cause.LATE, "F7", "判决书", "判决生效")
    office = office_of(clock=clock())
    preview = await preview_cause(city, YEAR, request, office)
    key = f"{YEAR}/criminal_offence/grade_four/L1/F7"
    assert [p.key for p in preview.undecided] == [key]
    with pytest.raises(BadInput, match=f"decide with it what touches a grade: {key}"):
        await amended(city, request)
    verdicts = {key: Verdict.CONFIRMED}
    with pytest.raises(BadInput, match="on which day the person was heard"):
        await amended(city, replace(request, verdicts=verdicts))
    await amended(city, replace(request, verdicts=verdicts, heard_on="2026-11-20"))
    assert (await grades(city))["L1"] is Grade.FOURTH
    assert "L1" in (await told(city))[-1]
    assert await tasks(city) == []
    # The hearing stands with the decision, so that it may be carried out.
    await execute(city, YEAR, key, ExecutionAct.EXECUTED, "2026-11-23", "文件", office)


async def test_row_late_verdict_by_default_a_sealed_year_is_not_amended_for_the_worse(
    city: AsyncEngine,
) -> None:
    await decided(city, YEAR)
    await noticed(city)
    await bring(city, "leaders", LEADERS, NEXT)
    late = "F7,criminal_offence,L1,2026-05-01,判决书,2027-06-01,\n"
    await bring(city, "findings", FOUND + late, NEXT)
    assert await tasks(city) == []
    with pytest.raises(BadInput, match=f"this finding counts in {NEXT}"):
        await amended(city, CauseRequest(Cause.LATE, "F7", "判决书", "判决生效"))


async def test_row_overwrite_after_the_notice_a_correction_case_alone_changes_points(
    city: AsyncEngine,
) -> None:
    await decided(city, YEAR)
    await noticed(city)
    with pytest.raises(BadInput, match="sealed"):
        await bring(city, "indicators", "subject,objective\nU3,95\n")
    request = CauseRequest(
        Cause.CORRECTION, "objective", "统计局更正函", "录入有误", subject="U3", value="70"
    )
    for wrong, complaint in (
        (replace(request, value="60"), "this stands already"),
        (replace(request, value="101"), "no number of points"),
        (replace(request, what="nothing"), "no material of this kind"),
        (replace(request, value="20"), "may, after a hearing"),
        (replace(request, reason=""), "name the document"),
    ):
        with pytest.raises(BadInput, match=complaint):
            await preview_cause(city, YEAR, wrong, office_of(clock=clock()))
    before = (await open_year(city, YEAR)).result.unit("U3").total
    await amended(city, request)
    now = (await open_year(city, YEAR)).result.unit("U3").total
    assert before is not None
    assert now is not None
    assert now > before
    # The next one counts from there: sealed, corrections so far, and this one.
    await amended(city, replace(request, what="governance", value="75"))
    last = (await open_year(city, YEAR)).result.unit("U3").total
    assert last is not None
    assert last > now
    async with reading(city) as connection:
        made = await read_amendments(connection, YEAR)
    assert [(it.appeal, it.before == made[n - 1].after) for n, it in enumerate(made)][1] == (
        0,
        True,
    )
    # Own false material: worse too, once the person was heard.
    false = replace(request, value="20", false_material=True)
    with pytest.raises(BadInput, match="on which day the person was heard"):
        await amended(city, false)
    await amended(city, replace(false, heard_on="2026-11-23"))
    assert (await open_year(city, YEAR)).result.unit("U3").total < last  # type: ignore[operator]


async def test_an_amendment_is_prepared_by_one_and_signed_by_another_who_is_not_barred(
    city: AsyncEngine,
) -> None:
    await bring(city, "findings", FOUND + OFFENCE)
    await decided(city, YEAR, FOUR)
    await noticed(city)
    roster = roster_of(city)
    people = {"zhou": "administrator", "chen": "administrator", "he": "approver", "wu": "approver"}
    for login, role in people.items():
        await add_staff(roster, login, PASSWORD, role)
    await declare_kin(city, "he", "L1", office_of("he"))
    approvals = approvals_of(city, clock())
    await Officers(approvals, clock()).set_profile("city", "zhou")
    office = office_of("chen", clock())
    preview = await preview_cause(city, YEAR, OVERTURNED, office)
    given = (city, approvals, YEAR, OVERTURNED)
    with pytest.raises(BadInput, match="something changed after you looked"):
        await prepare_cause(*given, "0" * 16, office)
    await declare_kin(city, "chen", "L1", office_of("chen"))
    with pytest.raises(BadInput, match=r"chen: you must stand aside from L1 \(kin\)"):
        await prepare_cause(*given, preview.seen, office)
    one = await prepare_cause(*given, preview.seen, office_of("zhou", clock()))
    assert one.state == WAITING
    offence = "criminal_offence"
    assert one.details["told"] == (
        f"L1 4 → 2 · − {offence}/grade_four/F1 · − {offence}/removal_from_posts/F1"
    )
    assert (await grades(city))["L1"] is Grade.FOURTH
    with pytest.raises(BadInput, match=r"he: you must stand aside from L1 \(kin\)"):
        await approvals.approve(one.id, "he", one.seen)
    assert (await approvals.approve(one.id, "wu", one.seen)).state == DONE
    assert (await grades(city))["L1"] is Grade.SECOND
    query = select(tables.notices.c.kind).where(tables.notices.c.kind == "year-amendment")
    async with reading(city) as connection:
        (made,) = await read_amendments(connection, YEAR)
        acts = (await connection.execute(query)).scalars().all()
    assert (made.by, made.approved_by, len(acts)) == ("zhou", "wu", 1)
    with pytest.raises(DBAPIError, match="only grows"):
        async with writing(city) as connection:
            await connection.execute(update(tables.amendments).values(cause=""))


async def test_a_year_before_its_notice_is_not_amended_but_sealed_anew(city: AsyncEngine) -> None:
    await bring(city, "findings", FOUND + OFFENCE)
    await decided(city, YEAR, FOUR)
    with pytest.raises(BadInput, match="this year is not sealed"):
        await amended(city, OVERTURNED)
    await seal_year(city, YEAR, clock=clock())
    with pytest.raises(BadInput, match="lift its seal"):
        await amended(city, OVERTURNED)


async def test_what_is_carried_out_stands_confirmed_and_was_heard(city: AsyncEngine) -> None:
    await bring(city, "findings", FOUND + OFFENCE)
    await decided(city, YEAR, FOUR)
    office, act = office_of(clock=clock()), ExecutionAct.EXECUTED
    await seal_year(city, YEAR, clock=clock())
    with pytest.raises(BadInput, match="no public notice"):
        await execute(city, YEAR, FOUR, act, "2026-11-23", "文件1号", office)
    await give_notice(city, YEAR, office)
    await add_staff(roster_of(city), "kin", PASSWORD, "administrator")
    await declare_kin(city, "kin", "L1", office_of("kin"))
    for given, complaint in (
        ((f"{YEAR}/nothing/dismissal/L1", act, "2026-11-23", "文件1号", office), "not stand"),
        ((THIRD, act, "2026-11-23", "文件1号", office), "does not stand confirmed"),
        ((FOUR, act, "2035-01-01", "文件1号", office), "lies between 2026-11-23 and 2026-11-23"),
        ((FOUR, act, "yesterday", "文件1号", office), "lies between 2026-11-23"),
        ((FOUR, act, "2026-11-23", " ", office), "name the document"),
        ((FOUR, ExecutionAct.RESTORED, "2026-11-23", "文件1号", office), "not carried out"),
        ((FOUR, act, "2026-11-23", "文件1号", office_of("kin", clock())), r"L1 \(kin\)"),
        ((FOUR, act, "2026-11-22", "文件1号", office), "lies between 2026-11-23"),
        (("nothing", act, "2026-11-23", "文件1号", office), "no such proposal"),
    ):
        with pytest.raises(BadInput, match=complaint):
            await execute(city, YEAR, *given)
    await execute(city, YEAR, FOUR, act, "2026-11-23", "文件1号", office)
    with pytest.raises(BadInput, match="carried out already"):
        await execute(city, YEAR, FOUR, act, "2026-11-23", "文件1号", office)


async def test_who_only_moves_in_rank_is_told_without_a_time_for_review(city: AsyncEngine) -> None:
    """With one first and two second grades U3's points put it before U2, whose grade stays."""
    rules = scheme().model_copy(update={"unit_quota": UnitQuota(first=1, second=2, third=0)})
    answers = {"U1": "VS", "U2": "S", "U3": "S", "D1": "B"}
    await hold_campaign(city, "poll-2", rules=rules, answers=answers)
    async with writing(city) as connection:
        await connection.execute(delete(tables.ballots).where(tables.ballots.c.campaign == "poll"))
    await decided(city, YEAR)
    await noticed(city)
    old = (await open_year(city, YEAR)).result.unit("U2")
    document = ("统计局更正函", "录入有误")
    request = CauseRequest(Cause.CORRECTION, "objective", *document, subject="U3", value="100")
    preview = await preview_cause(city, YEAR, request, office_of(clock=clock()))
    await amended(city, request)
    new = (await open_year(city, YEAR)).result.unit("U2")
    assert (old.rank, new.rank, old.grade, new.grade) == (2, 3, Grade.SECOND, Grade.SECOND)
    assert [it.subject for it in preview.moved] == ["U2"]
    assert "U2" not in {it.subject for it in (*preview.changed, *preview.protected)}
    assert preview.says["U2"] == "2 · № 2 → 3", "the grade stays, and what changed is told"
    third = (await open_year(city, YEAR)).result.unit("U3")
    assert preview.says["U3"].startswith("2 · Σ ")
    assert preview.says["U3"].endswith(f" → {third.total} · № 3 → 2")
    assert all("U2" not in subjects for subjects in (await told(city))[1:])
    async with reading(city) as connection:
        acts = [(it.subject, it.act) for it in await read_tellings(connection, YEAR)]
    assert acts == [("U2", TellingAct.MOVED)]
    assert "the grade stays" in explain((await open_year(city, YEAR)).result, "U2", "en")[-1]
