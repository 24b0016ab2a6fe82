"""How many reminders a campaign has sent so far: what a ballot tells of how hard it was to get."""

from __future__ import annotations

from collections.abc import Set

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables

PERSONAL = "personal"
"""The source of ballots of people who were invited and may have been reminded."""
REMINDER = "reminder"
"""The kind of a step that reminds."""


async def reminders_sent(connection: AsyncConnection, campaigns: Set[str]) -> dict[str, int]:
    """Returns the reminders of each campaign of which a message was handed over.

    It is a figure of the campaign: nothing at the gate tells which contact somebody is.
    """
    if not campaigns:
        return {}
    columns = tables.pushes.c
    query = select(columns.campaign, func.count().label("steps")).where(
        columns.campaign.in_(sorted(campaigns)), columns.kind == REMINDER, columns.handed > 0
    )
    found = await connection.execute(query.group_by(columns.campaign))
    return {row.campaign: int(row.steps) for row in found}
