"""Counts of the taken places of quota cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables
from survey_flows.quota import QuotaCell

Key = tuple[str, QuotaCell]
"""A campaign and a cell of it."""


async def read_taken_places(
    connection: AsyncConnection, campaigns: Iterable[str]
) -> dict[Key, int]:
    """Returns the taken places by cell; a cell in which nobody has rated yet is left out."""
    query = select(tables.quota_cells).where(tables.quota_cells.c.campaign.in_(list(campaigns)))
    return {_key(row): row.taken for row in await connection.execute(query)}


async def count_rated(
    connection: AsyncConnection, campaign: str, cells: Sequence[QuotaCell]
) -> Counter[QuotaCell]:
    """Counts the stored ballots in each cell; each of them took a place when it was accepted."""
    columns = tables.ballots.c
    keys = (columns.unit, columns.grp, columns.stratum, columns.source)
    units = sorted({cell.unit for cell in cells})
    query = select(*keys, func.count()).where(columns.campaign == campaign, columns.unit.in_(units))
    found: Counter[QuotaCell] = Counter()
    for unit, *answer, count in await connection.execute(query.group_by(*keys)):
        for cell in cells:
            if cell.unit == unit and cell.takes(*answer):
                found[cell] += count
    return found


def _key(row: Any) -> Key:
    return row.campaign, QuotaCell(row.unit, row.group_code, row.stratum, row.source)
