"""Ranks with their uncertainty: which places a unit may hold, given how few or many answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Estimate:
    """A unit's total in points and the standard error of it."""

    total: Fraction
    error: float


@dataclass(frozen=True, slots=True)
class RankSet:
    """The places ``low`` (best) to ``high`` (worst) that a unit may hold."""

    low: int
    high: int


def estimates(totals: Mapping[str, tuple[Fraction, float]]) -> dict[str, Estimate]:
    """Totals (points) and their variances (points²) by unit, as estimates."""
    return {unit: Estimate(total, sqrt(variance)) for unit, (total, variance) in totals.items()}


def rank_sets(
    units: Mapping[str, Estimate], among: frozenset[str] | None = None, confidence_pct: Decimal = Decimal(95)
) -> dict[str, RankSet]:
    """Each unit's rank set among ``among`` (all, if None) and itself; jointly right with at least this confidence.

    Unit j is surely better than k when their totals differ by more than z·(e_j + e_k), with z the normal quantile of
    1 − α/(p(p−1)) (Bonferroni over all ordered pairs of the p units). e_j + e_k bounds the standard error of the
    difference whatever the covariance, so raters who rated several units do no harm. Valid, and wider than need be:
    stepping down and estimating covariances (Mogstad, Romano, Shaikh and Wilhelm) would narrow it.
    A low = 1 + number surely better, high = number of units − number surely worse.
    """
    z = _quantile(len(units), confidence_pct)
    return {unit: _rank_set(unit, units, among, z) for unit in units}


def _quantile(size: int, confidence_pct: Decimal) -> float:
    pairs = max(size * (size - 1), 1)
    return NormalDist().inv_cdf(1 - (1 - float(confidence_pct) / 100) / pairs)


def _rank_set(unit: str, units: Mapping[str, Estimate], among: frozenset[str] | None, z: float) -> RankSet:
    others = [other for name, other in units.items() if name != unit and (among is None or name in among)]
    better = sum(_surely_better(other, units[unit], z) for other in others)
    worse = sum(_surely_better(units[unit], other, z) for other in others)
    return RankSet(1 + better, 1 + len(others) - worse)


def _surely_better(one: Estimate, other: Estimate, z: float) -> bool:
    return float(one.total - other.total) > z * (one.error + other.error)
