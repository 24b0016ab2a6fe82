"""Registered campaigns as they are scored, and the one refusal of an unknown campaign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.scheme.scheme import Scheme
from bot.campaigns.choice_records import read_choices
from bot.campaigns.definition import CampaignRow, read_definition
from bot.campaigns.registration import differing_from_log
from bot.campaigns.scheme_files import offered_scheme
from bot.campaigns.states import CLOSED
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.campaign_aim import COUNTING, USUAL, Aim
from survey_flows.campaign_definition import Organiser, Unit
from survey_flows.errors import BadInput, Message, Place
from survey_flows.questionnaire import Questionnaire, Text

Lock = Literal["share", "update"]
"""Share: nobody closes the campaign before the transaction ends. Update: nor locks it."""


@dataclass(frozen=True, slots=True)
class RegisteredCampaign:
    """A campaign as it is scored.

    ``opens_at`` and ``closes_at`` are in epoch seconds; ``units`` are by code, ``questionnaires``
    by id; ``halves`` is what split halves differ in, ``identity`` the kinds of identity taken,
    ``organiser`` who asked. A pilot is scored like any other campaign and counts in no year's
    appraisal.
    """

    id: str
    year: int
    title: Text
    state: str
    opens_at: int
    closes_at: int
    units: Mapping[str, Unit]
    questionnaires: Mapping[str, Questionnaire]
    scheme: Scheme
    aim: Aim = USUAL
    halves: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    organiser: Organiser | None = None


def no_such_campaign(campaign: str) -> BadInput:
    """The refusal of a campaign that does not exist."""
    return BadInput(Message("campaign-unknown"), Place(subject=campaign))


async def read_campaign_row(
    connection: AsyncConnection, campaign: str, lock: Lock | None = None
) -> Row[Any]:
    """Returns a campaign's row, in the caller's transaction.

    Raises:
        BadInput: there is no such campaign.
    """
    query = select(tables.campaigns).where(tables.campaigns.c.id == campaign)
    if lock:
        query = query.with_for_update(read=lock == "share")
    row = (await connection.execute(query)).first()
    if row is None:
        raise no_such_campaign(campaign)
    return row


async def counting_campaigns(
    database: AsyncEngine, year: int | None = None
) -> list[RegisteredCampaign]:
    """Returns the campaigns that count in an appraisal; raises as `read_registered_campaigns`.

    One that was withdrawn, or chosen not to count, is not among them.
    """
    found = await read_registered_campaigns(database, year)
    async with reading(database) as connection:
        left = {name for name, it in (await read_choices(connection)).items() if not it.counts}
    return [campaign for campaign in found if not campaign.aim.pilot and campaign.id not in left]


async def read_registered_campaigns(
    database: AsyncEngine, year: int | None = None
) -> list[RegisteredCampaign]:
    """Returns every campaign, or a year's, the newest last.

    Raises:
        BadInput: a closed campaign differs from its registration in the log.
    """
    columns = tables.campaigns.c
    query = select(tables.campaigns).order_by(columns.opens_at, columns.id)
    async with reading(database) as connection:
        rows = (
            await connection.execute(query if year is None else query.where(columns.year == year))
        ).all()
        changed = await differing_from_log(connection, [row for row in rows if row.state == CLOSED])
    if changed:
        raise BadInput(Message("campaign-differs-from-log"), Place(subject=min(changed)))
    return [registered_campaign(row) for row in rows]


async def find_registered_campaign(database: AsyncEngine, campaign: str) -> RegisteredCampaign:
    """Returns one campaign.

    Raises:
        BadInput: as `read_registered_campaigns`, or there is no such campaign.
    """
    for found in await read_registered_campaigns(database):
        if found.id == campaign:
            return found
    raise no_such_campaign(campaign)


def registered_campaign(row: CampaignRow) -> RegisteredCampaign:
    """Returns the campaign in a row of the table of campaigns."""
    definition = read_definition(row)
    return RegisteredCampaign(
        id=row.id,
        year=row.year,
        title=definition.title,
        state=row.state,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        units=definition.units,
        questionnaires=definition.questionnaires,
        scheme=definition.scheme,
        aim=definition.aim,
        halves=definition.halves,
        identity=definition.identity,
        organiser=definition.organiser,
    )


async def counts_already(connection: AsyncConnection) -> bool:
    """Returns whether a campaign that counts in an appraisal was ever registered."""
    columns = tables.campaigns.c
    query = select(columns.id).where(columns.registered.is_not(None), columns.purpose == COUNTING)
    return (await connection.execute(query.limit(1))).first() is not None


async def year_scheme(database: AsyncEngine, year: int | None) -> Scheme:
    """Returns the scheme of the year's last counting campaign (None: of all years).

    Without such a campaign it is the offered scheme.
    """
    found = await counting_campaigns(database, year)
    return found[-1].scheme if found else offered_scheme()
