"""Campaigns as lists show them: what each says of itself, its links and its ballots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.campaign_keys import read_missing_keys
from bot.campaigns.choice_records import CampaignChoice, read_choices
from bot.campaigns.definition import read_definition
from bot.campaigns.early_closes import EarlyClose, read_early_closes
from bot.campaigns.links import read_links
from bot.campaigns.registered import no_such_campaign
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.campaign_aim import USUAL, Aim
from survey_flows.campaign_definition import Link


@dataclass(frozen=True, slots=True)
class CampaignSummary:
    """A campaign as lists show it.

    ``ballots`` is exact: disclose it by `aggregation.disclosure.rounding` only, with ``cell``, the
    scheme's disclosure threshold. ``opens_at`` and ``closes_at`` are in epoch seconds.
    With ``missing_keys``, the files of lost keys, it takes nothing until they are back. ``early``
    says that it was closed before its planned end, ``choice`` what was decided of it.
    """

    id: str
    year: int
    title: Mapping[str, str]
    state: str
    opens_at: int
    closes_at: int
    units: int
    ballots: int
    cell: int
    links: tuple[Link, ...]
    aim: Aim = USUAL
    missing_keys: tuple[str, ...] = ()
    early: EarlyClose | None = None
    choice: CampaignChoice | None = None


async def list_campaigns(database: AsyncEngine) -> list[CampaignSummary]:
    """Returns every campaign, the newest last."""
    return await _read(database)


async def show_campaign(database: AsyncEngine, campaign: str) -> CampaignSummary:
    """Returns one campaign. Raises `BadInput` when it does not exist."""
    for summary in await _read(database, campaign):
        return summary
    raise no_such_campaign(campaign)


async def _read(database: AsyncEngine, campaign: str | None = None) -> list[CampaignSummary]:
    """Reads all campaigns, or one; of one alone the ballots are counted, which are many."""
    ballots, columns = tables.ballots.c, tables.campaigns.c
    counting = select(ballots.campaign, func.count()).group_by(ballots.campaign)
    query = select(tables.campaigns).order_by(columns.opens_at, columns.id)
    if campaign is not None:
        counting = counting.where(ballots.campaign == campaign)
        query = query.where(columns.id == campaign)
    async with reading(database) as connection:
        counts = {row[0]: row[1] for row in await connection.execute(counting)}
        links = await read_links(connection, personal=False)
        rows = (await connection.execute(query)).all()
        missing = await read_missing_keys(connection)
        early = await read_early_closes(connection)
        choices = await read_choices(connection)
    made = (
        _summary(row, counts.get(row.id, 0), links.get(row.id, ()), missing.get(row.id, ()))
        for row in rows
    )
    return [
        replace(summary, early=early.get(summary.id), choice=choices.get(summary.id))
        for summary in made
    ]


def _summary(
    row: Row[Any], ballots: int, links: tuple[Link, ...], missing: tuple[str, ...]
) -> CampaignSummary:
    definition = read_definition(row)
    return CampaignSummary(
        id=row.id,
        year=row.year,
        title=definition.title,
        state=row.state,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        units=len(definition.units),
        ballots=ballots,
        cell=definition.disclosure_floor,
        links=links,
        aim=definition.aim,
        missing_keys=missing,
    )
