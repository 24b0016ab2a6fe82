"""Marks of people that go with the close of their campaign."""

from __future__ import annotations

from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.states import CLOSED
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables


async def forget_marks(database: AsyncEngine, table: Table) -> None:
    """Deletes the rows of closed campaigns from a table of marks; callers repeat this.

    It writes only where something is left: a transaction that writes takes a lock that citizens
    need.
    """
    campaigns, campaign = tables.campaigns.c, table.c.campaign
    closed = select(campaigns.id).where(campaigns.state == CLOSED)
    async with reading(database) as connection:
        query = select(campaign).where(campaign.in_(closed)).distinct()
        left = sorted((await connection.execute(query)).scalars())
    if left:
        async with writing(database) as connection:
            await connection.execute(delete(table).where(campaign.in_(left)))
