"""The grades of earlier years: the standing results of sealed years, and imported lines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.facts import PastGrade
from aggregation.model.results import AppraisalResult
from bot.appraisal.sealed_content import read_content
from bot.records import store
from bot.records.seals import Seal, sealed_years, standing_seal

KEPT = 16
"""So many sealed years are kept in memory by their digests, as lines of history."""


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
            seal = await standing_seal(connection, year)
            lines = await asyncio.to_thread(_lines, seal) if seal else ()
            found |= {(line.year, line.subject): line for line in lines}
    return tuple(found[key] for key in sorted(found))


@lru_cache(maxsize=KEPT)
def _lines(seal: Seal) -> tuple[PastGrade, ...]:
    return tuple(final_lines(read_content(seal.content).bodies))


def final_lines(bodies: Iterable[AppraisalResult]) -> Iterable[PastGrade]:
    """Yield a year's lines of history.

    Districts and counties are only ranked: a line without a grade would say that they were not
    appraised.
    """
    for result in bodies:
        ranked = {u.unit for u in result.units if u.league is not None}
        yield from (line for line in result.records() if line.subject not in ranked)
