"""How many ballots of a campaign count, and how many do not, by reason."""

from __future__ import annotations

from collections import Counter

from aggregation.counts.ratings import PatternReader
from aggregation.disclosure.disclosed import Count
from aggregation.disclosure.exclusions import disclose_exclusions
from bot.results.scoring import ScoredCampaign
from survey_flows.ballot import STAFF
from survey_flows.messages import Message

REASONS = {
    "counted": Message("publication-exclusion-counted"),
    "excluded": Message("publication-exclusion-excluded"),
    "dont_know": Message("publication-exclusion-dont-know"),
    "too_few_items": Message("publication-exclusion-too-few-items"),
    "group_without_weight": Message("publication-exclusion-group-without-weight"),
    STAFF: Message("publication-exclusion-staff"),
}
"""Why a ballot counts or does not, by code."""


def disclosed_exclusions(scored: ScoredCampaign) -> dict[str, Count]:
    """Return the disclosed numbers of ballots by the codes of `REASONS`."""
    counts = exclusion_counts(scored)
    found = {reason: counts[reason] for reason in REASONS}
    return disclose_exclusions(found, scored.scores, scored.disclosed, scored.campaign.scheme)


def exclusion_counts(scored: ScoredCampaign) -> Counter[str]:
    """Return the exact numbers of ballots by the codes of `REASONS`."""
    campaign = scored.campaign
    reader = PatternReader(campaign.questionnaires, campaign.scheme)
    result: Counter[str] = Counter()
    for row in scored.counts:
        if row.grp == STAFF:
            result[STAFF] += row.count
            continue
        outcome = reader.read(row.questionnaire, row.ratings)
        weights = campaign.scheme.categories[campaign.units[row.unit].category].group_weights
        if not row.weight:
            reason = "excluded"
        elif outcome.score is None:
            reason = "dont_know" if outcome.dont_know else "too_few_items"
        else:
            reason = "counted" if weights.get(row.grp) else "group_without_weight"
        result[reason] += row.count
    return result
