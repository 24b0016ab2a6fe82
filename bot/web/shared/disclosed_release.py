"""A release with its disclosed figures, computed once for many requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.disclosed import Count, DisclosedScore
from bot.campaigns.registered import RegisteredCampaign
from bot.publication.exclusions import disclosed_exclusions
from bot.results.field_facts import UNKNOWN_FACTS, FieldFacts
from bot.results.releases import Release, last_release, read_releases
from bot.results.scoring import ScoredCampaign, UnitRank, score_release, unit_ranks
from survey_flows.errors import BadInput, Message, Place


@dataclass(frozen=True, slots=True)
class DisclosedRelease:
    """One release: disclosed scores and ranks by unit, and numbers of ballots by outcome.

    The outcomes are the codes of `bot.publication.exclusions.REASONS`.
    """

    scored: ScoredCampaign
    release: Release
    scores: Mapping[str, DisclosedScore]
    ranks: Mapping[str, UnitRank]
    exclusions: Mapping[str, Count]


async def find_release(
    database: AsyncEngine, campaign: RegisteredCampaign, number: int = 0
) -> Release:
    """Returns the release of this number; for 0 the last one, which is made if there is none.

    Raises:
        BadInput: there is no release of this number.
    """
    if not number:
        return await last_release(database, campaign)
    for release in await read_releases(database, campaign.id):
        if release.number == number:
            return release
    raise BadInput(Message("web-no-such-release"), Place(subject=f"{campaign.id} {number}"))


def disclose_release(
    campaign: RegisteredCampaign, release: Release, facts: FieldFacts = UNKNOWN_FACTS
) -> DisclosedRelease:
    """Returns the disclosed figures of a release; it takes seconds, so call it in a thread."""
    scored = replace(score_release(campaign, release), facts=facts)
    return DisclosedRelease(
        scored, release, scored.disclosed, unit_ranks(scored), disclosed_exclusions(scored)
    )
