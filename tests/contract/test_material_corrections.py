"""Bonuses, deductions and the dates of posts are put right in a sealed year; on both databases.

As an amendment and as what an appeal puts right, from the sealed year to what every reader is told.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.appraisal.standing import Cause
from aggregation.model.facts import Grade, Verdict
from aggregation.model.results import explain
from bot.accounts.approvals import DONE
from bot.appraisal.amending import remedies, standing_material
from bot.appraisal.appeals import assign_appeal, receive_appeal, uphold_appeal
from bot.appraisal.cause_requests import CauseRequest
from bot.appraisal.causes import preview_cause
from bot.appraisal.executions import ExecutionAct
from bot.appraisal.past_grades import read_past
from bot.appraisal.year import open_year
from bot.publication.exports import Audience, year_book
from bot.records.amendments import read_amendments
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.contract.test_causes import (
    FOUND,
    THIRD,
    amended,
    clock,
    decided,
    grades,
    noticed,
    tasks,
    told,
)
from tests.contract.test_year_tables import YEAR, bring, hold_campaign, small_year
from tests.deciding import execute
from tests.sealing import approvals_of, office_of

PUT_RIGHT = ("考核办更正通知", "登记有误")
ADJUSTED = "unit,points,reason,source\nU3,-4,信访积案,通报1号\nU1,1,表彰,市政府文件\n"
CLOSE = "subject,objective,superior,governance\nU3,82,82,82\n"
"""With its four points U3 is before U2, and without them third."""
POSTS = "person,unit,role,title,begins,until\n"
ACCIDENT = FOUND + "F1,safety_accident,U1,2026-03-01,事故调查报告,,\n"
LOWERED = f"{YEAR}/safety_accident/downgrade/L1/F1"


@pytest.fixture
async def city(store_url: str) -> AsyncIterator[AsyncEngine]:
    """Three departments, a district, and their principals L1 to L4."""
    async with small_year(store_url) as database:
        yield database


async def a_close_year(database: AsyncEngine) -> None:
    """U3 is third by four points that it never earned, and so is its principal; in notice."""
    await bring(database, "indicators", CLOSE)
    await bring(database, "adjustments", ADJUSTED)
    answers = {"U1": "VS", "U2": "S", "U3": "S", "D1": "B"}
    await hold_campaign(database, "poll-2", answers=answers)
    async with writing(database) as connection:
        await connection.execute(delete(tables.ballots).where(tables.ballots.c.campaign == "poll"))
    await decided(database, YEAR, THIRD)
    await noticed(database)


async def marks(database: AsyncEngine, subject: str) -> list[str]:
    return [it.what for it in await standing_material(database, YEAR, subject)]


async def test_a_deduction_is_put_right_and_all_that_rested_on_it_is_open_again(
    city: AsyncEngine,
) -> None:
    await a_close_year(city)
    before = await grades(city)
    assert [before[it] for it in ("U1", "U2", "U3", "L3")] == [
        *(Grade.FIRST, Grade.SECOND, Grade.THIRD, Grade.THIRD)
    ]
    office = office_of(clock=clock())
    await execute(city, YEAR, THIRD, ExecutionAct.EXECUTED, "2026-11-23", "文件1号", office)
    (mark,) = [it for it in await marks(city, "U3") if it.startswith("bonus/") and "new" not in it]
    request = CauseRequest(Cause.CORRECTION, mark, *PUT_RIGHT, subject="U3", value="0")
    for wrong, complaint in (
        (replace(request, value="-4"), "this stands already"),
        (replace(request, value="-5"), "may, after a hearing"),
        (replace(request, value="-101"), "no number of points from −100"),
        (replace(request, value=""), "no number of points from −100"),
        (replace(request, what="bonus/00000000"), "no material of this kind"),
        (replace(request, subject="U2"), "no material of this kind"),
        (replace(request, what="bonus/new", value="0"), "this stands already"),
    ):
        with pytest.raises(BadInput, match=complaint):
            await preview_cause(city, YEAR, wrong, office)
    assert (await amended(city, request)).state == DONE

    after = await grades(city)
    changed = {it: grade for it, grade in after.items() if before[it] is not grade}
    assert changed == {"U3": Grade.SECOND, "L3": Grade.SECOND}, "U2 is protected"
    year = await open_year(city, YEAR)
    assert THIRD not in {p.key for p in year.result.proposals}
    assert await tasks(city) == [("restore", "L3", THIRD)], "what was carried out is taken back"
    assert await told(city) == [[], ["L2", "L3", "U2", "U3"]], "who moves is told, no one else"
    unit = year.result.unit("U3")
    assert (unit.adjustment, unit.rank, unit.amended) == (0, 2, (1,))
    reasons = explain(year.result, "U3", "en")
    assert not any("信访积案" in line for line in reasons)
    assert "amendment 1: 登记有误" in reasons[-1]
    assert "third grade → second grade" in reasons[-1]
    assert "protected" in explain(year.result, "U2", "en")[-1]
    pages = {p.name: p for p in year_book(year, Audience.INTERNAL, "Asia/Shanghai").pages}
    columns = [column.name for column in pages["units"].columns]
    (row,) = [row for row in pages["units"].rows if row[0] == "U3"]
    found = dict(zip(columns, row, strict=True))
    assert (found["grade"], found["amended"]) == ("second", "1")
    async with reading(city) as connection:
        past = {it.subject: it.grade for it in await read_past(connection, YEAR, YEAR)}
    assert (past["U3"], past["L3"]) == (Grade.SECOND, Grade.SECOND), "the next year reads it"
    assert [it for it in await marks(city, "U3") if it.startswith("bonus/")] == ["bonus/new"]


async def test_a_bonus_that_was_missing_counts_with_its_reason_and_may_not_come_twice(
    city: AsyncEngine,
) -> None:
    await a_close_year(city)
    total = (await open_year(city, YEAR)).result.unit("U3").total
    request = CauseRequest(Cause.CORRECTION, "bonus/new", *PUT_RIGHT, subject="U3", value="+1.5")
    await amended(city, request)
    year = await open_year(city, YEAR)
    unit = year.result.unit("U3")
    assert total is not None
    assert (unit.total, unit.grade) == (total + Decimal("1.5"), Grade.THIRD)
    (line,) = [it for it in explain(year.result, "U3", "en") if "登记有误: +1.5" in it]
    assert "考核办更正通知" in line
    with pytest.raises(BadInput, match="same reason, source and points"):
        await amended(city, request)
    # The next one counts from there: the bonus itself is put right, and keeps its reason.
    (mark,) = [
        it.what for it in await standing_material(city, YEAR, "U3") if it.about == "登记有误"
    ]
    await amended(city, replace(request, what=mark, value="2", reason="少记半分"))
    again = (await open_year(city, YEAR)).result.unit("U3")
    assert again.total == total + 2
    # Own false material: taken away too, once the unit was heard.
    (mark,) = [
        it.what for it in await standing_material(city, YEAR, "U3") if it.about == "登记有误"
    ]
    away = replace(request, what=mark, value="0", reason="材料虚假")
    with pytest.raises(BadInput, match="may, after a hearing"):
        await amended(city, away)
    await amended(city, replace(away, false_material=True, heard_on="2026-11-23"))
    assert (await open_year(city, YEAR)).result.unit("U3").total == total
    async with reading(city) as connection:
        made = await read_amendments(connection, YEAR)
    assert [it.before for it in made[1:]] == [it.after for it in made[:-1]], "one chain"


async def an_accident(database: AsyncEngine) -> None:
    """L1 was lowered for an accident of March in U1, and it was carried out; in notice."""
    await bring(database, "posts", POSTS + "L1,U1,principal,局长,2020-01-01,\n")
    await bring(database, "findings", ACCIDENT)
    await decided(database, YEAR, LOWERED)
    await noticed(database)
    office = office_of(clock=clock())
    await execute(database, YEAR, LOWERED, ExecutionAct.EXECUTED, "2026-11-23", "文件1号", office)


async def test_the_first_day_of_a_post_is_put_right_and_who_did_not_hold_it_answers_no_more(
    city: AsyncEngine,
) -> None:
    await an_accident(city)
    before = await grades(city)
    held = "post/U1/2020-01-01"
    assert (await marks(city, "L1"))[1:] == [held, "post/new"]
    request = CauseRequest(Cause.CORRECTION, held, *PUT_RIGHT, subject="L1", value="2026-04-01..")
    office = office_of(clock=clock())
    for wrong, complaint in (
        (replace(request, value="2020-01-01.."), "this stands already"),
        (replace(request, value="2026-04-01"), "not the first and last day of a post"),
        (replace(request, value="2026-13-01.."), "not the first and last day of a post"),
        (replace(request, value="2026-04-01..2026-03-01"), "not the first and last day"),
        (replace(request, value="0"), "would have held no post in that year"),
        (replace(request, value="2020-01-01..2025-12-31"), "held no post in that year"),
        (replace(request, what="post/U2/2020-01-01"), "no material of this kind"),
        (replace(request, what="post/new", value="U1 2026-04-01.."), "is no whole post"),
        (replace(request, what="post/new", value="U1 chief 2026-04-01.."), "is no whole post"),
        (replace(request, what="post/new", value="U2 正职 2026-04-01.."), "two main posts"),
    ):
        with pytest.raises(BadInput, match=complaint):
            await preview_cause(city, YEAR, wrong, office)
    preview = await preview_cause(city, YEAR, request, office)
    assert [it.subject for it in preview.changed] == ["L1"]
    await amended(city, request)

    after = await grades(city)
    assert before["L1"] is not after["L1"], "one grade up again"
    assert {it for it in after if after[it] is not before[it]} == {"L1"}
    year = await open_year(city, YEAR)
    assert LOWERED not in {p.key for p in year.result.proposals}
    assert [(task.subject, task.stops) for task in year.result.tasks] == [], "sealed as it was"
    assert await tasks(city) == [("restore", "L1", LOWERED)]
    assert await told(city) == [[], ["L1"]]
    assert "amendment 1: 登记有误" in explain(year.result, "L1", "en")[-1]


async def test_a_post_that_somebody_never_held_and_one_that_is_missing(city: AsyncEngine) -> None:
    """L2 is worse off only by own false material, after a hearing; then L2 answers."""
    await an_accident(city)
    missing = CauseRequest(
        Cause.CORRECTION,
        "post/new",
        *PUT_RIGHT,
        subject="L2",
        value="U1 正职 2026-02-01..2026-03-31 主持工作 兼任",
    )
    with pytest.raises(BadInput, match="may, after a hearing"):
        await amended(city, missing)
    false = replace(missing, false_material=True, heard_on="2026-11-23")
    office = office_of(clock=clock())
    key = f"{YEAR}/safety_accident/downgrade/L2/F1"
    preview = await preview_cause(city, YEAR, false, office)
    assert [it.key for it in preview.undecided] == [key]
    before = (await grades(city))["L2"]
    await amended(city, replace(false, verdicts={key: Verdict.CONFIRMED}))
    after = (await grades(city))["L2"]
    assert (before, after) == (Grade.SECOND, Grade.THIRD)
    assert (await told(city))[-1] == ["L2"]
    posts = [it.stands for it in await standing_material(city, YEAR, "L2") if "post/" in it.what]
    assert posts == ["2026-01-01..2026-12-31", "2026-02-01..2026-03-31", ""]
    # It turns out that L2 was in U1 on none of these days.
    never = replace(missing, what="post/U1/2026-02-01", value="0", reason="实未任职")
    await amended(city, never)
    assert (await grades(city))["L2"] is before


async def test_an_appeal_puts_deductions_and_posts_right_and_never_makes_it_worse(
    city: AsyncEngine,
) -> None:
    await bring(city, "posts", POSTS + "L1,U1,principal,局长,2020-01-01,\n")
    await bring(city, "findings", ACCIDENT)
    await bring(city, "indicators", CLOSE)
    await bring(city, "adjustments", ADJUSTED)
    answers = {"U1": "VS", "U2": "S", "U3": "S", "D1": "B"}
    await hold_campaign(city, "poll-2", answers=answers)
    async with writing(city) as connection:
        await connection.execute(delete(tables.ballots).where(tables.ballots.c.campaign == "poll"))
        rows = [
            {"login": it, "password": "", "role": "administrator", "unit": None}
            for it in ("zhou", "chen")
        ]
        await connection.execute(tables.staff.insert(), rows)
    await decided(city, YEAR, THIRD, LOWERED)
    await noticed(city)
    zhou, chen = office_of("zhou", clock()), office_of("chen", clock())
    approvals = approvals_of(city, clock())
    before = await grades(city)
    asked = {}
    for subject in ("U3", "L1"):
        appeal = await receive_appeal(city, YEAR, subject, "登记有误", zhou)
        asked[subject] = await assign_appeal(city, appeal.number, "chen", zhou)
    marked = {it.what: it.stands for it in (await remedies(city, asked["U3"])).values}
    (mark,) = [it for it in marked if it.startswith("bonus/") and marked[it]]
    assert marked[mark] == "-4"
    for chosen, complaint in (
        ([f"value:-5:{mark}"], "would worsen the result of whoever asked"),
        ([f"value:0:{mark}x"], "say what is amended"),
        ([f"bonus:0:{mark}"], "say what is amended"),
        ([f"value:-4:{mark}"], "this stands already"),
    ):
        given = (asked["U3"].number, chosen, "查实", chen)
        with pytest.raises(BadInput, match=complaint):
            await uphold_appeal(city, approvals, *given)
    both = [f"value:-1:{mark}", "value:1.5:bonus/new"]
    await uphold_appeal(city, approvals, asked["U3"].number, both, "查实", chen)
    unit = (await open_year(city, YEAR)).result.unit("U3")
    assert (unit.grade, unit.adjustment, unit.amended) == (Grade.SECOND, Decimal("0.5"), (1,))
    found = {it.what for it in (await remedies(city, asked["L1"])).values}
    assert found == {"personal", "post/U1/2020-01-01", "post/new"}
    later = ["value:2026-04-01..:post/U1/2020-01-01"]
    await uphold_appeal(city, approvals, asked["L1"].number, later, "查实", chen)
    after = await grades(city)
    moved = {it for it in after if after[it] is not before[it]}
    assert moved == {"U3", "L3", "L1"}
    assert await told(city) == [[], ["L2", "L3", "U2", "U3"], ["L1"]]
    (line,) = [
        it
        for it in explain((await open_year(city, YEAR)).result, "L1", "en")
        if "amended after a review" in it
    ]
    assert "amendment 2: 查实" in line


async def test_the_post_of_somebody_who_has_left_since_is_put_right_too(city: AsyncEngine) -> None:
    """X1 is nobody's result of the year: nobody changes, and nobody is told."""
    rows = "L1,U1,principal,局长,2020-01-01,\nX1,U1,principal,书记,2020-01-01,2026-02-28\n"
    await bring(city, "posts", POSTS + rows)
    await bring(city, "findings", ACCIDENT)
    await decided(city, YEAR, LOWERED)
    await noticed(city)
    before = await grades(city)
    what = "post/U1/2020-01-01"
    request = CauseRequest(Cause.CORRECTION, what, *PUT_RIGHT, subject="X1", value="0")
    with pytest.raises(BadInput, match="held no post in that year"):
        await amended(city, request)
    request = replace(request, value="2020-01-01..2026-10-01")
    preview = await preview_cause(city, YEAR, request, office_of(clock=clock()))
    assert preview.worked.changes == ()
    assert (await amended(city, request)).state == DONE
    assert (await grades(city), await told(city)) == (before, [[]])
    stands = [it.stands for it in await standing_material(city, YEAR, "X1")]
    assert stands == ["2020-01-01..2026-10-01", ""]
