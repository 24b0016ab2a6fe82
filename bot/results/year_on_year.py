"""Compares a year's public scores with those of the year before, each by its own scheme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.coarsening import told_change
from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.quality.changes import ScoreChange, YearScore, score_changes, score_definition
from bot.campaigns.registered import RegisteredCampaign, counting_campaigns
from bot.results.scoring import ScoredCampaign, score_registered

Z95 = 1.96


async def read_changes(
    database: AsyncEngine, year: int, campaigns: Sequence[ScoredCampaign]
) -> dict[str, ScoreChange]:
    """Return each unit's change since the year before, from the releases of both years.

    It is empty when the year before has no closed campaign.
    A unit that two campaigns of that year rate is left out, because nobody says which one counts.
    """
    earlier = _alone(
        [
            campaign
            for campaign in await counting_campaigns(database, year - 1)
            if campaign.state == "closed"
        ]
    )
    if not earlier:
        return {}
    chosen = {campaign.id: campaign for campaign in earlier.values()}
    scored = [await score_registered(database, campaign) for campaign in chosen.values()]
    before = {unit: it for part in scored for unit, it in _readings(part) if unit in earlier}
    after = {unit: it for part in campaigns for unit, it in _readings(part)}
    found = score_changes(before, after, campaigns[0].campaign.scheme.confidence_pct)
    coarse = {unit for part in (*scored, *campaigns) for unit in _coarse(part)}
    return {unit: told_change(it) if unit in coarse else it for unit, it in found.items()}


def _coarse(part: ScoredCampaign) -> set[str]:
    return {code for code, it in part.disclosed.items() if it.coarse}


def _alone(campaigns: Iterable[RegisteredCampaign]) -> dict[str, RegisteredCampaign]:
    campaigns = list(campaigns)
    rated = Counter(unit for campaign in campaigns for unit in campaign.units)
    return {unit: campaign for campaign in campaigns for unit in campaign.units if rated[unit] == 1}


def _readings(part: ScoredCampaign) -> Iterable[tuple[str, YearScore]]:
    """Yield the scores that are disclosed and comparable.

    A corrected score is not: its counts, and so its variance, are those of another score.
    """
    campaign = part.campaign
    for code, disclosed in part.disclosed.items():
        if (
            disclosed.withheld
            or disclosed.corrected
            or disclosed.score is None
            or "insufficient" in disclosed.flags
        ):
            continue
        unit = campaign.units[code]
        score = part.scores[code]
        how = score_definition(
            campaign.questionnaires[unit.questionnaire],
            unit.category,
            campaign.scheme,
            {group.group for group in score.groups if group.weight_used},
        )
        if score.bounded is not None:
            known = score.bounded.variance
            yield code, YearScore(disclosed.score, known.whole, how, known.freedom)
        else:
            yield code, YearScore(disclosed.score, _variance(score.variance, disclosed), how)


def _variance(variance: float, disclosed: DisclosedScore) -> float:
    """Return the variance, or that of the disclosed interval where it is larger.

    The plain variance is 0 where all raters agree, and would claim certainty.
    """
    if disclosed.low is None or disclosed.high is None:
        return variance
    return max(variance, ((disclosed.high - disclosed.low) / (2 * Z95)) ** 2)
