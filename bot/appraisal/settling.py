"""Which units of a year are settled: their time for a request is over, and the first answer is due.

A unit is settled once nobody owes it a first answer: it did not ask in time, took its request back,
or was answered; an answer that is overdue holds nobody else up. The same holds for people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.procedure.appeals import FIRST
from aggregation.procedure.workdays import WorkingDays
from bot.appraisal.appeal_records import Appeal, read_appeals
from bot.appraisal.request_times import told_until
from bot.appraisal.standing_years import StandingYear, read_standing
from bot.records.notices import GivenNotice, notice_for, read_notices
from bot.records.tellings import Telling, read_tellings
from bot.records.working_days import stored_calendar


@dataclass(frozen=True, slots=True)
class OpenResults:
    """What may still change of a year in notice, as of a day.

    Args:
        day: the day.
        asked: units and people whose review or appeal waits for its answer.
        units: how many of the city's units are not settled.
        people: how many of the city's leaders are not settled.
    """

    day: date
    asked: frozenset[str]
    units: int
    people: int


async def open_results(connection: AsyncConnection, year: int, today: date) -> OpenResults | None:
    """Return what may still change; None for a year that is not sealed, or not in notice yet."""
    stands = await read_standing(connection, year)
    notices = [it for it in await read_notices(connection, year) if it.begins <= today]
    if stands is None or not notices:
        return None
    result = stands.content.result
    appeals = await read_appeals(connection, today, year)
    owed = _owed(appeals)
    times = await _times(connection, stands)
    return OpenResults(
        today,
        frozenset(it.subject for it in appeals if it.open),
        len(_unsettled((it.unit for it in result.units), False, times, owed, today)),
        len(_unsettled((it.leader for it in result.leaders), True, times, owed, today)),
    )


async def unsettled_units(connection: AsyncConnection, year: int, today: date) -> tuple[str, ...]:
    """Return the city's units of a sealed year that are not settled, by code."""
    stands = await read_standing(connection, year)
    if stands is None:
        return ()
    owed = _owed(await read_appeals(connection, today, year))
    times = await _times(connection, stands)
    units = (it.unit for it in stands.content.result.units)
    return _unsettled(units, False, times, owed, today)


@dataclass(frozen=True, slots=True)
class _Times:
    """What the last day for a request follows from."""

    stands: StandingYear
    notices: list[GivenNotice]
    calendar: WorkingDays
    told: dict[str, list[Telling]]

    def until(self, subject: str, person: bool) -> date | None:
        """Return a subject's last day for a request; None before a notice tells of it."""
        notice = notice_for(self.notices, subject)
        if notice is None:
            return None
        told = self.told.get(subject, ())
        return told_until(self.stands, notice, self.calendar, person, told)


async def _times(connection: AsyncConnection, stands: StandingYear) -> _Times:
    year = stands.content.year
    told: dict[str, list[Telling]] = {}
    for telling in await read_tellings(connection, year):
        told.setdefault(telling.subject, []).append(telling)
    notices = list(await read_notices(connection, year))
    return _Times(stands, notices, await stored_calendar(connection), told)


def _owed(appeals: Iterable[Appeal]) -> set[str]:
    """Return whom somebody owes a first answer that is not overdue."""
    return {
        it.subject for it in appeals if it.open and it.standing.round == FIRST and not it.overdue
    }


def _unsettled(
    subjects: Iterable[str], person: bool, times: _Times, owed: Collection[str], today: date
) -> tuple[str, ...]:
    found = []
    for subject in sorted(subjects):
        until = times.until(subject, person)
        if subject in owed or until is None or today <= until:
            found.append(subject)
    return tuple(found)
