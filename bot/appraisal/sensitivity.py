"""A year's ranks and grades under other rules; nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.appraisal.appraise import unit_standings
from aggregation.appraisal.stability import (
    RankChange,
    ResultShift,
    grade_counts,
    rank_change,
    result_shift,
)
from aggregation.appraisal.variations import RescoringInputs, Variation, rescored_units, variations
from aggregation.estimation.scores import UnitScore
from aggregation.model.facts import Grade
from aggregation.model.names import SIGNALS
from aggregation.model.results import UnitResult
from aggregation.scheme.scheme import Scheme
from bot.appraisal.year import AppraisedYear
from bot.results.scoring import ScoredCampaign
from survey_flows.messages import Message, Named

Scores = Mapping[str, UnitScore]


def sensitivity(year: AppraisedYear) -> list[ResultShift]:
    """Return the shifts that each other rule would cause. Takes seconds: call it in a thread."""
    found = variations(year.inputs.scheme)
    return [result_shift(v.key, v.label, year.result.units, _under(year, v)) for v in found]


@dataclass(frozen=True, slots=True)
class Simulation:
    """A year under another scheme: units by grade, and the units whose rank or grade differs."""

    before: Mapping[Grade | None, int]
    after: Mapping[Grade | None, int]
    shift: ResultShift
    moves: tuple[RankChange, ...]


def simulate(year: AppraisedYear, scheme: Scheme) -> Simulation:
    """Appraise the year again under another scheme.

    Raises:
        BadInput: the scheme does not fit the year's units, indicators or answers.
    """
    title = Named(scheme.title.zh, scheme.title.en)
    old, new = year.result.units, _under(year, Variation("scheme", title, scheme))
    later = {u.unit: u for u in new}
    moves = [rank_change(u, later[u.unit]) for u in old if u.unit in later]
    moved = tuple(m for m in moves if m.ranks[0] != m.ranks[1] or m.grades[0] is not m.grades[1])
    return Simulation(
        grade_counts(old),
        grade_counts(new),
        result_shift("scheme", title, old, new),
        moved,
    )


def _under(year: AppraisedYear, variation: Variation) -> tuple[UnitResult, ...]:
    scores: dict[str, UnitScore] = {}
    for part in year.campaigns:
        found = rescored_units(_answers(part), year.inputs.scheme, variation)
        scores |= replace(
            part, campaign=replace(part.campaign, scheme=variation.scheme), scores=found
        ).graded
    return _standings(year, scores, variation.scheme)


def _answers(part: ScoredCampaign) -> RescoringInputs:
    campaign = part.campaign
    categories = {code: unit.category for code, unit in campaign.units.items()}
    fixed = frozenset(part.release.corrections if part.release else ())
    return RescoringInputs(part.counts, categories, campaign.questionnaires, part.scores, fixed)


def _standings(year: AppraisedYear, scores: Scores, scheme: Scheme) -> tuple[UnitResult, ...]:
    public = {code: score for code, score in scores.items() if code in year.inputs.public}
    return unit_standings(replace(year.inputs, scheme=scheme, public=public))


async def effects_of_fraud_rules(
    database: AsyncEngine, year: AppraisedYear, timezone: str
) -> list[ResultShift]:
    """Return the shifts of the year without each fraud rule that found something.

    The year without a rule is compared with the year under all rules as they judge now.
    Ballots that checkers released count as before throughout.
    It takes as long as a search for organised rating.
    """
    from bot.fraud_review.rule_effects import scores_without

    parts = [await scores_without(database, part.campaign.id, timezone) for part in year.campaigns]
    return await asyncio.to_thread(_rule_shifts, year, parts)


def _rule_shifts(
    year: AppraisedYear, parts: Sequence[tuple[Scores, Mapping[str, Scores]]]
) -> list[ResultShift]:
    whole: dict[str, UnitScore] = {}
    for scores, _ in parts:
        whole |= scores
    base, scheme = _standings(year, whole, year.inputs.scheme), year.inputs.scheme
    found = []
    for rule in sorted({rule for _, without in parts for rule in without}):
        other = dict(whole)
        for _, without in parts:
            other |= without.get(rule, {})
        after = _standings(year, other, scheme)
        label = Message("appraisal-without-rule", rule=SIGNALS.get(rule, rule))
        found.append(result_shift(f"without_{rule}", label, base, after))
    return found
