"""Notice, appeals and amendments of a sealed year on both databases.

Rows are only appended, nobody decides an appeal against their own decision, and nobody fares worse
by one. Names such as «appeal-follows» are the hard cases of the design.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from aggregation.appraisal.standing import Cause
from aggregation.model.facts import Grade, Verdict
from aggregation.model.results import ProposalStatus, explain
from aggregation.procedure.appeals import AppealRuling, AppealState
from bot.accounts.approvals import DONE, WAITING, Approval
from bot.accounts.officers import Officers
from bot.accounts.staff import add_staff
from bot.appraisal.amending import remedies
from bot.appraisal.appeal_records import Appeal, list_appeals, show_appeal
from bot.appraisal.appeals import (
    appeal_again,
    assign_appeal,
    reject_appeal,
    uphold_appeal,
)
from bot.appraisal.cause_requests import CauseRequest
from bot.appraisal.causes import prepare_cause, preview_cause
from bot.appraisal.deciders import eligible_deciders
from bot.appraisal.past_grades import read_past
from bot.core.stale_forms import StaleForm
from bot.publication.exports import Audience, year_book
from bot.records.amendments import read_amendments
from bot.records.notices import read_notices
from bot.records.working_days import import_calendar
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.contract.halls import KEY, PASSWORD, YEAR, Hall
from tests.contract.test_year_tables import bring
from tests.deciding import decide
from tests.desk import roster_of
from tests.sealing import approvals_of, give_notice


async def test_notice_comes_first_and_a_review_is_asked_for_in_time(hall: Hall) -> None:
    zhou = hall.who("zhou")
    with pytest.raises(BadInput, match="no public notice"):
        await hall.received()
    with pytest.raises(BadInput, match="2019: the year is not sealed"):
        await give_notice(hall.database, 2019, zhou)
    notice = await give_notice(hall.database, YEAR, zhou)
    assert (notice.ends.isoformat(), notice.until.isoformat()) == ("2026-11-30", "2026-12-03")
    with pytest.raises(BadInput, match="notice of this year is given until 2026-11-30"):
        await give_notice(hall.database, YEAR, zhou)
    with pytest.raises(BadInput, match="no such unit or leader"):
        await hall.received("NOPE")
    hall.road.clock.time = datetime(
        2026, 12, 3, 15, 59, tzinfo=UTC
    )  # a minute before midnight in the city
    assert (await hall.received()).standing.state is AppealState.WAITING
    with pytest.raises(BadInput, match="appeal 1: a review was asked for already"):
        await hall.received()
    assert (await hall.received("U2")).number == 2
    hall.road.clock.time += timedelta(minutes=1)
    with pytest.raises(BadInput, match="ran until 2026-12-03"):
        await hall.received("U1")


async def test_a_city_s_own_holidays_move_the_deadlines(hall: Hall) -> None:
    days = b"day,kind\n2026-11-24,off\n2026-11-28,work\n"
    assert await import_calendar(hall.database, "own.csv", days) == {2026: 2}
    notice = await give_notice(hall.database, YEAR, hall.who("zhou"))
    assert notice.ends.isoformat() == "2026-11-30"  # 25, 26, 27, Saturday 28, Monday 30
    with pytest.raises(BadInput):
        await import_calendar(hall.database, "own.csv", b"day,kind\n2026-11-23,off\nnonsense,off\n")


async def test_whoever_decided_first_or_belongs_to_the_unit_decides_no_appeal(hall: Hall) -> None:
    await hall.noticed()
    appeal = await hall.received("L3")
    async with reading(hall.database) as connection:
        assert await eligible_deciders(connection, appeal) == ["chen", "dai"]
    for login, sentence in (
        ("zhou", "decided before"),
        ("tan", "decided before"),
        ("rui", "no administrator"),
    ):
        with pytest.raises(BadInput, match=sentence):
            await assign_appeal(hall.database, appeal.number, login, hall.who("dai"))
    first = await hall.answered(appeal, "chen", AppealRuling.REJECTED)
    assert (first.standing.state, first.standing.due.isoformat()) == (
        AppealState.ANSWERED,
        "2026-12-08",  # fifteen days, as the statute gives a person
    )
    again = await appeal_again(hall.database, appeal.number, "still wrong", hall.who("zhou"))
    async with reading(hall.database) as connection:
        assert await eligible_deciders(connection, again) == ["dai"]
    with pytest.raises(BadInput, match="charge somebody else"):
        await assign_appeal(hall.database, appeal.number, "chen", hall.who("zhou"))
    last = await hall.answered(again, "dai", AppealRuling.UPHELD, f"decision:declined:{KEY}")
    assert (last.standing.state, last.standing.round, last.standing.ruling) == (
        AppealState.FINAL,
        2,
        AppealRuling.UPHELD,
    )


async def test_an_older_page_charges_nobody_in_place_of_a_newer_handler(hall: Hall) -> None:
    """Two administrators see an appeal that waits; the second is told of both handlers."""
    await hall.noticed()
    await add_staff(roster_of(hall.database), "li", PASSWORD, "administrator")
    appeal = await hall.received("U3")
    page = len(appeal.steps)
    await assign_appeal(hall.database, appeal.number, "chen", hall.who("zhou"), page)
    for other in ("chen", "li"):
        with pytest.raises(StaleForm) as refused:
            await assign_appeal(hall.database, appeal.number, other, hall.who("zhou"), page)
        assert f"handler chen. Yours: {other};" in str(refused.value)
    now = await show_appeal(hall.database, appeal.number, hall.who("zhou").today)
    assert (now.standing.charged, len(now.steps)) == ("chen", page + 1)


async def test_a_decision_is_reversed_and_the_grade_that_rested_on_it_follows(hall: Hall) -> None:
    await hall.noticed()
    assert await hall.grade_of("L3") is Grade.THIRD
    await hall.answered(
        await hall.received("L3"), "chen", AppealRuling.UPHELD, f"decision:declined:{KEY}"
    )
    year = await hall.standing()
    assert (year.result.leader("L3").grade, year.result.leader("L3").amended) == (
        Grade.SECOND,
        (1,),
    )
    (made,) = [p.decision for p in year.result.about("L3") if p.key == KEY]
    assert made is not None
    assert (made.verdict, made.by, made.reason) == (Verdict.DECLINED, "chen", "looked at")


async def test_a_person_inside_a_unit_appeals_and_the_unit_s_people_do_not_decide(
    hall: Hall,
) -> None:
    await hall.noticed()
    person, part = await hall.received("Q1"), await hall.received("U3-1-1")
    async with reading(hall.database) as connection:
        for appeal in (person, part):
            # zhou handed in the tables with their points, and tan belongs to the unit.
            assert await eligible_deciders(connection, appeal) == ["chen", "dai"]
    assert await hall.grade_of("U3-1-1") is Grade.SECOND
    await hall.answered(part, "chen", AppealRuling.UPHELD, "grade:first:")
    assert await hall.grade_of("U3-1-1") is Grade.FIRST
    assert await hall.grade_of("U3") is Grade.THIRD


async def test_row_appeal_follows_a_unit_s_new_grade_re_opens_all_that_rested_on_the_old(
    hall: Hall,
) -> None:
    """TOB third → second; its principal, third by it, is second and nothing follows next year."""
    await hall.noticed()
    appeal = await hall.answered(
        await hall.received(), "chen", AppealRuling.UPHELD, "grade:second:"
    )
    assert appeal.standing.ruling is AppealRuling.UPHELD
    year = await hall.standing()
    unit, principal = year.result.unit("U3"), year.result.leader("L3")
    assert (unit.grade, unit.amended, principal.grade, principal.amended) == (
        Grade.SECOND,
        (1,),
        Grade.SECOND,
        (1,),
    )
    assert KEY not in {p.key for p in year.result.proposals}
    assert [u.grade for u in year.result.units] == [None, Grade.FIRST, Grade.SECOND, Grade.SECOND]
    (quota,) = year.result.quotas
    assert quota.given == {Grade.FIRST: 1, Grade.SECOND: 2, Grade.THIRD: 0}
    # Every reader has the standing result, with what was amended and why.
    for subject in ("U3", "L3"):
        (line,) = [x for x in explain(year.result, subject, "en") if "amended" in x]
        assert "third grade → second grade" in line
        assert "amendment 1: looked at" in line
    pages = {p.name: p for p in year_book(year, Audience.INTERNAL, "Asia/Shanghai").pages}
    for page, code in (("units", "U3"), ("leaders", "L3")):
        columns = [column.name for column in pages[page].columns]
        (row,) = [row for row in pages[page].rows if row[0] == code]
        found = dict(zip(columns, row, strict=True))
        assert (found["grade"], found["amended"]) == ("second", "1")
    async with reading(hall.database) as connection:
        (told,) = await read_amendments(connection, YEAR)
        past = {line.subject: line for line in await read_past(connection, last=YEAR)}
    assert (told.appeal, told.subject, told.by, told.reason) == (1, "U3", "chen", "looked at")
    # The year after sees what stands.
    assert [(past[it].grade, past[it].confirmed) for it in ("U3", "L3")] == [
        (Grade.SECOND, True),
        (Grade.SECOND, True),
    ]


async def test_row_decided_what_an_appeal_decided_the_first_decider_changes_no_more(
    hall: Hall,
) -> None:
    """Neither by a decision, nor by a table, nor along with a correction of something else."""
    await hall.noticed()
    asked = await hall.received("L3")
    await hall.answered(asked, "chen", AppealRuling.UPHELD, f"decision:declined:{KEY}")
    assert await hall.grade_of("L3") is Grade.SECOND
    zhou = hall.who("zhou")  # who confirmed it before
    with pytest.raises(BadInput, match="only amendments change it"):
        await decide(hall.database, YEAR, KEY, Verdict.CONFIRMED, office=zhou)
    rows = f"{KEY},confirmed,常委会,由,2026-11-23,2026-11-20\n"
    rows = "proposal,verdict,by,reason,at,heard_on\n" + rows
    with pytest.raises(BadInput, match="only amendments change it"):
        await bring(hall.database, "decisions", rows, YEAR)
    request = CauseRequest(
        *(Cause.CORRECTION, "objective", "更正函", "漏录", "U2"),
        value="61",
        heard_on="2026-11-20",
        verdicts={KEY: Verdict.CONFIRMED},
    )
    preview = await preview_cause(hall.database, YEAR, request, zhou)
    assert KEY not in {it.what for it in preview.corrections}
    approvals = approvals_of(hall.database, hall.road.clock)
    await prepare_cause(hall.database, approvals, YEAR, request, preview.seen, zhou)
    (proposal,) = [p for p in (await hall.standing()).result.proposals if p.key == KEY]
    assert (proposal.status, await hall.grade_of("L3")) == (ProposalStatus.DECLINED, Grade.SECOND)


async def test_row_appeal_others_who_would_fall_are_protected_and_told(hall: Hall) -> None:
    """U3's points put it before U2, which would fall to third: it keeps its grade."""
    await hall.noticed()
    before = (await hall.standing()).result
    assert (before.unit("U2").rank, before.unit("U3").rank) == (2, 3)
    await hall.answered(await hall.received(), "chen", AppealRuling.UPHELD, "value:95:objective")
    after = (await hall.standing()).result
    assert (after.unit("U3").grade, after.unit("U3").rank) == (Grade.SECOND, 2)
    assert str(after.unit("U3").total) == "72.25"
    assert after.unit("U2") == before.unit("U2"), "worse is not applied"
    assert after.leader("L2") == before.leader("L2")
    assert after.about("L2") == before.about("L2"), "no new proposal follows"
    (quota,) = after.quotas
    assert quota.given == {Grade.FIRST: 1, Grade.SECOND: 2, Grade.THIRD: 0}
    assert "whoever would have been worsened keeps the grade" in str(quota.notes[-1].value)
    assert "protected" in explain(after, "U2", "en")[-1]
    async with reading(hall.database) as connection:
        (made,) = await read_amendments(connection, YEAR)
        notices = await read_notices(connection, YEAR)
    told = {it["subject"]: it["kept"] for it in json.loads(made.changes)}
    kept = {"L2": True, "U2": True}
    assert told == dict.fromkeys(("L3", "Q1", "U3", "U3-1", "U3-1-1"), False) | kept
    assert [(it.amendment, sorted(it.subjects)) for it in notices] == [
        (0, []),
        (1, sorted(told)),
    ]
    # Who is moved has an appeal of their own, with its own time; the others' time is over.
    hall.road.clock.time += timedelta(days=1)
    contested = await hall.received("U2")
    assert contested.number == 2
    async with reading(hall.database) as connection:
        # chen made the amendment that U2 contests.
        assert await eligible_deciders(connection, contested) == ["dai", "tan"]
    hall.road.clock.time += timedelta(days=10)
    with pytest.raises(BadInput, match="until 2026-12-03"):
        await hall.received("U1")
    # A person has the statute's thirty days.
    assert (await hall.received("L1")).number == 3


async def test_row_appeal_worse_is_neither_offered_nor_accepted(hall: Hall) -> None:
    await hall.noticed()
    appeal = await hall.charged("U2")
    able = await remedies(hall.database, appeal)
    assert [(kind, after) for kind, after, _ in able.choices] == [("grade", "first"), ("score", "")]
    assert {it.what: it.stands for it in able.values} == {
        "objective": "60",
        "superior": "80",
        "governance": "80",
        "bonus/new": "",
    }
    for chosen, complaint in (
        ([], "say what is amended"),
        (["grade:third:"], "say what is amended"),
        (["grade:fourth:"], "say what is amended"),
        ([f"decision:declined:{KEY}"], "say what is amended"),
        (["value:50:objective"], "this would worsen the result of whoever asked"),
        (["value:101:objective"], "«101» is no number of points"),
        (["value:50:nothing"], "say what is amended"),
    ):
        with pytest.raises(BadInput, match=complaint):
            await hall.upheld(appeal, "chen", chosen)
    today = hall.who("chen").today
    assert (await show_appeal(hall.database, 1, today)).standing.state is AppealState.CHARGED
    await hall.upheld(appeal, "chen", ["value:61:objective", "value:90:governance"])
    unit = (await hall.standing()).result.unit("U2")
    assert str(unit.total) == "71.00", "two remedies in one answer: 30.5 + 8 + 4.5 + 28"


async def test_an_amendment_stands_in_the_log_and_a_changed_one_is_not_read(hall: Hall) -> None:
    await hall.noticed()
    await hall.answered(await hall.received(), "chen", AppealRuling.UPHELD, "grade:second:")
    await hall.answered(await hall.received("U2"), "dai", AppealRuling.UPHELD, "grade:first:")
    seal = (await hall.standing()).seal
    query = select(tables.notices.c.body).where(tables.notices.c.kind == "year-amendment")
    async with reading(hall.database) as connection:
        made = await read_amendments(connection, YEAR)
        acts = [json.loads(body) for body in (await connection.execute(query)).scalars()]
    assert seal is not None
    assert [(it.before, it.number) for it in made] == [(seal.digest, 1), (made[0].after, 2)]
    assert [(act["name"], act["before"], act["after"]) for act in acts] == [
        (f"2025/{it.number}", it.before, it.after) for it in made
    ]
    async with writing(hall.database) as connection:
        (row, _) = (await connection.execute(select(tables.amendments))).mappings().all()
        forged = dict(row) | {"number": 3, "reason": "another"}
        await connection.execute(tables.amendments.insert(), [forged])
    with pytest.raises(BadInput, match="amendment 3 is not what its digest says"):
        await hall.standing()


async def test_two_amendments_that_were_drawn_up_together_do_not_both_apply(hall: Hall) -> None:
    """The second rests on a result that does not stand any more, and is answered again."""
    for login, role in (("he", "approver"), ("wu", "approver")):
        await add_staff(roster_of(hall.database), login, PASSWORD, role)
    await hall.noticed()
    approvals = approvals_of(hall.database, hall.road.clock)
    await Officers(approvals, hall.road.clock).set_profile("city", "zhou")
    first, second = await hall.charged("U3", "chen"), await hall.charged("U2", "dai")

    async def prepared(appeal: Appeal, by: str, chosen: str) -> Approval:
        given = (appeal.number, [chosen], "looked at", hall.who(by))
        return await uphold_appeal(hall.database, approvals, *given)

    one = await prepared(first, "chen", "grade:second:")
    two = await prepared(second, "dai", "grade:first:")
    assert (one.state, two.state) == (WAITING, WAITING)
    assert await hall.grade_of("U3") is Grade.THIRD
    assert (await approvals.approve(one.id, "he", one.seen)).state == DONE
    with pytest.raises(BadInput, match="the standing result changed after this was prepared"):
        await approvals.approve(two.id, "he", two.seen)
    await approvals.refuse(two.id, "he")
    again = await prepared(second, "dai", "grade:first:")
    assert (await approvals.approve(again.id, "wu", again.seen)).state == DONE
    assert (await hall.grade_of("U3"), await hall.grade_of("U2")) == (Grade.SECOND, Grade.FIRST)
    async with reading(hall.database) as connection:
        made = await read_amendments(connection, YEAR)
    assert [(it.by, it.approved_by) for it in made] == [("chen", "he"), ("dai", "wu")]


async def test_what_was_recorded_can_be_neither_changed_nor_deleted(hall: Hall) -> None:
    await hall.noticed()
    await hall.answered(await hall.received(), "chen", AppealRuling.UPHELD, "grade:first:")
    changes = (
        update(tables.appeal_steps).values(text="nothing"),
        update(tables.public_notices).values(until="2027-01-01"),
        update(tables.amendments).values(reason="nothing"),
        delete(tables.amendments),
        delete(tables.appeals),
    )
    for change in changes:
        with pytest.raises(DBAPIError, match="only grows"):
            async with writing(hall.database) as connection:
                await connection.execute(change)
    assert len(await list_appeals(hall.database, hall.who("zhou").today, YEAR)) == 1


async def test_an_answer_is_for_good(hall: Hall) -> None:
    await hall.noticed()
    appeal = await hall.charged()
    await reject_appeal(hall.database, appeal.number, "no", hall.who("chen"))
    with pytest.raises(BadInput, match="this appeal is answered"):
        await hall.upheld(appeal, "chen", ["grade:first:"])
    assert await hall.grade_of("U3") is Grade.THIRD
