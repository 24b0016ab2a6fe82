"""What two people decide: results are published although reviews of some units still run.

The service loads this at its start; whoever prepares it loads more
(`bot.publication.early_publication`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.approvals import Approval, Decision
from bot.accounts.roster import Book
from bot.records.seals import lock_year
from bot.storage.database import upsert
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place

EARLY = "publish-early"
"""The kind of what is decided."""


def early_decision() -> Mapping[str, Decision]:
    """Return what two people decide of a publication."""
    return {EARLY: Decision(_publish)}


async def _publish(connection: AsyncConnection, _book: Book, one: Approval, now: int) -> None:
    """Make a release public; its units under review are marked.

    Raises:
        BadInput: a newer release was made meanwhile, or more units wait for a review.
    """
    from bot.appraisal.settling import unsettled_units

    said, campaign = one.details, one.subject
    await lock_year(connection, int(said["year"]))
    today = datetime.fromtimestamp(now, ZoneInfo(said["timezone"])).date()
    waiting = set(await unsettled_units(connection, int(said["year"]), today))
    columns = tables.releases.c
    query = select(func.max(columns.number)).where(columns.campaign == campaign)
    newest = (await connection.execute(query)).scalar()
    more = (waiting & set(said["rated"])) - set(said["units"])
    if newest != said["release"] or more:
        raise BadInput(Message("publication-list-changed"), Place(subject=campaign))
    await refuse_public(connection, campaign, newest)
    row = {"campaign": campaign, "number": newest, "at": now, "by": one.prepared_by}
    await upsert(connection, tables.publications, ["campaign"], [row])


async def refuse_public(connection: AsyncConnection, campaign: str, number: int) -> None:
    """Refuse a release that is public, in the transaction that would make it so once more.

    Raises:
        BadInput: it is public: another person was quicker.
    """
    columns = tables.publications.c
    query = select(columns.number).where(columns.campaign == campaign)
    if (await connection.execute(query)).scalar() == number:
        message = Message("publication-release-public", number=number)
        raise BadInput(message, Place(subject=campaign))
