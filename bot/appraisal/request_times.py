"""Until when a review may be asked for: a person has the statute's time, a unit the scheme's."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.procedure.notices import request_deadline
from aggregation.procedure.workdays import WorkingDays
from aggregation.scheme.parts import Procedure
from bot.appraisal.standing_years import StandingYear
from bot.records.notices import GivenNotice
from bot.records.tellings import RECEIPTS, SURE, delivered_on, read_tellings
from bot.records.working_days import stored_calendar


def is_person(stands: StandingYear, subject: str) -> bool:
    """Returns whether the subject is a leader or somebody inside a unit."""
    people = (leader for body in stands.content.bodies for leader in body.leaders)
    return any(leader.leader == subject for leader in people)


def request_until(
    notice: GivenNotice,
    calendar: WorkingDays,
    days: Procedure,
    person: bool,
    delivered: date | None = None,
) -> date:
    """Returns the last day for a request; never before what the notice itself said."""
    times = (notice.begins, notice.ends, calendar, days, person, delivered)
    return max(request_deadline(*times), notice.until)


async def own_until(
    connection: AsyncConnection, stands: StandingYear, notice: GivenNotice, subject: str
) -> date:
    """Returns a subject's last day for a request; an own letter counts from its delivery."""
    person, days = is_person(stands, subject), stands.content.inputs.scheme.procedure
    tellings = await read_tellings(connection, stands.content.year, subject)
    # A unit's own acknowledgement moves no deadline: it could put it off itself.
    delivered = delivered_on(tellings, notice.number, SURE if person else RECEIPTS)
    return request_until(notice, await stored_calendar(connection), days, person, delivered)
