"""What may follow what in an appeal, who may decide, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.procedure.appeals import (
    Act,
    Ruling,
    State,
    Step,
    barred,
    check,
    due,
    public_notice,
    stand,
)
from aggregation.procedure.workdays import Calendar
from aggregation.scheme.parts import Procedure
from survey_flows.errors import BadInput

DAYS, CALENDAR = Procedure(), Calendar()
MONDAY = date(2026, 11, 23)
PEOPLE = ("ann", "ben", "cy", "dan")


def step(act: Act, by: str = "ann", day: date = MONDAY, round_: int = 1, **more: object) -> Step:
    made = Step(act, by, day, "because", **more)  # type: ignore[arg-type]
    return replace(made, due=due(act, day, round_, CALENDAR, DAYS))


RECEIVED = step(Act.RECEIVED)
CHARGED = (RECEIVED, step(Act.ASSIGNED, to="ben"))
ANSWERED = (*CHARGED, step(Act.ANSWERED, "ben", ruling=Ruling.REJECTED))
AGAIN = (*ANSWERED, step(Act.AGAIN))


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
    assert stand([RECEIVED], MONDAY).state is State.WAITING
    now = stand(CHARGED, MONDAY)
    assert (now.state, now.charged, now.due, now.round) == (
        State.CHARGED,
        "ben",
        date(2026, 12, 3),
        1,
    )
    now = stand(ANSWERED, MONDAY)
    assert (now.state, now.ruling, now.due) == (State.ANSWERED, Ruling.REJECTED, date(2026, 12, 23))
    now = stand(AGAIN, MONDAY)
    assert (now.state, now.round, now.due) == (State.WAITING, 2, date(2026, 12, 23))
    second = (
        *AGAIN,
        step(Act.ASSIGNED, to="cy"),
        step(Act.ANSWERED, "cy", round_=2, ruling=Ruling.UPHELD),
    )
    assert (stand(second, MONDAY).state, stand(second, MONDAY).ruling) == (
        State.FINAL,
        Ruling.UPHELD,
    )


def test_an_answer_is_late_after_its_last_day_and_becomes_final_when_nobody_appeals_again() -> None:
    assert not stand(CHARGED, date(2026, 12, 3)).late(date(2026, 12, 3))
    assert stand(CHARGED, date(2026, 12, 4)).late(date(2026, 12, 4))
    assert stand(ANSWERED, date(2026, 12, 23)).state is State.ANSWERED
    assert stand(ANSWERED, date(2026, 12, 24)).state is State.FINAL


@pytest.mark.parametrize(
    ("steps", "new", "first", "sentence"),
    [
        (
            CHARGED,
            step(Act.ANSWERED, "cy", ruling=Ruling.UPHELD),
            (),
            "ben is charged with this appeal",
        ),
        (
            CHARGED,
            step(Act.ANSWERED, "ben", ruling=Ruling.UPHELD),
            ("ben",),
            "whoever decided before",
        ),
        (CHARGED, step(Act.ANSWERED, "ben"), (), "upholds or rejects"),
        (CHARGED, step(Act.AGAIN), (), "this appeal is charged"),
        (
            (RECEIVED,),
            step(Act.ANSWERED, "ben", ruling=Ruling.UPHELD),
            (),
            "this appeal is waiting",
        ),
        ((RECEIVED,), step(Act.ASSIGNED, to="dan"), ("dan",), "whoever decided before"),
        (AGAIN, step(Act.ASSIGNED, to="ben"), (), "whoever decided before"),
        (ANSWERED, step(Act.AGAIN, day=date(2026, 12, 24)), (), "this appeal is final"),
        (ANSWERED, replace(step(Act.AGAIN), text=" "), (), "say why"),
        (ANSWERED, RECEIVED, (), "cannot be done"),
    ],
)
def test_what_may_not_be_is_refused(
    steps: tuple[Step, ...], new: Step, first: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        check(steps, new, first)


acts = st.lists(
    st.builds(
        lambda act, by, to, ruling, wait: (act, by, to, ruling, wait),
        st.sampled_from(list(Act)),
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        st.sampled_from([None, *Ruling]),
        st.integers(0, 20),
    ),
    max_size=25,
)


@given(acts, st.sets(st.sampled_from(PEOPLE), max_size=2))
def test_nobody_ever_decides_twice_and_there_are_two_answers_at_most(
    tried: list[tuple[Act, str, str, Ruling | None, int]], first: set[str]
) -> None:
    steps, day = [RECEIVED], MONDAY
    for act, by, to, ruling, wait in tried:
        day += timedelta(wait)
        new = step(
            act,
            by,
            day,
            stand(steps, day).round,
            to=to if act is Act.ASSIGNED else "",
            ruling=ruling,
        )
        try:
            check(steps, new, first)
        except BadInput:
            continue
        steps.append(new)
    answers = [one.by for one in steps if one.act is Act.ANSWERED]
    assert len(answers) == len(set(answers)) <= 2
    assert not first & set(answers)
    assert barred(steps, first) == first | set(answers)
