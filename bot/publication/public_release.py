"""What anybody may read of a campaign that is over: nothing, until an administrator makes a release public.

A release that is made later is not public by itself: what everybody reads changes only when somebody decides so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.appraisal.appeals import read_notices
from bot.campaigns.registered import RegisteredCampaign
from bot.core.clock import Clock
from bot.results.releases import last_release
from bot.storage.database import reading, upsert, writing
from bot.storage.schema.api import publications
from survey_flows.errors import BadInput


@dataclass(frozen=True, slots=True)
class Publication:
    """Which release of a campaign is public, since when (epoch seconds), and who decided so."""

    campaign: str
    number: int
    at: int
    by: str


async def read_publications(database: AsyncEngine) -> Mapping[str, Publication]:
    """What is public, by campaign."""
    async with reading(database) as connection:
        rows = await connection.execute(select(publications))
        return {row.campaign: Publication(row.campaign, row.number, row.at, row.by) for row in rows}


async def make_public(
    database: AsyncEngine, poll: RegisteredCampaign, by: str, clock: Clock, timezone: str
) -> Publication:
    """Let anybody read the campaign's last release.

    Raises:
        BadInput: the campaign is not closed, the public notice of its year was not given or still runs, or this
            release is public already.
    """
    if poll.state != "closed":
        raise BadInput(
            f"this campaign is {poll.state}; its results can be made public once it is closed",
            poll.id,
        )
    await _require_notice(database, poll.year, clock.now().astimezone(ZoneInfo(timezone)).date())
    release = await last_release(database, poll, clock)
    standing = (await read_publications(database)).get(poll.id)
    if standing and standing.number == release.number:
        raise BadInput(
            f"release {release.number} is public already; there is no newer one", poll.id
        )
    made = Publication(poll.id, release.number, int(clock.now().timestamp()), by)
    row = {"campaign": poll.id, "number": made.number, "at": made.at, "by": made.by}
    async with writing(database) as connection:
        await upsert(connection, publications, ["campaign"], [row])
    return made


async def _require_notice(database: AsyncEngine, year: int, today: date) -> None:
    async with reading(database) as connection:
        notices = await read_notices(connection, year)
    if not notices:
        raise BadInput(
            "no public notice of this year's results was given; see /admin/appeals", str(year)
        )
    if today <= notices[-1].ends:
        raise BadInput(
            f"the public notice runs until {notices[-1].ends}; make the results public after it",
            str(year),
        )


async def withdraw_publication(database: AsyncEngine, campaign: str) -> None:
    """Take a campaign's results off the public pages. What people have read or kept stays read.

    Raises:
        BadInput: they are not public.
    """
    async with writing(database) as connection:
        gone = await connection.execute(
            delete(publications).where(publications.c.campaign == campaign)
        )
    if not gone.rowcount:
        raise BadInput("the results of this campaign are not public", campaign)
