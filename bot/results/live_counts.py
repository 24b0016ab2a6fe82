"""Counts the ballots of each unit of a campaign, as they may be disclosed."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.disclosed import Count
from aggregation.disclosure.rounding import round_down
from bot.campaigns.registered import RegisteredCampaign
from bot.results.releases import read_releases
from bot.results.scoring import score_release
from bot.storage.database import reading
from bot.storage.schema import all as tables


async def unit_counts(database: AsyncEngine, campaign: RegisteredCampaign) -> dict[str, Count]:
    """Return ballots by unit: rounded down before the close, released valid ones after it."""
    cell = campaign.scheme.min_n.publish_cell
    if campaign.state == "closed":
        releases = await read_releases(database, campaign.id)
        scored = (
            await asyncio.to_thread(score_release, campaign, releases[-1]) if releases else None
        )
        return {code: score.n_valid for code, score in scored.disclosed.items()} if scored else {}
    columns = tables.ballots.c
    query = (
        select(columns.unit, func.count())
        .where(columns.campaign == campaign.id)
        .group_by(columns.unit)
    )
    async with reading(database) as connection:
        found = {row[0]: row[1] for row in await connection.execute(query)}
    return {code: round_down(found.get(code, 0), cell) for code in campaign.units}
