"""Changes of public scores from the year before, tested for many units at once.

Two intervals that overlap say nothing of a difference: the difference has a standard error of its
own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from aggregation.counts.ratings import scale_points
from survey_flows.questionnaire import Questionnaire

if TYPE_CHECKING:
    from aggregation.scheme.scheme import Scheme


class ChangeVerdict(StrEnum):
    """``open``: not shown to have changed. ``other``: the two years were not measured alike."""

    BETTER = "better"
    WORSE = "worse"
    OPEN = "open"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class YearScore:
    """A published public score (points), its variance (points²) and its `score_definition`."""

    score: Fraction
    variance: float
    measure: object


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A unit's public score in two years, each on its own scheme.

    ``error`` is the standard error of the difference; ``p`` is the two-sided p-value, adjusted by
    Holm for all tested units. It is None where the years were not measured alike.
    """

    unit: str
    before: Fraction
    after: Fraction
    error: float
    p: float | None
    verdict: ChangeVerdict

    @property
    def difference(self) -> Fraction:
        """Points more (less, below 0) than the year before."""
        return self.after - self.before


def score_definition(questionnaire: Questionnaire, category: str, scheme: Scheme) -> object:
    """The definition of a score: equal ones are comparable. Floors and caps do not count."""
    items = tuple(
        (
            q.id,
            q.weight,
            q.overall,
            tuple(scale_points(scheme, q.scale or scheme.default_scale).items()),
        )
        for q in questionnaire.rated
    )
    weights = scheme.categories[category].group_weights
    groups = frozenset((name, Fraction(weight)) for name, weight in weights.items() if weight)
    return (items, Fraction(scheme.overall_share), groups)


def score_changes(
    before: Mapping[str, YearScore],
    after: Mapping[str, YearScore],
    confidence_pct: Decimal = Decimal(95),
) -> dict[str, ScoreChange]:
    """The change of each unit that has a score in both years, by code.

    The variances are added, since the raters of two years are taken as independent. Where the same
    people rate in both years, the difference is more certain than stated. Holm (Scandinavian
    Journal of Statistics 6, 1979) holds the chance of one false finding among all units below 1 −
    confidence under any dependence.
    """
    found = {
        unit: _change(unit, before[unit], after[unit])
        for unit in sorted(before.keys() & after.keys())
    }
    adjusted = holm_adjusted({unit: c.p for unit, c in found.items() if c.p is not None})
    level = 1 - float(confidence_pct) / 100
    return {
        unit: _judged(c, adjusted[unit], level) if unit in adjusted else c
        for unit, c in found.items()
    }


def _change(unit: str, before: YearScore, after: YearScore) -> ScoreChange:
    error = sqrt(before.variance + after.variance)
    if before.measure != after.measure:
        return ScoreChange(unit, before.score, after.score, error, None, ChangeVerdict.OTHER)
    gap = abs(float(after.score - before.score))
    p = 2 * NormalDist().cdf(-gap / error) if error else float(gap == 0)
    return ScoreChange(unit, before.score, after.score, error, p, ChangeVerdict.OPEN)


def holm_adjusted(values: Mapping[str, float]) -> dict[str, float]:
    """p-values adjusted by Holm's step-down method, each at most 1."""
    adjusted: dict[str, float] = {}
    highest = 0.0
    for place, (name, p) in enumerate(sorted(values.items(), key=lambda item: (item[1], item[0]))):
        highest = max(highest, min(1.0, (len(values) - place) * p))
        adjusted[name] = highest
    return adjusted


def _judged(change: ScoreChange, p: float, level: float) -> ScoreChange:
    if p > level:
        return replace(change, p=p)
    return replace(
        change, p=p, verdict=ChangeVerdict.BETTER if change.difference > 0 else ChangeVerdict.WORSE
    )
