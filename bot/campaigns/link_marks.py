"""The desk's mark of a link: a link that somebody wrote into the table, or changed, has none.

A ballot says the group, the source and the stratum of its link, and the gate signs it. So whoever
could write a link could vote as a deputy, or as one of a stratum that counts for many.
The links of a draft are marked when it is opened, later ones when they are made.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterable

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.states import DRAFT, OVER
from bot.storage.database import upsert
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk

log = logging.getLogger(__name__)

FIELDS = ("campaign", "token", "group_code", "source", "stratum", "max_people", "cluster")


def link_mark(desk: Desk, row: RowMapping) -> bytes:
    """Returns the mark of a link's row, 32 bytes."""
    return desk.mark("link", *(str(row[name]) for name in FIELDS))


async def mark_links(connection: AsyncConnection, desk: Desk, campaign: str, *tokens: str) -> None:
    """Marks links of a campaign as they stand; without ``tokens`` all of them."""
    query = select(tables.links).where(tables.links.c.campaign == campaign)
    if tokens:
        query = query.where(tables.links.c.token.in_(tokens))
    await _mark(connection, desk, (row._mapping for row in await connection.execute(query)))


async def mark_links_anew(connection: AsyncConnection, desk: Desk) -> None:
    """Marks the links of all campaigns but drafts as they stand, for another key of the desk."""
    open_once = select(tables.campaigns.c.id).where(tables.campaigns.c.state != DRAFT)
    query = select(tables.links).where(tables.links.c.campaign.in_(open_once))
    await _mark(connection, desk, (row._mapping for row in await connection.execute(query)))


async def _mark(connection: AsyncConnection, desk: Desk, rows: Iterable[RowMapping]) -> None:
    marks = [{"token": row["token"], "mark": link_mark(desk, row)} for row in rows]
    # A mark that somebody wrote before must not stand in the way.
    await upsert(connection, tables.link_marks, ["token"], marks)


async def unmarked_links(connection: AsyncConnection, desk: Desk) -> dict[str, str]:
    """Returns the campaigns of links that the desk has not marked, by token.

    Links of a draft are marked when it is opened; those of a campaign that is over lead nowhere:
    one that was brought in closed, with its ballots, never had marks.
    Every process of the service looks, so that an older row that is put back is found too.
    """
    columns = (*(tables.links.c[name] for name in FIELDS), tables.link_marks.c.mark)
    query = (
        select(*columns)
        .join(tables.campaigns, tables.campaigns.c.id == tables.links.c.campaign)
        .outerjoin(tables.link_marks, tables.link_marks.c.token == tables.links.c.token)
        .where(tables.campaigns.c.state.not_in((DRAFT, *OVER)))
    )
    found = {}
    for row in await connection.execute(query):
        mark = row.mark
        if mark is None or not hmac.compare_digest(bytes(mark), link_mark(desk, row._mapping)):
            found[row.token] = row.campaign
    return found
