"""Steps of reviews and appeals: their order, barred deciders and deadlines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.procedure.appeals import (
    AppealAct,
    AppealRuling,
    AppealState,
    AppealStep,
    appeal_status,
    barred_deciders,
    check_appeal_request,
    check_appeal_step,
    due_day,
)
from aggregation.procedure.notices import public_notice
from aggregation.scheme.parts import Procedure
from bot.records.working_days import make_calendar, shipped_days
from survey_flows.errors import BadInput

DAYS, CALENDAR = Procedure(), make_calendar(shipped_days())
MONDAY = date(2026, 11, 23)
PEOPLE = ("ann", "ben", "cy", "dan")


def step(
    act: AppealAct, by: str = "ann", day: date = MONDAY, round_: int = 1, **more: object
) -> AppealStep:
    made = AppealStep(act, by, day, "because", **more)  # type: ignore[arg-type]
    return replace(made, due=due_day(act, day, round_, CALENDAR, DAYS))


RECEIVED = step(AppealAct.RECEIVED)
CHARGED = (RECEIVED, step(AppealAct.ASSIGNED, to="ben"))
ANSWERED = (*CHARGED, step(AppealAct.ANSWERED, "ben", ruling=AppealRuling.REJECTED))
AGAIN = (*ANSWERED, step(AppealAct.AGAIN))


def test_a_notice_lasts_five_working_days_and_a_review_may_be_asked_for_in_ten() -> None:
    notice = public_notice(MONDAY, CALENDAR, DAYS)
    assert (notice.ends, notice.until) == (date(2026, 11, 30), date(2026, 12, 3))
    longer = public_notice(
        MONDAY, CALENDAR, Procedure(public_notice_working_days=7, review_request_days=19)
    )
    assert (longer.ends, longer.until) == (
        date(2026, 12, 2),
        date(2026, 12, 14),
    )  # 12 December is a Saturday


def test_an_appeal_goes_from_its_reception_to_the_answer_of_a_second_one() -> None:
    assert appeal_status([RECEIVED], MONDAY).state is AppealState.WAITING
    now = appeal_status(CHARGED, MONDAY)
    assert (now.state, now.charged, now.due, now.round) == (
        AppealState.CHARGED,
        "ben",
        date(2026, 12, 3),
        1,
    )
    now = appeal_status(ANSWERED, MONDAY)
    assert (now.state, now.ruling, now.due) == (
        AppealState.ANSWERED,
        AppealRuling.REJECTED,
        date(2026, 12, 23),
    )
    now = appeal_status(AGAIN, MONDAY)
    assert (now.state, now.round, now.due) == (AppealState.WAITING, 2, date(2026, 12, 23))
    second = (
        *AGAIN,
        step(AppealAct.ASSIGNED, to="cy"),
        step(AppealAct.ANSWERED, "cy", round_=2, ruling=AppealRuling.UPHELD),
    )
    assert (appeal_status(second, MONDAY).state, appeal_status(second, MONDAY).ruling) == (
        AppealState.FINAL,
        AppealRuling.UPHELD,
    )


def test_an_answer_is_late_after_its_last_day_and_becomes_final_when_nobody_appeals_again() -> None:
    assert not appeal_status(CHARGED, date(2026, 12, 3)).late(date(2026, 12, 3))
    assert appeal_status(CHARGED, date(2026, 12, 4)).late(date(2026, 12, 4))
    assert appeal_status(ANSWERED, date(2026, 12, 23)).state is AppealState.ANSWERED
    assert appeal_status(ANSWERED, date(2026, 12, 24)).state is AppealState.FINAL


@pytest.mark.parametrize(
    ("steps", "new", "first", "sentence"),
    [
        (
            CHARGED,
            step(AppealAct.ANSWERED, "cy", ruling=AppealRuling.UPHELD),
            (),
            "ben is charged with this appeal",
        ),
        (
            CHARGED,
            step(AppealAct.ANSWERED, "ben", ruling=AppealRuling.UPHELD),
            ("ben",),
            "whoever decided before",
        ),
        (CHARGED, step(AppealAct.ANSWERED, "ben"), (), "upholds or rejects"),
        (CHARGED, step(AppealAct.AGAIN), (), "this appeal is charged"),
        (
            (RECEIVED,),
            step(AppealAct.ANSWERED, "ben", ruling=AppealRuling.UPHELD),
            (),
            "this appeal is waiting",
        ),
        ((RECEIVED,), step(AppealAct.ASSIGNED, to="dan"), ("dan",), "whoever decided before"),
        (AGAIN, step(AppealAct.ASSIGNED, to="ben"), (), "whoever decided before"),
        (ANSWERED, step(AppealAct.AGAIN, day=date(2026, 12, 24)), (), "this appeal is final"),
        (ANSWERED, replace(step(AppealAct.AGAIN), text=" "), (), "say why"),
        (ANSWERED, RECEIVED, (), "cannot be done"),
    ],
)
def test_what_may_not_be_is_refused(
    steps: tuple[AppealStep, ...], new: AppealStep, first: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        check_appeal_step(steps, new, first)


acts = st.lists(
    st.builds(
        lambda act, by, to, ruling, wait: (act, by, to, ruling, wait),
        st.sampled_from(list(AppealAct)),
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        st.sampled_from([None, *AppealRuling]),
        st.integers(0, 20),
    ),
    max_size=25,
)


@given(acts, st.sets(st.sampled_from(PEOPLE), max_size=2))
def test_nobody_ever_decides_twice_and_there_are_two_answers_at_most(
    tried: list[tuple[AppealAct, str, str, AppealRuling | None, int]], first: set[str]
) -> None:
    steps, day = [RECEIVED], MONDAY
    for act, by, to, ruling, wait in tried:
        day += timedelta(wait)
        new = step(
            act,
            by,
            day,
            appeal_status(steps, day).round,
            to=to if act is AppealAct.ASSIGNED else "",
            ruling=ruling,
        )
        try:
            check_appeal_step(steps, new, first)
        except BadInput:
            continue
        steps.append(new)
    answers = [one.by for one in steps if one.act is AppealAct.ANSWERED]
    assert len(answers) == len(set(answers)) <= 2
    assert not first & set(answers)
    assert barred_deciders(steps, first) >= first | set(answers)


# The table of appeals


def late(day: date = MONDAY) -> AppealStep:
    return step(AppealAct.LATE, "office", day)


HELD = step(AppealAct.CAUSE, "cy", ruling=AppealRuling.UPHELD)
FAILED = step(AppealAct.CAUSE, "cy", ruling=AppealRuling.REJECTED)
CHALLENGED = (*CHARGED, step(AppealAct.CHALLENGED, "dan", to="ben"))
TAKEN_BACK = (*CHARGED, step(AppealAct.WITHDRAWN))
DIRECT = (step(AppealAct.DIRECT),)
LONG_AFTER = date(2026, 12, 30)
NO_CAUSE = (late(), replace(FAILED, due=date(2026, 12, 23)))


@pytest.mark.parametrize(
    ("steps", "day", "state", "round_"),
    [
        ((late(),), MONDAY, AppealState.LATE, 1),
        ((late(), HELD), MONDAY, AppealState.WAITING, 1),
        (NO_CAUSE, MONDAY, AppealState.REFUSED, 1),
        (NO_CAUSE, LONG_AFTER, AppealState.FINAL, 1),
        ((*NO_CAUSE, step(AppealAct.AGAIN)), MONDAY, AppealState.WAITING, 2),
        (CHALLENGED, MONDAY, AppealState.WAITING, 1),
        ((*CHALLENGED, step(AppealAct.ASSIGNED, to="cy")), MONDAY, AppealState.CHARGED, 1),
        (TAKEN_BACK, LONG_AFTER, AppealState.WITHDRAWN, 1),
        (DIRECT, MONDAY, AppealState.WAITING, 2),
    ],
)
def test_row_appeal_time_every_state_of_the_table(
    steps: tuple[AppealStep, ...], day: date, state: AppealState, round_: int
) -> None:
    now = appeal_status(steps, day)
    assert (now.state, now.round) == (state, round_)


def test_row_appeal_time_an_overdue_answer_opens_the_second_appeal_for_somebody_else() -> None:
    again = step(AppealAct.AGAIN, "ann", LONG_AFTER)
    with pytest.raises(BadInput, match="this appeal is charged"):
        check_appeal_step(CHARGED, replace(again, on=date(2026, 12, 3)), ())
    check_appeal_step(CHARGED, again, ())
    second = (*CHARGED, again)
    with pytest.raises(BadInput, match="whoever decided before"):
        check_appeal_step(second, step(AppealAct.ASSIGNED, day=LONG_AFTER, to="ben"), ())
    check_appeal_step(second, step(AppealAct.ASSIGNED, day=LONG_AFTER, to="cy"), ())
    # A second appeal is the last one, also if its answer is overdue.
    much_later = date(2027, 6, 1)
    with pytest.raises(BadInput, match="cannot be done with it now"):
        check_appeal_step(second, step(AppealAct.AGAIN, day=much_later), ())


@pytest.mark.parametrize(
    ("steps", "new", "sentence"),
    [
        ((late(),), step(AppealAct.ASSIGNED, to="ben"), "late and waits for a decision"),
        ((late(), HELD), step(AppealAct.CAUSE, "ben", ruling=AppealRuling.UPHELD), "waiting"),
        ((late(),), step(AppealAct.CAUSE, "cy"), "upholds or rejects"),
        ((late(), HELD), step(AppealAct.ASSIGNED, to="cy"), "whoever decided before"),
        (NO_CAUSE, step(AppealAct.ASSIGNED, to="ben"), "refused as late"),
        (CHALLENGED, step(AppealAct.ASSIGNED, to="ben"), "whoever decided before"),
        (CHARGED, step(AppealAct.CHALLENGED, "ben", to="ben"), "somebody else decides about it"),
        (CHARGED, step(AppealAct.CHALLENGED, "dan", to="cy"), "somebody else decides about it"),
        (TAKEN_BACK, step(AppealAct.AGAIN), "taken back"),
        (ANSWERED, step(AppealAct.WITHDRAWN), "this appeal is answered"),
        (DIRECT, step(AppealAct.AGAIN, day=date(2027, 6, 1)), "cannot be done|final"),
    ],
)
def test_row_appeal_time_what_the_table_refuses(
    steps: tuple[AppealStep, ...], new: AppealStep, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        check_appeal_step(steps, new, ())


def test_the_cause_is_decided_by_somebody_who_is_not_barred() -> None:
    with pytest.raises(BadInput, match="whoever decided before"):
        check_appeal_step((late(),), HELD, ("cy",))
    check_appeal_step((late(),), HELD, ())


UNTIL = date(2026, 12, 3)


@pytest.mark.parametrize(
    ("new", "person", "withdrawn", "open_", "sentence"),
    [
        (step(AppealAct.RECEIVED, day=date(2026, 12, 4)), False, 0, False, "ran until 2026-12-03"),
        (late(date(2026, 12, 3)), False, 0, False, "runs until 2026-12-03; ask without"),
        (step(AppealAct.DIRECT), False, 0, False, "a person alone may appeal at once"),
        (step(AppealAct.ASSIGNED), True, 0, False, "begins with a request"),
        (RECEIVED, False, 0, True, "asked for already"),
        (RECEIVED, False, 2, False, "may ask once more"),
        (late(date(2026, 12, 4)), False, 1, False, "once more while the time runs"),
        (replace(late(date(2026, 12, 4)), text=" "), False, 0, False, "say why"),
    ],
)
def test_row_appeal_time_requests_that_are_refused(
    new: AppealStep, person: bool, withdrawn: int, open_: bool, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        check_appeal_request(new, UNTIL, person, withdrawn, open_)


def test_row_appeal_time_day_eleven_with_cause_and_once_more_after_taking_back() -> None:
    check_appeal_request(late(date(2026, 12, 4)), UNTIL, False)
    check_appeal_request(RECEIVED, UNTIL, False, withdrawn=1)
    check_appeal_request(step(AppealAct.DIRECT), UNTIL, True)


@pytest.mark.parametrize(
    ("act", "round_", "person", "expected"),
    [
        (AppealAct.RECEIVED, 1, False, date(2026, 12, 3)),
        (AppealAct.RECEIVED, 1, True, date(2026, 12, 23)),
        (AppealAct.LATE, 1, False, date(2026, 11, 30)),
        (AppealAct.ANSWERED, 1, False, date(2026, 12, 23)),
        (AppealAct.ANSWERED, 1, True, date(2026, 12, 8)),
        (AppealAct.AGAIN, 2, True, date(2027, 1, 22)),
        (AppealAct.DIRECT, 2, True, date(2027, 1, 22)),
        (AppealAct.ANSWERED, 2, True, None),
        (AppealAct.WITHDRAWN, 1, True, None),
    ],
)
def test_persons_have_the_times_of_the_statute(
    act: AppealAct, round_: int, person: bool, expected: date | None
) -> None:
    assert due_day(act, MONDAY, round_, CALENDAR, DAYS, person) == expected
