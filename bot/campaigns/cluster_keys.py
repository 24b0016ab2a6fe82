"""Keys of links, by which ballots that came by the same one can be told to be alike.

What people of one office, village or school say is alike, so that they are worth fewer answers than
they are. A key says no more than a link for at least `LEAST_PEOPLE` people; smaller links share one
as soon as they are meant for as many together. It is given when the link is made, before anybody
can come by it, and a link is never changed.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables
from survey_flows.campaign_definition import Link

LEAST_PEOPLE = 200
"""People whom a key stands for at least."""
SHARED = 31
"""The key of all smaller links, and of large ones once no other key is left."""


async def next_key(connection: AsyncConnection, campaign: str, people: int | None) -> int:
    """Returns the key of a new link for so many people."""
    if people is None:
        # How many see a link that hangs in public nobody knows.
        return 0
    if people < LEAST_PEOPLE:
        return SHARED
    columns = tables.links.c
    used = select(func.max(columns.cluster)).where(
        columns.campaign == campaign, columns.cluster < SHARED
    )
    return min(int((await connection.execute(used)).scalar() or 0) + 1, SHARED)


def with_enough_people(links: tuple[Link, ...]) -> tuple[Link, ...]:
    """Returns a campaign's links; the shared key says nothing until it stands for enough people."""
    shared = sum(link.max_people or 0 for link in links if link.cluster == SHARED)
    if shared >= LEAST_PEOPLE:
        return links
    return tuple(replace(link, cluster=0) if link.cluster == SHARED else link for link in links)
