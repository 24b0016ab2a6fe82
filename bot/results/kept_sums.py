"""Reads what a campaign's ballots keep of the key of their link and of reminders, as sums."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.counts.ratings import PatternReader
from aggregation.estimation.method2.kept_sums import KeptSums, PlacedCount, kept_sums
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.ballot import STAFF

if TYPE_CHECKING:
    from bot.campaigns.registered import RegisteredCampaign


async def read_kept(database: AsyncEngine, campaign: RegisteredCampaign) -> dict[str, KeptSums]:
    """Return the sums of each unit whose ballots have a key; by method 1 none are needed.

    Raises:
        BadInput: a ballot's questionnaire or pattern cannot be read.
    """
    if campaign.scheme.evidence is None:
        return {}
    columns = tables.ballots.c
    keys = [columns[name] for name in PlacedCount._fields if name != "ballots"]
    query = select(*keys, func.count()).where(
        columns.campaign == campaign.id, columns.cluster.is_not(None), columns.grp != STAFF
    )
    async with reading(database) as connection:
        rows = [PlacedCount._make(row) for row in await connection.execute(query.group_by(*keys))]
    reader = PatternReader(campaign.questionnaires, campaign.scheme)
    return await asyncio.to_thread(kept_sums, rows, reader)
