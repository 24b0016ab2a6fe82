"""Until when a review may be asked for: a person has the statute's time, a unit the scheme's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.procedure.notices import request_deadline
from aggregation.procedure.workdays import WorkingDays
from aggregation.scheme.parts import Procedure
from bot.appraisal.standing_years import StandingYear
from bot.records.notices import GivenNotice
from bot.records.tellings import RECEIPTS, SURE, Telling, delivered_on, read_tellings
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
    tellings = await read_tellings(connection, stands.content.year, subject)
    calendar = await stored_calendar(connection)
    return told_until(stands, notice, calendar, is_person(stands, subject), tellings)


def told_until(
    stands: StandingYear,
    notice: GivenNotice,
    calendar: WorkingDays,
    person: bool,
    tellings: Iterable[Telling],
) -> date:
    """Returns as `own_until` does, by what the subject was told."""
    # A unit's own acknowledgement moves no deadline: it could put it off itself.
    delivered = delivered_on(tellings, notice.number, SURE if person else RECEIPTS)
    days = stands.content.inputs.scheme.procedure
    return request_until(notice, calendar, days, person, delivered)
