"""Erases what ballots say of their moment, once nothing can need it any more.

Quarter of an hour and online checks are what a ballot could be found by for somebody who knows when
a person rated. The text that the log commits to has only their digest, so that it stays whole.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.stored_bodies import ASIDE
from bot.campaigns.registered import find_registered_campaign
from bot.campaigns.states import CLOSED
from bot.core.events import event
from bot.storage.database import reading, writing
from bot.storage.erased import write_anew
from bot.storage.schema import all as tables
from bot.transparency.logged_times import logged_at
from bot.transparency.verdicts import WAITING
from survey_flows.errors import BadInput

log = logging.getLogger(__name__)

DAY = 86_400
AFTER_RESULT = 7 * DAY
"""Seconds after the newest result in which organised rating can still be looked for."""
AFTER_CLOSE = 60 * DAY
"""Seconds after the close at which the moments go in any case."""


async def erase_asides(database: AsyncEngine, now: datetime) -> None:
    """Erases the moments of campaigns whose weights are final; callers repeat this.

    They go a week after the newest result in the log while no fraud case waits, and sixty days
    after the close at the latest. The sums that a score needs stay in a release. Ballots of before
    the gate signed have their moment in their text, and keep it.
    """
    seconds = int(now.timestamp())
    async with reading(database) as connection:
        query = select(tables.campaigns.c.id).where(tables.campaigns.c.state == CLOSED)
        closed = (await connection.execute(query)).scalars().all()
        due = [one for one in closed if await _is_due(connection, one, seconds)]
    for campaign in due:
        await _keep_sums(database, campaign)
        async with writing(database) as connection:
            for table in (tables.ballots, tables.superseded):
                own = (table.c.campaign == campaign, table.c.aside_salt.is_not(None))
                erased = update(table).where(*own).values(dict.fromkeys(ASIDE))
                await connection.execute(erased)
        await write_anew(database, (tables.ballots, tables.superseded))


async def _keep_sums(database: AsyncEngine, campaign: str) -> None:
    """Makes the first release where nobody has: it keeps the sums that the keys are needed for."""
    # The service starts without the code of scores.
    from bot.results.releases import last_release

    try:
        found = await find_registered_campaign(database, campaign)
        if found.scheme.evidence is not None:
            await last_release(database, found)
    except BadInput as error:
        # What a promise says is erased, whatever stands in the way of a score.
        log.error(
            "campaign %s loses its keys without sums: %s",
            campaign,
            error,
            extra=event("sums_lost", campaign=campaign),
        )


async def _is_due(connection: AsyncConnection, campaign: str, now: int) -> bool:
    columns = tables.ballots.c
    signed = select(columns.aside_salt).where(
        columns.campaign == campaign, columns.number.is_not(None)
    )
    # All go at once, so that one of them tells.
    if (await connection.execute(signed.limit(1))).scalar() is None:
        return False
    closing = await logged_at(connection, campaign, "closing")
    if closing is not None and now >= closing + AFTER_CLOSE:
        return True
    result = await logged_at(connection, campaign, "result")
    return (
        result is not None
        and now >= result + AFTER_RESULT
        and not await _waits(connection, campaign)
    )


async def _waits(connection: AsyncConnection, campaign: str) -> bool:
    columns = tables.cases.c
    query = select(columns.id).where(columns.campaign == campaign, columns.state == WAITING)
    return (await connection.execute(query.limit(1))).first() is not None
