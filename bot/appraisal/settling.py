"""Which units of a year are settled: their time for a request is over, and the first answer is due.

A unit is settled once nobody owes it a first answer: it did not ask in time, took its request back,
or was answered; an answer that is overdue holds nobody else up.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.procedure.appeals import FIRST
from bot.appraisal.appeal_records import read_appeals
from bot.appraisal.request_times import told_until
from bot.appraisal.standing_years import read_standing
from bot.records.notices import notice_for, read_notices
from bot.records.tellings import Telling, read_tellings
from bot.records.working_days import stored_calendar


async def unsettled_units(connection: AsyncConnection, year: int, today: date) -> tuple[str, ...]:
    """Return the city's units of a sealed year that are not settled, by code."""
    stands = await read_standing(connection, year)
    if stands is None:
        return ()
    notices = await read_notices(connection, year)
    appeals = await read_appeals(connection, today, year)
    owed = {
        it.subject for it in appeals if it.open and it.standing.round == FIRST and not it.overdue
    }
    calendar = await stored_calendar(connection)
    told: dict[str, list[Telling]] = {}
    for telling in await read_tellings(connection, year):
        told.setdefault(telling.subject, []).append(telling)
    found = []
    for unit in sorted(it.unit for it in stands.content.result.units):
        notice = notice_for(notices, unit)
        over = notice is not None and today > told_until(
            stands, notice, calendar, False, told.get(unit, ())
        )
        if unit in owed or not over:
            found.append(unit)
    return tuple(found)
