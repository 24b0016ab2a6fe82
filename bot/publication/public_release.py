"""Public releases: nothing of a closed campaign is public until an administrator publishes it.

A later release is not public by itself: public pages change only by a person's decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.appraisal.settling import unsettled_units
from bot.campaigns.choice_records import read_choices, told
from bot.campaigns.registered import RegisteredCampaign
from bot.core.clock import Clock
from bot.publication.early_decision import refuse_public
from bot.records.notices import read_notices
from bot.results.proven_releases import require_proven
from bot.results.releases import Release, last_release
from bot.storage.database import reading, upsert, writing
from bot.storage.schema.api import publications
from survey_flows.errors import BadInput, Message, Place

FEW = 10
"""So many names are told of a longer list."""


@dataclass(frozen=True, slots=True)
class Publication:
    """The public release of a campaign: number, time (epoch seconds) and login."""

    campaign: str
    number: int
    at: int
    by: str


async def read_publications(database: AsyncEngine) -> Mapping[str, Publication]:
    """Return the public releases by campaign."""
    async with reading(database) as connection:
        rows = await connection.execute(select(publications))
        return {row.campaign: Publication(row.campaign, row.number, row.at, row.by) for row in rows}


async def make_public(
    database: AsyncEngine,
    campaign: RegisteredCampaign,
    by: str,
    clock: Clock,
    timezone: str,
    seen: int = 0,
) -> Publication:
    """Let anybody read the campaign's last release.

    Args:
        database: where the campaign is.
        campaign: the campaign.
        by: who publishes it.
        clock: the present time.
        timezone: the city's.
        seen: the number of the release that was seen; 0: whatever is the last one.

    Raises:
        BadInput: the campaign is not closed, the public notice of its year was not given or still
            runs, a unit of it is not settled, another release was seen, or this one is public.
        BallotsChanged: the ballots are not those that the log commits to; the campaign is held.
    """
    today = clock.now().astimezone(ZoneInfo(timezone)).date()
    _require_closed(campaign)
    await check_notice(database, campaign.year, today)
    await _require_settled(database, campaign, today)
    release = await publishable_release(database, campaign, clock, seen)
    made = Publication(campaign.id, release.number, int(clock.now().timestamp()), by)
    row = {"campaign": campaign.id, "number": made.number, "at": made.at, "by": made.by}
    async with writing(database) as connection:
        await refuse_public(connection, campaign.id, release.number)
        await upsert(connection, publications, ["campaign"], [row])
    return made


def _require_closed(campaign: RegisteredCampaign) -> None:
    if campaign.state != "closed":
        message = Message("publication-campaign-not-closed")
        raise BadInput(message, Place(subject=campaign.id))


async def _require_counting(database: AsyncEngine, campaign: RegisteredCampaign) -> None:
    """Refuse scores that count nowhere: a unit would have another one beside that of its year."""
    async with reading(database) as connection:
        choice = (await read_choices(connection)).get(campaign.id)
    if choice is not None and not choice.counts:
        message = Message("publication-counts-nowhere", why=told(choice))
        raise BadInput(message, Place(subject=campaign.id))


async def publishable_release(
    database: AsyncEngine, campaign: RegisteredCampaign, clock: Clock, seen: int = 0
) -> Release:
    """Return the campaign's last release, which is not public yet.

    Args:
        database: where the campaign is.
        campaign: the campaign.
        clock: the present time.
        seen: the number of the release that was seen; 0: whatever is the last one.

    Raises:
        BadInput: the campaign is not closed, it is withdrawn or chosen not to count, another
            release was seen, or this one is public.
        BallotsChanged: the ballots are not those that the log commits to; the campaign is held.
    """
    _require_closed(campaign)
    await _require_counting(database, campaign)
    await require_proven(database, campaign.id)
    release = await last_release(database, campaign, clock)
    if seen and seen != release.number:
        message = Message("publication-release-changed", now=release.number, seen=seen)
        raise BadInput(message, Place(subject=campaign.id))
    async with reading(database) as connection:
        await refuse_public(connection, campaign.id, release.number)
    return release


async def check_notice(database: AsyncEngine, year: int, today: date) -> None:
    """Refuse while the public notice of a year was not given, or still runs.

    Raises:
        BadInput: it was not, or it runs.
    """
    async with reading(database) as connection:
        notices = await read_notices(connection, year)
    if not notices:
        raise BadInput(Message("publication-no-notice"), Place(subject=str(year)))
    if today <= notices[-1].ends:
        message = Message("publication-notice-runs", ends=notices[-1].ends.isoformat())
        raise BadInput(message, Place(subject=str(year)))


async def publication_stop(
    database: AsyncEngine, campaign: RegisteredCampaign, today: date
) -> BadInput | None:
    """Return why results cannot be made public today: the notice, or units that are not settled."""
    try:
        await _require_counting(database, campaign)
        await check_notice(database, campaign.year, today)
        await _require_settled(database, campaign, today)
    except BadInput as error:
        return error
    return None


async def _require_settled(
    database: AsyncEngine, campaign: RegisteredCampaign, today: date
) -> None:
    """Refuse while a unit may still ask for a review, or waits for its first answer in time."""
    if campaign.aim.pilot:
        return
    async with reading(database) as connection:
        waiting = await unsettled_units(connection, campaign.year, today)
    if names := tuple(unit for unit in waiting if unit in campaign.units):
        message = Message("publication-unsettled", names=names[:FEW], n=len(names))
        raise BadInput(message, Place(subject=campaign.id))


async def withdraw_publication(database: AsyncEngine, campaign: str) -> None:
    """Take a campaign's results off the public pages; copies that people keep are out of reach.

    Raises:
        BadInput: they are not public.
    """
    async with writing(database) as connection:
        gone = await connection.execute(
            delete(publications).where(publications.c.campaign == campaign)
        )
    if not gone.rowcount:
        raise BadInput(Message("publication-not-public"), Place(subject=campaign))
