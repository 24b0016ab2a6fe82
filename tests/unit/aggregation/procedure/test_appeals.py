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
    check_appeal_step,
    due_day,
    public_notice,
)
from aggregation.procedure.workdays import WorkingDays
from aggregation.scheme.parts import Procedure
from survey_flows.errors import BadInput

DAYS, CALENDAR = Procedure(), WorkingDays()
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
    assert barred_deciders(steps, first) == first | set(answers)
