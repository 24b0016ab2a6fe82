"""A unit's total: weighted indicators and public score, plus bonuses, less deductions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import inf, sqrt

from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.estimation.intervals import Posterior
from aggregation.estimation.scores import UnitScore
from aggregation.model.facts import Adjustment, AppraisedUnit
from aggregation.model.results import TotalComponent
from aggregation.numbers import Key, half_up
from aggregation.ranking.ranks import TotalEstimate
from aggregation.scheme.inner_units import PARENT
from aggregation.scheme.parts import Adjustments, Category
from aggregation.scheme.scheme import PUBLIC

INSUFFICIENT = "insufficient"
PLACES = 6
"""Decimals of weights that are shared out anew."""


@dataclass(frozen=True, slots=True)
class UnitTotal:
    """A unit's parts and their sum. ``exact`` and ``key`` are None without a usable public score.

    ``as_estimate`` is the total as rank sets judge it.
    """

    unit: AppraisedUnit
    components: tuple[TotalComponent, ...]
    adjustments: tuple[Adjustment, ...]
    adjustment: Decimal
    exact: Fraction | None
    variance: float
    rounded: Decimal | None
    key: Key | None
    estimate: TotalEstimate | None = None


def unit_total(given: AppraisalInputs, unit: AppraisedUnit) -> UnitTotal:
    """The unit's total, exact and rounded, with the variance (points²) from the public score."""
    category = given.scheme.categories[unit.category]
    components = tuple(
        _component(given, unit, id_, weight) for id_, weight in _weights(given, category).items()
    )
    adjustments = tuple(sorted((a for a in given.adjustments if a.unit == unit.code), key=_order))
    adjustment = net_adjustment(adjustments, given.scheme.adjustments)
    exact = _sum(components, adjustment)
    score = given.public.get(unit.code)
    share = float(category.weights.get(PUBLIC, Decimal(0))) / 100
    variance = score.variance * share**2 if score and exact is not None else 0.0
    rounded = None if exact is None else half_up(exact, given.scheme.places)
    key = None if rounded is None else (rounded, *_tie_breaks(given, components))
    seen = None if exact is None else as_estimate(exact, score, share)
    return UnitTotal(unit, components, adjustments, adjustment, exact, variance, rounded, key, seen)


def as_estimate(total: Fraction, score: UnitScore | None, share: float = 1.0) -> TotalEstimate:
    """A total as an estimate for rank sets. ``share`` is the weight of the public score, 0–1.

    Mean and variance are those of the score's interval. Where nearly all answers agree, a variance
    of few answers is too small by chance, and that of full agreement is 0.
    """
    if score is None:
        return TotalEstimate(total, 0.0)
    known = score.posterior or Posterior(0.0, score.variance, 0.0)
    error, third = share * sqrt(known.variance), share**3 * known.third
    return TotalEstimate(
        total + Fraction(share * known.pull), error, degrees_of_freedom(score), third
    )


def degrees_of_freedom(score: UnitScore | None) -> float:
    """Degrees of freedom of a score's variance, V²/Σ(w²V_g)²/(n_g − 1).

    By method 2 they are over all parts of the variance. The source is Satterthwaite, Biometrics
    Bulletin 2 (1946).
    """
    if score is not None and score.bounded is not None:
        return score.bounded.variance.freedom
    used = [g for g in score.groups if g.weight_used and g.n_valid > 1] if score else []
    parts = [((float(g.weight_used) / 100) ** 2 * g.variance, g.n_valid - 1) for g in used]
    below = sum(part**2 / n for part, n in parts)
    return float(sum(part for part, _ in parts) ** 2 / below) if below else inf


def net_adjustment(adjustments: Iterable[Adjustment], limits: Adjustments) -> Decimal:
    """The sum of bonuses, at most the limit, less the sum of deductions, at most theirs."""
    points = [a.points for a in adjustments]
    bonus = sum((p for p in points if p > 0), Decimal(0))
    deduct = sum((-p for p in points if p < 0), Decimal(0))
    return min(bonus, limits.bonus_max) - min(deduct, limits.deduct_max)


def _order(adjustment: Adjustment) -> tuple[Decimal, str, str]:
    return -adjustment.points, adjustment.reason, adjustment.source


def _weights(given: AppraisalInputs, category: Category) -> Mapping[str, Decimal]:
    """The weights of a total.

    If the parent has no total, its weight is shared among the other components in proportion. The
    weights are rounded as they are printed, and the last one takes the rest to 100.
    """
    if given.parent is None or given.parent.total is not None:
        return category.weights
    left = {
        id_: Fraction(weight)
        for id_, weight in category.weights.items()
        if id_ != PARENT and weight
    }
    if not left:
        return {}
    of, last = sum(left.values()), list(left)[-1]
    shared = {
        id_: half_up(100 * weight / of, PLACES) for id_, weight in left.items() if id_ != last
    }
    return {**shared, last: 100 - sum(shared.values(), Decimal(0))}


def _component(
    given: AppraisalInputs, unit: AppraisedUnit, id_: str, weight: Decimal
) -> TotalComponent:
    points = _public(given, unit) if id_ == PUBLIC else _points(given, unit, id_)
    if id_ == PUBLIC and not weight:
        points = Fraction(0) if points is None else points
    return TotalComponent(
        id_, weight, points, None if points is None else points * Fraction(weight) / 100
    )


def _points(given: AppraisalInputs, unit: AppraisedUnit, id_: str) -> Fraction:
    if id_ == PARENT and given.parent is not None and given.parent.total is not None:
        return Fraction(given.parent.total)
    return Fraction(given.indicators[unit.code, id_])


def _public(given: AppraisalInputs, unit: AppraisedUnit) -> Fraction | None:
    score = given.public.get(unit.code)
    return None if score is None or INSUFFICIENT in score.flags else score.score


def _sum(components: tuple[TotalComponent, ...], adjustment: Decimal) -> Fraction | None:
    parts = [c.contribution for c in components]
    known = [p for p in parts if p is not None]
    return sum(known, Fraction(adjustment)) if known and len(known) == len(parts) else None


def _tie_breaks(given: AppraisalInputs, components: tuple[TotalComponent, ...]) -> Key:
    points = {c.id: c.points for c in components}
    return tuple(
        half_up(points.get(id_) or Fraction(0), given.scheme.places)
        for id_ in given.scheme.tie_breaks
    )
