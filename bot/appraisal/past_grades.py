"""The grades of earlier years: the standing results of sealed years, and imported lines."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.facts import PastGrade
from aggregation.model.results import AppraisalResult
from bot.appraisal.standing_years import read_standing
from bot.records import store
from bot.records.seals import sealed_years


async def read_past(
    connection: AsyncConnection, first: int = 0, last: int | None = None
) -> tuple[PastGrade, ...]:
    """Return the grades of the years ``first`` to ``last``, both included, one line a subject.

    A sealed year says what stands; lines that were imported for it count for other subjects alone.
    """
    found = {
        (line.year, line.subject): line
        for line in await store.read_history(connection, first or None, last)
    }
    for year in await sealed_years(connection):
        if first <= year and (last is None or year <= last):
            stands = await read_standing(connection, year)
            lines = final_lines(stands.content.bodies) if stands else ()
            found |= {(line.year, line.subject): line for line in lines}
    return tuple(found[key] for key in sorted(found))


def final_lines(bodies: Iterable[AppraisalResult]) -> Iterable[PastGrade]:
    """Yield a year's lines of history.

    Districts and counties are only ranked: a line without a grade would say that they were not
    appraised.
    """
    for result in bodies:
        ranked = {u.unit for u in result.units if u.league is not None}
        yield from (line for line in result.records() if line.subject not in ranked)
