"""Reads how far the halves of a split campaign lie apart, from its ballots as they came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.counts.ratings import PatternReader
from aggregation.quality.halves import HalfDifference, ScoredForm, half_differences
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.ballot import STAFF
from survey_flows.halves import FACT

if TYPE_CHECKING:
    from bot.campaigns.registered import RegisteredCampaign


async def read_halves(
    database: AsyncEngine, campaign: RegisteredCampaign
) -> tuple[HalfDifference, ...]:
    """Return the difference of each half; none for a campaign that was not split.

    Ballots are not weighted, so that a later verdict on a few of them changes nothing here.

    Raises:
        BadInput: a ballot's questionnaire or pattern cannot be read.
    """
    if not campaign.halves:
        return ()
    columns = tables.ballots.c
    chosen = (columns.voter, columns.questionnaire, columns.ratings, columns.facts)
    query = select(*chosen).where(columns.campaign == campaign.id, columns.grp != STAFF)
    async with reading(database) as connection:
        rows = (await connection.execute(query)).all()
    reader = PatternReader(campaign.questionnaires, campaign.scheme)
    found = await asyncio.to_thread(half_differences, campaign.halves, list(_scored(rows, reader)))
    return tuple(found)


def _scored(rows: Iterable[Any], reader: PatternReader) -> Iterator[ScoredForm]:
    """Yield the valid ballots that have a order."""
    orders: dict[str, str] = {}
    for voter, questionnaire, ratings, facts in rows:
        if facts not in orders:
            orders[facts] = str(json.loads(facts).get(FACT, ""))
        score = reader.read(questionnaire, ratings).score
        if orders[facts] and score is not None:
            yield bytes(voter), orders[facts], score
