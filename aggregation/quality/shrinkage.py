"""Empirical Bayes scores after Fay and Herriot (JASA 74, 1979), without covariates.

A unit's direct score is its true one plus an error of known variance V; the true ones scatter
around a mean μ with variance τ². Both are estimated from the units of a family. The estimate lies
between the direct score and μ, the nearer to μ the weaker the unit's own evidence. τ² is estimated
by REML (Datta and Lahiri, Statistica Sinica 10, 2000), V from the pooled variance within units: a
unit where few happen to agree is not thereby certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from aggregation.estimation.scores import UnitScore

MIN_UNITS = 3
"""Units of a family below which the scatter between them is not estimated."""
STEPS = 500
CLOSE = 1e-13
"""Relative change of τ² at which its equation is solved."""


@dataclass(frozen=True, slots=True)
class FayHerriotFit:
    """The model of units that are compared with each other.

    ``mean`` is μ with standard error ``error`` (points), ``between`` τ² and ``within`` the pooled
    variance of single answers within units (points²). ``reliability`` is τ²/(τ² + V), with V the
    typical variance of a score among the ``units`` (Higgins and Thompson, Statistics in Medicine
    21, 2002): the share of the scatter of scores that is real.
    """

    units: int
    mean: float
    error: float
    between: float
    within: float
    reliability: float


@dataclass(frozen=True, slots=True)
class ShrunkenScore:
    """A unit's empirical Bayes score; ``share`` is the weight of its own score (γ).

    ``variance`` is the mean squared error (points²), including the estimation of μ and τ² (Prasad
    and Rao).
    """

    score: float
    share: float
    variance: float


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """A family's scores, and those of units that borrow from it; no model for few units."""

    family: FayHerriotFit | None
    units: Mapping[str, ShrunkenScore]


def shrink(scores: Mapping[str, UnitScore], among: Iterable[str]) -> Shrinkage:
    """Empirical Bayes scores of one family.

    Args:
        scores: by unit; a unit without a direct score gets none.
        among: the units that estimate the model, each with a score; only from them is borrowed.
    """
    known = {
        unit: (float(score.score), float(score.effective))
        for unit, score in scores.items()
        if score.score is not None and score.effective is not None
    }
    chosen = [unit for unit in among if unit in known]
    within = pooled_variance(scores[unit] for unit in chosen)
    if len(chosen) < MIN_UNITS or not within:
        return Shrinkage(None, {})
    points = [known[unit][0] for unit in chosen]
    variances = [within / known[unit][1] for unit in chosen]
    between = reml(points, variances)
    family = _family(points, variances, between, within)
    lost = 2 / sum(1 / (between + v) ** 2 for v in variances)
    units = {
        unit: _shrunken(score, within / size, family, lost) for unit, (score, size) in known.items()
    }
    return Shrinkage(family, units)


def pooled_variance(scores: Iterable[UnitScore]) -> float:
    """The variance of single answers within the parts of units, points²; 0 if unknown."""
    squares, degrees = 0.0, 0
    for score in scores:
        squares, degrees = squares + float(score.squares), degrees + score.degrees
    return squares / degrees if degrees else 0.0


def reml(points: Sequence[float], variances: Sequence[float]) -> float:
    """τ² by restricted maximum likelihood for y_i = μ + u_i + e_i; at least 0.

    Var u_i = τ², Var e_i is given. Fisher scoring from the moment estimate, halving steps that
    would lead below 0.
    """
    mean = sum(points) / len(points)
    scatter = sum((y - mean) ** 2 for y in points) / (len(points) - 1)
    between = max(scatter - sum(variances) / len(variances), 0.01 * scatter)
    for _ in range(STEPS):
        step = _scoring_step(points, variances, between)
        after = max(between + step, between / 2) if between + step <= 0 else between + step
        if abs(after - between) <= CLOSE * (after + CLOSE):
            return after
        between = after
        if between < CLOSE * scatter:
            return 0.0
    return between


def _scoring_step(points: Sequence[float], variances: Sequence[float], between: float) -> float:
    """(y'PPy − tr P)/tr(PP) with P = W − W11'W/1'W1 and W the inverse of the total variances."""
    w = [1 / (between + v) for v in variances]
    total, second, third = sum(w), sum(x**2 for x in w), sum(x**3 for x in w)
    mean = sum(x * y for x, y in zip(w, points, strict=True)) / total
    fit = sum((x * (y - mean)) ** 2 for x, y in zip(w, points, strict=True))
    trace = total - second / total
    information = second - 2 * third / total + (second / total) ** 2
    return (fit - trace) / information


def _family(
    points: Sequence[float], variances: Sequence[float], between: float, within: float
) -> FayHerriotFit:
    w = [1 / (between + v) for v in variances]
    mean = sum(x * y for x, y in zip(w, points, strict=True)) / sum(w)
    inverse = [1 / v for v in variances]
    total = sum(inverse)
    typical = (len(points) - 1) * total / (total**2 - sum(x**2 for x in inverse))
    return FayHerriotFit(
        len(points), mean, sqrt(1 / sum(w)), between, within, between / (between + typical)
    )


def _shrunken(score: float, variance: float, family: FayHerriotFit, lost: float) -> ShrunkenScore:
    share = family.between / (family.between + variance)
    error = share * variance + ((1 - share) * family.error) ** 2
    error += 2 * variance**2 / (family.between + variance) ** 3 * lost
    return ShrunkenScore(share * score + (1 - share) * family.mean, share, error)
