"""Counts of the taken places of quota cells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
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


def _key(row: Any) -> Key:
    return row.campaign, QuotaCell(row.unit, row.group_code, row.stratum, row.source)
