"""A release with all that is told of it, made once for many looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.suppression import Count, Told
from bot.campaigns.registered import Poll
from bot.results.releases import Release, last_release, read_releases
from bot.results.scoring import Place, Scored, places, score_release
from survey_flows.errors import BadInput


@dataclass(frozen=True, slots=True)
class Shown:
    """One release. ``told`` and ``places`` are by unit, ``fates`` by the codes of `bot.publication.exports.score_pages.REASONS`."""

    scored: Scored
    release: Release
    told: Mapping[str, Told]
    places: Mapping[str, Place]
    fates: Mapping[str, Count]


async def find_release(database: AsyncEngine, poll: Poll, number: int = 0) -> Release:
    """The release of this number; for 0 the last one, which the first look makes."""
    if not number:
        return await last_release(database, poll)
    for release in await read_releases(database, poll.id):
        if release.number == number:
            return release
    raise BadInput("there is no release of this number", f"{poll.id} {number}")


def show_release(poll: Poll, release: Release) -> Shown:
    """All that is told of a release; takes a while: call it in a thread."""
    from bot.publication.exports.score_pages import told_fates

    scored = score_release(poll, release)
    return Shown(scored, release, scored.told, places(scored), told_fates(scored))
