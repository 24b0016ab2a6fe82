"""Ranks with their uncertainty: which places a unit may hold, given how few or many answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import inf, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aggregation.ranking.draws import Matrix
    from aggregation.ranking.pairs import Pairs

Covariances = Mapping[tuple[str, str], float]
"""Covariances (points²) under two unit codes in order; 0 for a pair that is not listed."""


@dataclass(frozen=True, slots=True)
class TotalEstimate:
    """A unit's total in points, with its standard error on ``freedom`` degrees of freedom.

    ``third`` is the third cumulant of the total's error (points³): less than 0 where scores crowd
    at the top.
    """

    total: Fraction
    error: float
    freedom: float = inf
    third: float = 0.0


@dataclass(frozen=True, slots=True)
class RankSet:
    """The places ``low`` (best) to ``high`` (worst) that a unit may hold."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class JointInference:
    """The joint distribution of units' errors, by which differences are judged.

    ``covariances`` is None when they are unknown: then every bound holds for any covariances.
    ``seed`` makes the draws; it must be fixed before any answer is known. Differences are first
    reduced by ``bias`` (points of the total): by so much two units may be wrongly apart for reasons
    that no number of answers shows.
    """

    covariances: Covariances | None = None
    seed: str = ""
    bias: float = 0.0


UNKNOWN = JointInference()


def total_estimates(
    totals: Mapping[str, tuple[Fraction, float]], freedom: Mapping[str, float] | None = None
) -> dict[str, TotalEstimate]:
    """Totals (points) and variances (points²) as estimates; without ``freedom``: known errors."""
    free = freedom or {}
    return {
        unit: TotalEstimate(total, sqrt(variance), free.get(unit, inf))
        for unit, (total, variance) in totals.items()
    }


def rank_sets(
    units: Mapping[str, TotalEstimate],
    among: frozenset[str] | None = None,
    confidence_pct: Decimal = Decimal(95),
    together: JointInference = UNKNOWN,
) -> dict[str, RankSet]:
    """Each unit's rank set among ``among`` (all, if None) and itself, at joint confidence.

    Low = 1 + number certainly better, high = number of units − number certainly worse, both from
    `PairwiseComparison`.
    """
    return PairwiseComparison(units, confidence_pct, together).sets(among)


class PairwiseComparison:
    """The pairs of units of which one is certainly better.

    With covariances: studentised differences, reduced by skewness, as normal scores of Student's t,
    against the simulated maximum over all pairs, by step-down (`aggregation.ranking.pairs`).
    Without: j is certainly better than k when they differ by more than z·(e_j + e_k), with z the
    normal quantile of 1 − α/m (Bonferroni over the m ordered pairs). e_j + e_k bounds the standard
    error of the difference for any covariance, so raters of several units do no harm; it is
    conservative.
    """

    def __init__(
        self,
        units: Mapping[str, TotalEstimate],
        confidence_pct: Decimal = Decimal(95),
        together: JointInference = UNKNOWN,
    ) -> None:
        from aggregation.ranking.pairs import all_pairs

        self._codes = sorted(units)
        self._level = float(confidence_pct) / 100
        self._judge = (
            self._bounded(units, together.bias)
            if together.covariances is None
            else self._simulated(units, together)
        )
        self.better = self._judge(all_pairs(len(units)))

    def sets(self, among: frozenset[str] | None = None) -> dict[str, RankSet]:
        """Simultaneous sets of all units among ``among`` (all, if None) and the unit itself."""
        return {
            code: self._set(self.better, place, among) for place, code in enumerate(self._codes)
        }

    def own_sets(self) -> dict[str, RankSet]:
        """Each unit's marginal set: right with this confidence for that unit alone, so narrower."""
        from aggregation.ranking.pairs import pairs_with

        size = len(self._codes)
        return {
            code: self._set(self._judge(pairs_with(place, size)), place, None)
            for place, code in enumerate(self._codes)
        }

    def _set(self, better: Pairs, place: int, among: frozenset[str] | None) -> RankSet:
        others = [
            k
            for k, code in enumerate(self._codes)
            if k != place and (among is None or code in among)
        ]
        return RankSet(
            1 + int(better[others, place].sum()), 1 + len(others) - int(better[place, others].sum())
        )

    def _simulated(
        self, units: Mapping[str, TotalEstimate], together: JointInference
    ) -> Callable[[Pairs], Pairs]:
        import numpy as np

        from aggregation.ranking.draws import DRAWS, normals
        from aggregation.ranking.pairs import (
            as_normal,
            errors_of_differences,
            freedom_of_differences,
            simulate,
            skewness_of_differences,
            studentised,
            surely_greater,
        )

        covariance = covariance_matrix(self._codes, units, together.covariances or {})
        drawn = simulate(covariance, normals(together.seed, DRAWS, len(self._codes)))
        means, errors = self._means(units), errors_of_differences(covariance)
        free = freedom_of_differences(
            np.diag(covariance), np.array([units[code].freedom for code in self._codes])
        )
        skewness = skewness_of_differences(
            np.array([units[code].third for code in self._codes]), errors
        )
        scores = as_normal(studentised(means, errors, skewness, together.bias), free)
        exact = means[:, None] - means[None, :] > together.bias
        return lambda tested: surely_greater(exact, scores, errors, drawn, self._level, tested)

    def _bounded(self, units: Mapping[str, TotalEstimate], bias: float) -> Callable[[Pairs], Pairs]:
        import numpy as np

        means = self._means(units)
        errors = np.array([units[code].error for code in self._codes])
        differences = means[:, None] - means[None, :] - bias
        bounds = errors[:, None] + errors[None, :]
        return lambda tested: tested & (differences > self._quantile(tested) * bounds)

    def _quantile(self, tested: Pairs) -> float:
        return NormalDist().inv_cdf(1 - (1 - self._level) / max(int(tested.sum()), 1))

    def _means(self, units: Mapping[str, TotalEstimate]) -> Matrix:
        import numpy as np

        return np.array([float(units[code].total) for code in self._codes])


def covariance_matrix(
    codes: list[str], units: Mapping[str, TotalEstimate], covariances: Covariances
) -> Matrix:
    """The estimates' covariances in the order of ``codes``, their variances on the diagonal."""
    import numpy as np

    matrix = np.diag([units[code].error ** 2 for code in codes])
    place = {code: at for at, code in enumerate(codes)}
    for (one, other), value in covariances.items():
        if one in place and other in place and one != other:
            matrix[place[one], place[other]] = matrix[place[other], place[one]] = value
    return matrix
