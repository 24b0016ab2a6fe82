"""Odds of each grade for each unit, from draws of possible scores graded by the quota.

The public scores of a family are taken as normal around their mean with an unknown spread: θ_j ~
N(μ, τ²), observed with their sampling covariance. μ and τ are drawn too, τ from its posterior under
a flat prior (Gelman, «Prior distributions for variance parameters in hierarchical models», Bayesian
Analysis 1 (2006); Gelman and others, *Bayesian Data Analysis* (3rd ed.), section 5.4), so that a
family of five is not sure of its spread.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from aggregation.model.facts import Grade
from aggregation.ranking import shapes
from aggregation.ranking.draws import Matrix, eigen_decomposition, normals, uniforms
from aggregation.ranking.pairs import simulate

WIDEST = 50.0
"""The largest standard deviation of scores within 0–100 (Popoviciu)."""
DRAWS = 1_999
"""A probability is simulated to within about two percentage points: 1.96·√(¼/1999)."""
SPREADS = np.geomspace(0.01, WIDEST, 240)
STEPS = np.gradient(SPREADS)


@dataclass(frozen=True, slots=True)
class GradeDraws:
    """A family whose grades are drawn.

    ``fixed`` is the part of each total that answers do not touch, ``share`` the weight of the
    public score in it (0–1), ``scores`` and ``covariance`` the public scores in points and points²,
    as in `aggregation.appraisal.totals.as_estimate`. ``shrunken``: the scores are empirical Bayes
    ones already, with their remaining variance.
    """

    codes: Sequence[str]
    fixed: Matrix
    share: Matrix
    scores: Matrix
    covariance: Matrix
    barred: Collection[str]
    first: int
    third: int
    shrunken: bool = False


def grade_odds(race: GradeDraws, seed: str, draws: int = DRAWS) -> dict[str, Mapping[Grade, float]]:
    """The probability of each grade for each unit: the share of the draws in which it gets it."""
    drawn = _around if race.shrunken else possible_scores
    scores = drawn(race.scores, race.covariance, seed, draws)
    return _graded(race, race.fixed + race.share * scores)


TENTHS = 10
SUREST = 0.9
"""No probability is told as more: shapes that nobody thought of make extremes less sure."""


def shaped_odds(
    race: GradeDraws,
    variances: Matrix,
    seed: str,
    others: Matrix | None = None,
    draws: int = DRAWS,
) -> dict[str, Mapping[Grade, float]]:
    """The probabilities of grades from the library of shapes, in tenths and at most `SUREST`.

    ``variances`` are those of the errors without what all scores have in common, and ``others``
    what the year's other families say of the shapes (`aggregation.ranking.shapes.shape_evidence`).
    """
    drawn = shapes.possible_scores(
        race.scores, race.covariance, seed, draws, others=others, variances=variances
    )
    return {
        code: {grade: coarse(value) for grade, value in own.items()}
        for code, own in _graded(race, race.fixed + race.share * drawn).items()
    }


def coarse(probability: float) -> float:
    """A probability in tenths, at most `SUREST`."""
    return min(round(probability * TENTHS) / TENTHS, SUREST)


def _graded(race: GradeDraws, totals: Matrix) -> dict[str, Mapping[Grade, float]]:
    eligible = np.array([code not in race.barred for code in race.codes])
    first, third = (
        part.mean(axis=0) for part in drawn_grades(totals, eligible, race.first, race.third)
    )
    return {
        code: {Grade.FIRST: float(a), Grade.SECOND: float(1 - a - b), Grade.THIRD: float(b)}
        for code, a, b in zip(race.codes, first, third, strict=True)
    }


def possible_scores(scores: Matrix, covariance: Matrix, seed: str, draws: int = DRAWS) -> Matrix:
    """Draws of all true scores, one row each.

    The eigenvectors of the covariance make every spread diagonal.
    """
    lots = uniforms(seed, draws, len(scores) + 2)
    values, vectors = eigen_decomposition(covariance)
    seen, ones = vectors.T @ scores, vectors.sum(axis=0)
    wide = values + SPREADS[:, None] ** 2
    precision = (ones**2 / wide).sum(axis=1)
    centre = (ones * seen / wide).sum(axis=1) / precision
    off = seen - ones * centre[:, None]
    chosen = _spreads(precision, wide, off, lots[:, 0])
    mean = centre[chosen] + ndtri(lots[:, 1]) / np.sqrt(precision[chosen])
    kept = SPREADS[chosen, None] ** 2 / wide[chosen]
    prior = ones * mean[:, None]
    drawn: Matrix = (
        prior + kept * (seen - prior) + np.sqrt(values * kept) * ndtri(lots[:, 2:])
    ) @ vectors.T
    return drawn


def _around(scores: Matrix, covariance: Matrix, seed: str, draws: int) -> Matrix:
    drawn: Matrix = scores + simulate(covariance, normals(seed, draws, len(scores))).T
    return drawn


def _spreads(precision: Matrix, wide: Matrix, off: Matrix, lots: Matrix) -> NDArray[np.intp]:
    """Places in `SPREADS`, drawn from the posterior of τ."""
    likely = -0.5 * (
        np.log(precision) + np.log(wide).sum(axis=1) + (off**2 / wide).sum(axis=1)
    ) + np.log(STEPS)
    weights = np.cumsum(np.exp(likely - likely.max()))
    return np.minimum(np.searchsorted(weights / weights[-1], lots), len(SPREADS) - 1)


def drawn_grades(
    totals: Matrix, eligible: NDArray[np.bool_], first: int, third: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """First and third grades in each row of totals, as `assign_grades` gives them without ties."""
    order = np.argsort(-totals, axis=1)
    place = np.argsort(order, axis=1)
    last = place >= totals.shape[1] - third
    able = eligible[order]
    ahead: NDArray[np.int_] = np.take_along_axis(np.cumsum(able, axis=1) - able, place, axis=1)
    return eligible & (ahead < first) & ~last, last
