"""Until when a review may be asked for: a person has the statute's time, a unit the scheme's."""

from __future__ import annotations

from datetime import date

from aggregation.procedure.notices import request_deadline
from aggregation.procedure.workdays import WorkingDays
from aggregation.scheme.parts import Procedure
from bot.appraisal.standing_years import StandingYear
from bot.records.notices import GivenNotice


def is_person(stands: StandingYear, subject: str) -> bool:
    """Returns whether the subject is a leader or somebody inside a unit."""
    people = (leader for body in stands.content.bodies for leader in body.leaders)
    return any(leader.leader == subject for leader in people)


def request_until(
    notice: GivenNotice, calendar: WorkingDays, days: Procedure, person: bool
) -> date:
    """Returns the last day for a request; never before what the notice itself said."""
    until = request_deadline(notice.begins, notice.ends, calendar, days, person)
    return max(until, notice.until)
