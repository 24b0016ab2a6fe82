"""Counts the people who rated by a link that is meant for a number of them.

A person's mark is HMAC(the campaign's gate key, link, channel, user); rows and key go at the close.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.states import CLOSED
from bot.storage.database import insert, reading, writing
from bot.storage.schema import all as tables

Mark = tuple[str, str, bytes]
"""Campaign, link and the mark of a person."""


async def count_link_people(connection: AsyncConnection, marks: Sequence[Mark]) -> list[int]:
    """Return for each mark how many people have rated by its link, with those before it."""
    counts = []
    for campaign, link, mark in marks:
        row = {"mark": mark, "campaign": campaign, "link": link}
        await connection.execute(
            insert(connection, tables.link_people).on_conflict_do_nothing(), [row]
        )
        columns = tables.link_people.c
        query = select(func.count()).where(columns.campaign == campaign, columns.link == link)
        counts.append(int((await connection.execute(query)).scalar_one()))
    return counts


async def forget_link_people(database: AsyncEngine) -> None:
    """Delete the marks of closed campaigns; callers repeat this."""
    campaigns, columns = tables.campaigns.c, tables.link_people.c
    closed = select(campaigns.id).where(campaigns.state == CLOSED)
    async with reading(database) as connection:
        query = select(columns.campaign).where(columns.campaign.in_(closed)).distinct()
        left = sorted((await connection.execute(query)).scalars())
    if left:
        async with writing(database) as connection:
            await connection.execute(delete(tables.link_people).where(columns.campaign.in_(left)))
