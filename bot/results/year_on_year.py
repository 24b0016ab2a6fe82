"""Compares a year's public scores with those of the year before, each by its own scheme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.suppression import DisclosedScore
from aggregation.quality.changes import ScoreChange, YearScore, score_changes, score_definition
from bot.campaigns.registered import RegisteredCampaign, counting_campaigns
from bot.results.scoring import ScoredCampaign, score_registered

Z95 = 1.96


async def read_changes(
    database: AsyncEngine, year: int, polls: Sequence[ScoredCampaign]
) -> dict[str, ScoreChange]:
    """Return each unit's change since the year before, from the releases of both years.

    It is empty when the year before has no closed campaign.
    A unit that two campaigns of that year rate is left out, because nobody says which one counts.
    """
    earlier = _alone(
        [poll for poll in await counting_campaigns(database, year - 1) if poll.state == "closed"]
    )
    if not earlier:
        return {}
    chosen = {poll.id: poll for poll in earlier.values()}
    scored = [await score_registered(database, poll) for poll in chosen.values()]
    before = {unit: it for part in scored for unit, it in _readings(part) if unit in earlier}
    after = {unit: it for part in polls for unit, it in _readings(part)}
    return score_changes(before, after, polls[0].campaign.scheme.confidence_pct)


def _alone(polls: Iterable[RegisteredCampaign]) -> dict[str, RegisteredCampaign]:
    polls = list(polls)
    rated = Counter(unit for poll in polls for unit in poll.units)
    return {unit: poll for poll in polls for unit in poll.units if rated[unit] == 1}


def _readings(part: ScoredCampaign) -> Iterable[tuple[str, YearScore]]:
    """Yield the scores that are disclosed and comparable.

    A corrected score is not: its counts, and so its variance, are those of another score.
    """
    poll = part.campaign
    for code, told in part.disclosed.items():
        if told.withheld or told.corrected or told.score is None or "insufficient" in told.flags:
            continue
        unit = poll.units[code]
        how = score_definition(poll.questionnaires[unit.questionnaire], unit.category, poll.scheme)
        yield code, YearScore(told.score, _variance(part.scores[code].variance, told), how)


def _variance(variance: float, told: DisclosedScore) -> float:
    """Return the variance, or that of the disclosed interval where it is larger.

    The plain variance is 0 where all raters agree, and would claim certainty.
    """
    if told.low is None or told.high is None:
        return variance
    return max(variance, ((told.high - told.low) / (2 * Z95)) ** 2)
