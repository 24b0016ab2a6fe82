"""A release with all that is told of it, made once for many looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.suppression import Count, DisclosedScore
from bot.campaigns.registered import RegisteredCampaign
from bot.results.releases import Release, last_release, read_releases
from bot.results.scoring import ScoredCampaign, UnitRank, score_release, unit_ranks
from survey_flows.errors import BadInput


@dataclass(frozen=True, slots=True)
class DisclosedRelease:
    """One release. ``told`` and ``unit_ranks`` are by unit, ``fates`` by the codes of `bot.publication.exports.score_pages.REASONS`."""

    scored: ScoredCampaign
    release: Release
    told: Mapping[str, DisclosedScore]
    places: Mapping[str, UnitRank]
    fates: Mapping[str, Count]


async def find_release(database: AsyncEngine, poll: RegisteredCampaign, number: int = 0) -> Release:
    """The release of this number; for 0 the last one, which the first look makes."""
    if not number:
        return await last_release(database, poll)
    for release in await read_releases(database, poll.id):
        if release.number == number:
            return release
    raise BadInput("there is no release of this number", f"{poll.id} {number}")


def disclose_release(poll: RegisteredCampaign, release: Release) -> DisclosedRelease:
    """All that is told of a release; takes a while: call it in a thread."""
    from bot.publication.exports.score_pages import disclosed_exclusions

    scored = score_release(poll, release)
    return DisclosedRelease(
        scored, release, scored.disclosed, unit_ranks(scored), disclosed_exclusions(scored)
    )
