"""Reads the public notices of years, which open the time for reviews."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.procedure.appeals import PublicNotice
from bot.storage.schema import all as tables


async def read_notices(connection: AsyncConnection, year: int) -> list[PublicNotice]:
    """Read the notices of a year, the newest last."""
    columns = tables.public_notices.c
    query = select(tables.public_notices).where(columns.year == year).order_by(columns.number)
    return [_notice(row) for row in await connection.execute(query)]


def _notice(row: Row[Any]) -> PublicNotice:
    return PublicNotice(*(date.fromisoformat(text) for text in (row.begins, row.ends, row.until)))
