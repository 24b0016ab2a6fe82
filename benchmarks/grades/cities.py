"""Made cities of known true scores.

Their people may rate several units each, and their answers are skewed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from aggregation.estimation.estimates import Estimate
from aggregation.estimation.intervals import Posterior, posterior
from aggregation.ranking.draws import Matrix

NOISE = 18.0
POINTS = np.array([100.0, 80.0, 60.0, 30.0, 0.0])


@dataclass(frozen=True)
class Kind:
    """One kind of city.

    ``spread`` is that of true scores, and ``mood`` a rater's own leaning (points).
    Each rater ``rates`` so many units. ``shape`` of the true scores is ``normal``, ``skewed`` or
    ``equal``. ``lean`` is the middle of opinions before they are cut off at the top.
    The best known unit has about ``known`` times as many raters as the least known.
    """

    name: str
    units: int = 24
    raters: int = 1200
    rates: int = 3
    spread: float = 6.0
    mood: float = 15.0
    shape: str = "normal"
    lean: float = 76.0
    known: float = 1.0


KINDS = (
    Kind("one unit each", rates=1, raters=3600),
    Kind("three units each, same mood"),
    Kind("three units each, strong moods", mood=30.0),
    Kind("three units each, close scores", spread=2.0),
    Kind("skewed true scores", shape="skewed"),
    Kind("all units equal", shape="equal"),
    Kind("few answers, strong moods", raters=400, mood=30.0),
    Kind("equal, few answers, strong moods", raters=400, mood=30.0, shape="equal"),
    Kind("equal near the top", raters=800, shape="equal", lean=95.0),
    Kind("equal near the top, uneven numbers", raters=2400, shape="equal", lean=110.0, known=10.0),
    Kind("equal at the top, uneven numbers", raters=4800, shape="equal", lean=120.0, known=10.0),
    Kind("near the top, uneven numbers", raters=2400, lean=110.0, known=10.0),
)


@dataclass(frozen=True)
class Sample:
    """A city's true and seen scores, and the input of its rank sets.

    It has the covariance of the seen scores as estimated from the ballots,
    and the numbers of answers.
    """

    true: Matrix
    seen: Matrix
    covariance: Matrix
    counts: NDArray[np.intp]
    posteriors: tuple[Posterior, ...]


def _true(kind: Kind, rng: np.random.Generator) -> Matrix:
    if kind.shape == "equal":
        return np.full(kind.units, kind.lean)
    z = rng.standard_normal(kind.units)
    if kind.shape == "skewed":
        z = (np.exp(z) - np.exp(0.5)) / 2.16
    return np.asarray(kind.lean + kind.spread * z)


def _answers(latent: Matrix) -> Matrix:
    """Return each rater's latent opinion in points on a scale of five, cut off at the top."""
    edges = (POINTS[:-1] + POINTS[1:]) / 2
    return POINTS[(latent[:, None] < edges).sum(axis=1)]


def sample(kind: Kind, rng: np.random.Generator) -> Sample:
    """Make one city.

    The true score of a unit is the mean answer that its opinion gives in the long run.
    """
    lean = _true(kind, rng)
    moods = kind.mood * rng.standard_normal(kind.raters)
    # Successive sampling: the shortest exponential waits, shorter for units that are known to more.
    waits = -np.log1p(-rng.random((kind.raters, kind.units))) / np.geomspace(
        1, kind.known, kind.units
    )
    unit = np.argsort(waits, axis=1)[:, : kind.rates].ravel()
    rater = np.repeat(np.arange(kind.raters), kind.rates)
    answers = _answers(lean[unit] + moods[rater] + NOISE * rng.standard_normal(len(unit)))
    counts = np.bincount(unit, minlength=kind.units)
    seen = np.bincount(unit, answers, kind.units) / counts
    covariance = _covariance(answers - seen[unit], unit, rater, counts, kind)
    known = _posteriors(
        counts, np.bincount(unit, answers, kind.units), np.bincount(unit, answers**2, kind.units)
    )
    return Sample(_long_run(lean, kind), seen, covariance, counts, known)


def _posteriors(counts: NDArray[np.intp], sums: Matrix, squares: Matrix) -> tuple[Posterior, ...]:
    """Estimate from numbers of answers, their sums and sums of squares, which are whole numbers."""
    scale = [Fraction(int(point)) for point in POINTS]
    found = []
    for n, total, square in zip(counts.tolist(), sums.tolist(), squares.tolist(), strict=True):
        mean, even = Fraction(int(total), n), Fraction(int(square), n)
        variance = (even - mean**2) / (n - 1)
        found.append(posterior(Estimate(n, mean, even, variance, Fraction(n), mean), scale))
    return tuple(found)


def _long_run(lean: Matrix, kind: Kind) -> Matrix:
    """The mean answer of everybody, in closed form."""
    edges = (POINTS[:-1] + POINTS[1:]) / 2
    below = norm.cdf((edges[:, None] - lean) / np.hypot(kind.mood, NOISE))
    shares = -np.diff(np.vstack([np.ones(len(lean)), below, np.zeros(len(lean))]), axis=0)
    return np.asarray(POINTS @ shares)


def _covariance(
    off: Matrix,
    unit: NDArray[np.intp],
    rater: NDArray[np.intp],
    counts: NDArray[np.intp],
    kind: Kind,
) -> Matrix:
    """Return rater covariances and variances of units' scores.

    A covariance is Σ over raters of the products of their residuals in two units,
    over the units' numbers of answers.
    The variances have the factor n/(n−1).
    """
    table = np.zeros((kind.raters, kind.units))
    table[rater, unit] = off / counts[unit]
    found = table.T @ table
    np.fill_diagonal(found, np.diag(found) * counts / (counts - 1))
    return found
