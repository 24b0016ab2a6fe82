"""Shapes that the true scores of a family may have, as mixtures of normals of variance 1.

A normal prior is too sure of extremes where few units stand apart or scores crowd into two camps.
The library holds a normal, two with heavy tails, an exponential to either side, and two clusters of
different sizes. Which of them fits is learnt from all families of a year together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtri

from aggregation.ranking.draws import Matrix, uniforms

SPREADS, CENTRES = 13, 17
"""Points of the grid of τ and of μ."""
LEAST = 0.3
"""The smallest τ, as a part of the least standard error: nothing smaller can be told from it."""
BINS = 8
CHUNK = 250


@dataclass(frozen=True, slots=True)
class Shape:
    """Weights, means and standard deviations of a mixture with mean 0 and variance 1."""

    name: str
    prior: float
    weights: tuple[float, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]


@cache
def library() -> tuple[Shape, ...]:
    """The twelve shapes."""
    tail = _exponential()
    left = tuple(-mean for mean in tail[1])
    clusters = [("narrow", 0.25, q) for q in (0.15, 0.3, 0.5, 0.7, 0.85)]
    clusters += [("wide", 0.5, q) for q in (0.3, 0.7)]
    return (
        Shape("normal", 3.0, (1.0,), (0.0,), (1.0,)),
        _heavy("heavy tails", 2.0, 0.85, 3.0),
        _heavy("very heavy tails", 1.0, 0.9, 6.0),
        Shape("few far above", 1.0, *tail),
        Shape("few far below", 1.0, tail[0], left, tail[2]),
        *(_clusters(f"two clusters, {kind}, {q:.0%} below", q, s) for kind, s, q in clusters),
    )


def _heavy(name: str, prior: float, most: float, times: float) -> Shape:
    size = 1 / sqrt(most + (1 - most) * times**2)
    return Shape(name, prior, (most, 1 - most), (0.0, 0.0), (size, times * size))


def _clusters(name: str, below: float, deviation: float) -> Shape:
    apart = sqrt(1 - deviation**2)
    means = (-sqrt((1 - below) / below) * apart, sqrt(below / (1 - below)) * apart)
    return Shape(name, 0.4, (below, 1 - below), means, (deviation, deviation))


def _exponential() -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """An exponential distribution less its mean, by bins of equal probability: exact moments."""
    ends = [-log(1 - at / BINS) for at in range(BINS)]
    means, deviations = [], []
    for at, low in enumerate(ends):
        high = ends[at + 1] if at + 1 < BINS else None
        first = _upper(low, 1) - (_upper(high, 1) if high is not None else 0.0)
        second = _upper(low, 2) - (_upper(high, 2) if high is not None else 0.0)
        mean = first * BINS
        means.append(mean - 1)
        deviations.append(sqrt(second * BINS - mean**2))
    return (1 / BINS,) * BINS, tuple(means), tuple(deviations)


def _upper(low: float, power: int) -> float:
    """∫ x^power e^(−x) dx from ``low`` on."""
    return exp(-low) * (low + 1 if power == 1 else low**2 + 2 * low + 2)


@dataclass(frozen=True, slots=True)
class _Grid:
    spreads: Matrix
    centres: Matrix
    likely: Matrix
    """Log likelihood by shape, τ and μ, with the grid's weights."""


def _grid(scores: Matrix, variances: Matrix) -> _Grid:
    least = sqrt(max(float(variances.min()), 1e-6))
    room = max(float(np.ptp(scores)), least)
    spreads = np.geomspace(LEAST * least, max(2 * room, 2 * LEAST * least), SPREADS)
    wide = variances + float(scores.var())
    middle = float((scores / wide).sum() / (1 / wide).sum())
    reach = 3 * sqrt(float(wide.max()) / len(scores)) + 1e-6
    centres = middle + np.linspace(-reach, reach, CENTRES)
    steps = np.log(np.gradient(spreads))
    likely = np.empty((len(library()), SPREADS, CENTRES))
    for at, shape in enumerate(library()):
        for row, spread in enumerate(spreads):
            likely[at, row] = _log_density(scores, variances, shape, spread, centres) + steps[row]
    return _Grid(spreads, centres, likely)


def _log_density(
    scores: Matrix, variances: Matrix, shape: Shape, spread: float, centres: Matrix
) -> Matrix:
    """By centre, the log density of all scores as if independent."""
    means = centres[:, None, None] + spread * np.array(shape.means)
    wide = variances[:, None] + (spread * np.array(shape.deviations)) ** 2
    off = scores[None, :, None] - means
    each = np.log(shape.weights) - 0.5 * (off**2 / wide + np.log(wide))
    return np.asarray(logsumexp(each, axis=2).sum(axis=1))


def shape_evidence(scores: Matrix, variances: Matrix) -> Matrix:
    """By shape, the log likelihood of one family's scores; sums over families count together."""
    return np.asarray(logsumexp(_grid(scores, variances).likely, axis=(1, 2)))


def possible_scores(
    scores: Matrix,
    covariance: Matrix,
    seed: str,
    draws: int,
    others: Matrix | None = None,
    variances: Matrix | None = None,
) -> Matrix:
    """Draws of all true scores of a family, one row each.

    Each draw takes a shape, τ and μ from the grid, a component for each unit, and then the scores
    given all that, with the full covariance. The seed's uniforms have a column for the first and
    two for each unit.

    Args:
        scores: the estimates.
        covariance: of their errors.
        seed: fixed before the first answer.
        draws: how many.
        others: `shape_evidence` of the year's other families, added up.
        variances: of the errors without what they have in common; None: the diagonal.
    """
    size = len(scores)
    alone = np.diag(covariance) if variances is None else variances
    alone = np.maximum(alone, 1e-9)
    grid = _grid(scores, alone)
    prior = np.log([shape.prior for shape in library()])
    likely = grid.likely + prior[:, None, None]
    if others is not None:
        likely = likely + others[:, None, None]
    weights = np.cumsum(np.exp(likely - likely.max()).ravel())
    lots = uniforms(seed, draws, 1 + 2 * size)
    chosen = np.minimum(np.searchsorted(weights / weights[-1], lots[:, 0]), weights.size - 1)
    found = np.empty((draws, size))
    for start in range(0, draws, CHUNK):
        part = slice(start, min(start + CHUNK, draws))
        means, deviations = _components(grid, chosen[part], lots[part, 1 : 1 + size], scores, alone)
        found[part] = _given(means, deviations, scores, covariance, lots[part, 1 + size :])
    return found


def _components(
    grid: _Grid, chosen: NDArray[np.intp], lots: Matrix, scores: Matrix, variances: Matrix
) -> tuple[Matrix, Matrix]:
    """For each draw and unit the mean and deviation of the component that its score comes from."""
    shape, row, column = np.unravel_index(chosen, grid.likely.shape)
    means, deviations = np.empty(lots.shape), np.empty(lots.shape)
    for at, (s, r, c) in enumerate(zip(shape, row, column, strict=True)):
        known, spread = library()[int(s)], grid.spreads[r]
        middle = grid.centres[c] + spread * np.array(known.means)
        width = spread * np.array(known.deviations)
        wide = variances[:, None] + width**2
        each = np.log(known.weights) - 0.5 * ((scores[:, None] - middle) ** 2 / wide + np.log(wide))
        odds = np.cumsum(np.exp(each - each.max(axis=1, keepdims=True)), axis=1)
        place = (odds < lots[at][:, None] * odds[:, -1:]).sum(axis=1)
        place = np.minimum(place, len(known.weights) - 1)
        means[at], deviations[at] = middle[place], width[place]
    return means, deviations


def _given(
    means: Matrix, deviations: Matrix, scores: Matrix, covariance: Matrix, lots: Matrix
) -> Matrix:
    """Scores given their components: normal, with the full covariance of the errors."""
    own = np.einsum("ij,jk->ijk", deviations**2, np.eye(len(scores)))
    gain = np.swapaxes(np.linalg.solve(own + covariance, own), 1, 2)
    middle = means + np.einsum("ijk,ik->ij", gain, scores - means)
    left = own - gain @ own
    left = (left + np.swapaxes(left, 1, 2)) / 2
    left += 1e-10 * np.maximum(deviations**2, 1e-6)[:, :, None] * np.eye(len(scores))
    root = np.linalg.cholesky(left)
    return np.asarray(middle + np.einsum("ijk,ik->ij", root, ndtri(lots)))
