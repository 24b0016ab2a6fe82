"""Deadlines follow from the notice; a year whose holidays are unknown stops it."""

from __future__ import annotations

from datetime import date

import pytest

from aggregation.procedure.notices import public_notice, request_deadline
from aggregation.procedure.workdays import WorkingDays
from aggregation.scheme.parts import Procedure
from bot.records.working_days import make_calendar, shipped_days
from survey_flows.errors import BadInput
from tests.cities import small_scheme

DAYS, CALENDAR = Procedure(), make_calendar(shipped_days())


def test_row_notice_no_request_ends_before_the_notice_does() -> None:
    """The Spring Festival lies inside: ten days would end while the notice runs."""
    notice = public_notice(date(2026, 2, 12), CALENDAR, DAYS)
    assert CALENDAR.after(date(2026, 2, 12), 10) == date(2026, 2, 24)
    assert (notice.ends, notice.until) == (date(2026, 2, 26), date(2026, 2, 26))


def test_row_notice_a_deadline_in_a_year_without_a_calendar_stops_it() -> None:
    with pytest.raises(BadInput, match="a deadline falls in 2027, whose holidays are not known"):
        public_notice(date(2026, 12, 28), CALENDAR, DAYS)
    known = WorkingDays(CALENDAR.off | {date(2027, 1, 1)}, CALENDAR.worked)
    notice = public_notice(date(2026, 12, 28), known, DAYS)
    assert notice.ends == date(2027, 1, 5)
    # The time of persons counts too: thirty days from the twelfth end in January.
    with pytest.raises(BadInput, match="2027"):
        public_notice(date(2026, 12, 12), CALENDAR, DAYS)
    assert public_notice(date(2026, 11, 30), CALENDAR, DAYS).until == date(2026, 12, 10)


def test_days_that_are_off_in_every_year_are_off_without_a_calendar() -> None:
    bare = WorkingDays()
    fridays = (date(2027, 1, 1), date(2026, 5, 1), date(2027, 10, 1))
    assert [bare.works(day) for day in fridays] == [False, False, False]
    assert bare.works(date(2026, 5, 4))
    assert not bare.knows(2027)


@pytest.mark.parametrize(
    ("person", "delivered", "expected"),
    [
        (False, None, date(2026, 12, 3)),
        (False, date(2026, 11, 26), date(2026, 12, 7)),
        (False, date(2026, 11, 20), date(2026, 12, 3)),
        (True, None, date(2026, 12, 23)),
        (True, date(2026, 11, 27), date(2026, 12, 28)),
    ],
)
def test_the_last_day_for_a_request_counts_from_notice_and_letter(
    person: bool, delivered: date | None, expected: date
) -> None:
    begins, ends = date(2026, 11, 23), date(2026, 11, 30)
    assert request_deadline(begins, ends, CALENDAR, DAYS, person, delivered) == expected


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("person_request_days", 29),
        ("person_second_days", 14),
        ("person_review_answer_days", 31),
        ("person_appeal_answer_days", 61),
    ],
)
def test_row_open_times_under_the_statute_are_refused(field: str, days: int) -> None:
    with pytest.raises(BadInput, match=f"procedure.{field}"):
        small_scheme(procedure={field: days})
