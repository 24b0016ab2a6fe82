"""Public notices, and until when a review may be asked for: deadlines follow from the notice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from aggregation.procedure.workdays import WorkingDays
from aggregation.scheme.parts import Procedure
from survey_flows.errors import BadInput, Message, Place


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """A public notice: its first and last day, and the last day for a request of a unit."""

    begins: date
    ends: date
    until: date


def public_notice(day: date, calendar: WorkingDays, days: Procedure) -> PublicNotice:
    """The notice of results that is given on ``day``.

    Raises:
        BadInput: a deadline of a unit or of a person falls in a year whose holidays are unknown.
    """
    ends = calendar.after_working(day, days.public_notice_working_days)
    until = request_deadline(day, ends, calendar, days, person=False)
    persons = request_deadline(day, ends, calendar, days, person=True)
    _require_known(calendar, (day, ends, until, persons))
    return PublicNotice(day, ends, until)


def request_deadline(
    begins: date,
    ends: date,
    calendar: WorkingDays,
    days: Procedure,
    person: bool,
    delivered: date | None = None,
) -> date:
    """The last day on which a review may be asked for.

    No request ends before the notice does, nor before as many days after the delivery of one's own
    letter.

    Args:
        begins: the first day of the notice.
        ends: its last day.
        calendar: the working days.
        days: the scheme's times.
        person: whether a person asks; the statute gives 30 days from knowing.
        delivered: the day on which one's own letter was delivered.
    """
    count = days.person_request_days if person else days.review_request_days
    known = [begins] if delivered is None else [begins, delivered]
    return max(ends, *(calendar.after(day, count) for day in known))


def _require_known(calendar: WorkingDays, deadlines: Iterable[date]) -> None:
    for year in sorted({day.year for day in deadlines}):
        if not calendar.knows(year):
            message = Message("procedure-calendar-unknown", year=year)
            raise BadInput(message, Place(subject=str(year)))
