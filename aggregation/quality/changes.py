"""Changes of public scores from the year before, tested for many units at once.

Two intervals that overlap say nothing of a difference: the difference has a standard error of its
own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import inf, sqrt
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
    """A published public score (points), its variance (points²) and its `score_definition`.

    ``freedom`` are the variance's degrees of freedom.
    """

    score: Fraction
    variance: float
    measure: object
    freedom: float = inf


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


def score_definition(
    questionnaire: Questionnaire, category: str, scheme: Scheme, used: Collection[str] = ()
) -> object:
    """The definition of a score: equal ones are comparable.

    ``used`` are the groups that counted. By method 1 a group below its floor gives its weight to
    the others, so that the score is one of other people; by method 2 all groups always count, and
    a score is comparable only with one by the same constants.
    """
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
    share = Fraction(scheme.overall_share)
    if scheme.evidence is None:
        return (items, share, groups, frozenset(used))
    known = {"imagined", "loose_worth", "verified_worth", "vouched"}
    constants = scheme.evidence.model_dump(include=known)
    return (items, share, groups, tuple(constants.items()))


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
    p = _two_sided(gap / error, before, after) if error else float(gap == 0)
    return ScoreChange(unit, before.score, after.score, error, p, ChangeVerdict.OPEN)


def _two_sided(t: float, before: YearScore, after: YearScore) -> float:
    """The p-value by Student's t with Welch's degrees of freedom, or by the normal."""
    if before.freedom == inf and after.freedom == inf:
        return 2 * NormalDist().cdf(-t)
    from scipy.special import stdtr

    below = before.variance**2 / before.freedom + after.variance**2 / after.freedom
    return float(2 * stdtr((before.variance + after.variance) ** 2 / below, -t))


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
