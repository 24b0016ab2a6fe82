"""When a review may be asked for and an appeal made, who then decides, and what ends both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregation.model.facts import Grade
from aggregation.procedure.appeals import AppealAct, AppealRuling, AppealState
from bot.accounts.officers import Officers
from bot.accounts.staff import add_staff
from bot.appraisal.appeal_records import Appeal, show_appeal
from bot.appraisal.appeals import (
    appeal_again,
    assign_appeal,
    decide_cause,
    receive_appeal,
    reject_appeal,
    uphold_appeal,
    withdraw_appeal,
)
from bot.appraisal.deciders import eligible_deciders
from bot.records.working_days import import_calendar
from bot.storage.database import reading
from survey_flows.errors import BadInput
from tests.contract.halls import PASSWORD, YEAR, Hall
from tests.desk import roster_of
from tests.sealing import approvals_of


def steps_of(appeal: Appeal) -> list[tuple[str, str, str, str]]:
    """Each act with its day, who did it, and until when the next one may come."""
    return [
        (step.act.value, step.on.isoformat()[5:], step.by, step.due.isoformat()[5:])
        if step.due
        else (step.act.value, step.on.isoformat()[5:], step.by, "")
        for step in appeal.steps
    ]


async def test_row_appeal_time_day_eleven_with_a_cause_is_late_and_somebody_else_decides(
    hall: Hall,
) -> None:
    await hall.noticed()
    database, zhou = hall.database, hall.who("zhou")
    late = AppealAct.LATE
    with pytest.raises(BadInput, match="runs until 2026-12-03; ask without naming a cause"):
        await receive_appeal(database, YEAR, "U1", "The post was slow", zhou, late)
    hall.road.clock.time += timedelta(days=11)
    with pytest.raises(BadInput, match="ran until 2026-12-03; a later one names the cause"):
        await hall.received("U1")
    with pytest.raises(BadInput, match="say why"):
        await receive_appeal(database, YEAR, "U1", " ", zhou, late)
    held = await receive_appeal(database, YEAR, "U1", "The post was slow", zhou, late)
    assert (held.standing.state, held.standing.due.isoformat()) == (AppealState.LATE, "2026-12-11")
    with pytest.raises(BadInput, match="appeal 1: a review was asked for already"):
        await receive_appeal(database, YEAR, "U1", "Once more", zhou, late)
    with pytest.raises(BadInput, match="late and waits for a decision"):
        await assign_appeal(database, 1, "chen", zhou)
    # A checker decides nothing of appeals, and nobody does of their own unit.
    failed = await receive_appeal(database, YEAR, "U3", "We were away", hall.who("tan"), late)
    for number, login in ((1, "rui"), (2, "tan")):
        with pytest.raises(BadInput, match=f"{login}: a person who decided before"):
            await decide_cause(database, number, AppealRuling.UPHELD, "It holds", hall.who(login))
    await decide_cause(database, 1, AppealRuling.UPHELD, "The stamp shows it", hall.who("chen"))
    with pytest.raises(BadInput, match="chen: a person who decided before"):
        await assign_appeal(database, 1, "chen", zhou)
    held = await hall.answered(held, "dai", AppealRuling.REJECTED)
    assert steps_of(held) == [
        ("late", "12-04", "zhou", "12-11"),
        ("cause", "12-04", "chen", "12-14"),
        ("assigned", "12-04", "zhou", ""),
        ("answered", "12-04", "dai", "01-04"),
    ]
    # A cause that does not hold can be appealed against, and somebody else decides.
    await decide_cause(database, 2, AppealRuling.REJECTED, "You were not", hall.who("chen"))
    failed = await show_appeal(database, 2, zhou.today)
    assert (failed.standing.state, failed.may_appeal) == (AppealState.REFUSED, True)
    failed = await appeal_again(database, 2, "We were", hall.who("tan"))
    await import_calendar(database, "2027.csv", b"day,kind\n2027-02-08,off\n")
    async with reading(database) as connection:
        assert await eligible_deciders(connection, failed) == ["dai"]
    assert steps_of(await hall.answered(failed, "dai", AppealRuling.UPHELD, "grade:second:")) == [
        ("late", "12-04", "tan", "12-11"),
        ("cause", "12-04", "chen", "01-04"),
        ("again", "12-04", "tan", "01-04"),
        ("assigned", "12-04", "zhou", ""),
        ("answered", "12-04", "dai", ""),
    ]
    assert await hall.grade_of("U3") is Grade.SECOND


async def test_row_appeal_time_an_answer_that_is_overdue_opens_the_second_appeal(
    hall: Hall,
) -> None:
    await hall.noticed()
    appeal = await hall.charged("U2", "chen")
    hall.road.clock.time += timedelta(days=10)
    with pytest.raises(BadInput, match="this appeal is charged to a handler"):
        await appeal_again(hall.database, 1, "Nothing came", hall.who("zhou"))
    hall.road.clock.time += timedelta(days=1)
    appeal = await show_appeal(hall.database, 1, hall.who("zhou").today)
    assert (appeal.overdue, appeal.may_appeal) == (True, True)
    second = await appeal_again(hall.database, 1, "Nothing came", hall.who("zhou"))
    assert (second.standing.state, second.standing.round) == (AppealState.WAITING, 2)
    with pytest.raises(BadInput, match="chen: a person who decided before"):
        await assign_appeal(hall.database, 1, "chen", hall.who("zhou"))
    second = await hall.answered(second, "dai", AppealRuling.REJECTED)
    assert steps_of(second) == [
        ("received", "11-23", "zhou", "12-03"),
        ("assigned", "11-23", "zhou", ""),
        ("again", "12-04", "zhou", "01-04"),
        ("assigned", "12-04", "zhou", ""),
        ("answered", "12-04", "dai", ""),
    ]
    assert second.standing.state is AppealState.FINAL
    with pytest.raises(BadInput, match="this appeal is final"):
        await appeal_again(hall.database, 1, "Again", hall.who("zhou"))


async def test_row_appeal_time_what_was_taken_back_may_be_asked_for_once_more(hall: Hall) -> None:
    await hall.noticed()
    database, own = hall.database, hall.who("person:L1")
    direct = (database, YEAR, "L1", "At once", own, AppealAct.DIRECT)
    with pytest.raises(BadInput, match="a person alone may appeal at once"):
        await receive_appeal(database, YEAR, "U1", "At once", own, AppealAct.DIRECT)
    first = await receive_appeal(*direct)
    assert (first.standing.state, first.standing.round) == (AppealState.WAITING, 2)
    await assign_appeal(database, 1, "chen", hall.who("zhou"))
    with pytest.raises(BadInput, match="say why"):
        await withdraw_appeal(database, 1, " ", own)
    first = await withdraw_appeal(database, 1, "I take it back", own)
    assert first.standing.state is AppealState.WITHDRAWN
    with pytest.raises(BadInput, match="this appeal is taken back"):
        await reject_appeal(database, 1, "no", hall.who("chen"))
    with pytest.raises(BadInput, match="this appeal is taken back"):
        await appeal_again(database, 1, "still", own)
    second = await hall.received("L1")
    assert second.number == 2
    await withdraw_appeal(database, 2, "I take it back", own)
    with pytest.raises(BadInput, match="once more while the time runs"):
        await hall.received("L1")
    # Once the time is over nothing is asked for a second time, whatever the cause.
    unit = await hall.received("U1")
    hall.road.clock.time += timedelta(days=11)
    await withdraw_appeal(database, unit.number, "We take it back", hall.who("zhou"))
    with pytest.raises(BadInput, match="once more while the time runs"):
        await receive_appeal(database, YEAR, "U1", "Late", hall.who("zhou"), AppealAct.LATE)
    # An appeal that is taken back leaves the answer to the review as it was.
    person = await hall.answered(await hall.received("L2"), "chen", AppealRuling.REJECTED)
    await appeal_again(database, person.number, "still wrong", hall.who("zhou"))
    await withdraw_appeal(database, person.number, "We take it back", hall.who("zhou"))
    with pytest.raises(BadInput, match="a review was asked for already"):
        await hall.received("L2")


async def test_row_appeal_time_what_waits_for_a_signature_falls_with_the_withdrawal(
    hall: Hall,
) -> None:
    await add_staff(roster_of(hall.database), "he", PASSWORD, "approver")
    await hall.noticed()
    approvals = approvals_of(hall.database, hall.road.clock)
    await Officers(approvals, hall.road.clock).set_profile("city", "zhou")
    appeal = await hall.charged("U3", "chen")
    given = (appeal.number, ["grade:second:"], "looked at", hall.who("chen"))
    one = await uphold_appeal(hall.database, approvals, *given)
    await withdraw_appeal(hall.database, appeal.number, "We take it back", hall.who("tan"))
    with pytest.raises(BadInput, match="this appeal is taken back"):
        await approvals.approve(one.id, "he", one.seen)
    assert await hall.grade_of("U3") is Grade.THIRD
