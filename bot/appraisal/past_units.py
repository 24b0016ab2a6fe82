"""What units got in earlier years: the standing results of sealed years, and imported grades."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.facts import Grade
from bot.appraisal.standing_years import read_standing
from bot.records import store
from bot.records.seals import sealed_years
from bot.storage.schema import all as tables

_GROWING = (tables.seals, tables.amendments, tables.grades)
"""Tables that only grow: a seal is lifted by a row of its own."""
MOST = 5
"""So many earlier years are compared; the rules of older ones say little of today."""


@dataclass(frozen=True, slots=True)
class PastUnit:
    """A unit's result in an earlier year; of an imported year the grade alone is known."""

    year: int
    total: Decimal | None
    rank: int | None
    of: int
    grade: Grade | None


async def read_past_units(connection: AsyncConnection, year: int) -> dict[str, list[PastUnit]]:
    """Returns the units' results of the years before ``year``, at most `MOST`, the oldest first.

    Raises:
        BadInput: a seal or an amendment is not what its digest says.
    """
    found: dict[tuple[int, str], PastUnit] = {}
    for line in await store.read_history(connection, year - MOST, year - 1):
        found[line.year, line.subject] = PastUnit(line.year, None, None, 0, line.grade)
    for past in await sealed_years(connection):
        stands = await read_standing(connection, past) if year - MOST <= past < year else None
        for unit in stands.content.result.units if stands else ():
            row = PastUnit(past, unit.total, unit.rank, unit.of, unit.grade)
            found[past, unit.unit] = row
    rows: dict[str, list[PastUnit]] = defaultdict(list)
    for key in sorted(found):
        rows[key[1]].append(found[key])
    return dict(rows)


async def past_mark(connection: AsyncConnection) -> str:
    """Returns what differs as soon as an earlier result stands otherwise."""
    counts = [select(func.count()).select_from(table) for table in _GROWING]
    return "-".join([str((await connection.execute(query)).scalar_one()) for query in counts])
