"""Counts the people who rated by a link that is meant for a number of them.

A person's mark is HMAC(the campaign's gate key, link, channel, user); rows and key go at the close.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.closed_marks import forget_marks
from bot.storage.database import insert
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
    await forget_marks(database, tables.link_people)
