"""Scores an archive as `bot.results.scoring.score_campaign` does, from its files alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import tally_tables
from aggregation.estimation.scores import UnitScore, score_tally
from bot.campaigns.registered import registered_campaign
from bot.results.archive.format import (
    CAMPAIGN,
    CAMPAIGN_KEYS,
    RELEASE,
    count_tables,
    read_text,
    whole_manifest,
)
from bot.results.releases import read_release
from bot.results.scoring import ScoredCampaign, score_release


@dataclass(frozen=True, slots=True)
class RescoredArchive:
    """The released scores of an archive.

    ``changed`` are the units whose ballots have changed since, which is withheld.
    """

    scored: ScoredCampaign
    changed: tuple[str, ...]


def score_archive(folder: Path) -> RescoredArchive:
    """Score every unit from the archive's counts and compare with the release that it holds.

    Raises:
        BadInput: there is no finished archive, or a file is not the one that was written.
    """
    manifest = whole_manifest(folder)
    frozen = read_text(folder, manifest, CAMPAIGN)
    columns = {column: frozen[key] for key, column in CAMPAIGN_KEYS.items()}
    campaign = registered_campaign(_row(columns))
    scored = score_release(campaign, read_release(_row(read_text(folder, manifest, RELEASE))))
    counted = tally_tables(
        count_tables(folder, manifest), PatternReader(campaign.questionnaires, campaign.scheme)
    )
    categories = {code: unit.category for code, unit in campaign.units.items()}
    contrasts = scored.release.contrasts if scored.release else None
    scores = score_tally(counted, categories, campaign.scheme, contrasts)
    corrected = scored.release.corrections if scored.release else {}
    changed = (
        unit
        for unit, score in scores.items()
        if unit not in corrected and _own(score) != _own(scored.scores[unit])
    )
    return RescoredArchive(scored, tuple(changed))


def _own(score: UnitScore) -> object:
    """Return the part of a score that follows from the unit's own ballots alone."""
    if score.bounded is None:
        return score
    figures = score.bounded
    return (score.n, score.excluded, score.distribution, score.groups, figures.evidence)


def _row(found: dict[str, Any]) -> Any:
    return SimpleNamespace(**found)
