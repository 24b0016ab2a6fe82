"""Reads how far the halves of a split campaign lie apart, from its ballots as they came."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.counts.ratings import PatternReader
from aggregation.quality.halves import HalfDifference, Person, half_differences, person_of
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
    reader = PatternReader(campaign.questionnaires, campaign.scheme)
    people: Counter[Person] = Counter()
    last, own = b"", list[tuple[str, Fraction]]()
    async with reading(database) as connection:
        # In the order of persons, so that memory holds one at a time.
        async for voter, *ballot in await connection.stream(query.order_by(columns.voter)):
            if bytes(voter) != last:
                people[person_of(own)] += 1
                last, own = bytes(voter), []
            own += _scored(reader, *ballot)
    people[person_of(own)] += 1
    del people[()]
    return tuple(half_differences(campaign.halves, people))


def _scored(
    reader: PatternReader, questionnaire: str, ratings: str, facts: str
) -> list[tuple[str, Fraction]]:
    """Return order and score of a ballot; nothing of one that has none or is not valid."""
    order, score = _order(facts), reader.read(questionnaire, ratings).score
    return [(order, score)] if order and score is not None else []


@lru_cache(maxsize=4096)
def _order(facts: str) -> str:
    return str(json.loads(facts).get(FACT, ""))
