"""When the newest act of a kind went into the log."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables


async def logged_at(connection: AsyncConnection, campaign: str, kind: str) -> int | None:
    """Returns when the newest act of a kind went into the log, by its first checkpoint."""
    entries, notes = tables.log_entries.c, tables.checkpoints.c
    newest = select(func.max(entries.position)).where(
        entries.campaign == campaign, entries.kind == kind
    )
    position = (await connection.execute(newest)).scalar()
    if position is None:
        return None
    first = select(func.min(notes.at)).where(notes.size > position)
    found = (await connection.execute(first)).scalar()
    return None if found is None else int(found)
