"""Certain differences among many estimates: all pairs at once, by simulation and step-down.

Mogstad, Romano, Shaikh and Wilhelm, «Inference for Ranks with Applications to Mobility across
Neighbourhoods and Academic Achievement across Countries», Review of Economic Studies 91 (2024); the
step-down is that of Romano and Wolf, Econometrica 73 (2005). The hypotheses are one-sided, «j is
not greater than k» for each ordered pair.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import t

from aggregation.ranking.draws import Matrix, eigen_decomposition

Pairs = NDArray[np.bool_]
"""At [j, k]: something about the ordered pair of j and k."""
BLOCK = 64
"""Pairs that are simulated at a time: their draws fit into a processor's cache."""


def all_pairs(size: int) -> Pairs:
    """All ordered pairs: for sets that hold together."""
    return ~np.eye(size, dtype=bool)


def pairs_with(one: int, size: int) -> Pairs:
    """The pairs that one belongs to: for its own set, when no other is looked at."""
    chosen = np.zeros((size, size), dtype=bool)
    chosen[one, :] = chosen[:, one] = True
    chosen[one, one] = False
    return chosen


def errors_of_differences(covariance: Matrix) -> Matrix:
    """Standard errors of all differences: √(V_j + V_k − 2C_jk)."""
    variances = np.diag(covariance)
    return np.sqrt(np.clip(variances[:, None] + variances[None, :] - 2 * covariance, 0.0, None))


def freedom_of_differences(variances: Matrix, freedom: Matrix) -> Matrix:
    """Degrees of freedom of all differences (Welch, Biometrika 34, 1947), as if independent."""
    own = variances**2 / freedom
    above = (variances[:, None] + variances[None, :]) ** 2
    below = own[:, None] + own[None, :]
    return np.divide(above, below, out=np.full_like(above, np.inf), where=below > 0)


def skewness_of_differences(thirds: Matrix, errors: Matrix) -> Matrix:
    """Skewness of all differences from third cumulants κ (points³), as if independent.

    It is (κ_j − κ_k)/E³, and 0 where E is 0.
    """
    above = thirds[:, None] - thirds[None, :]
    return np.divide(above, errors**3, out=np.zeros_like(above), where=errors > 0)


def studentised(means: Matrix, errors: Matrix, skewness: Matrix, bias: float = 0.0) -> Matrix:
    """Differences by their standard errors, reduced where skewness overstates their certainty.

    ``bias`` is taken off each difference first. A difference without error gives 0.

    Near the top of the scale a variance that is too small by chance comes with a mean that is too
    great. Between units of as many answers that evens out; between few and many it does not. Hall's
    transformation removes it (JRSS B 54, 1992; for two samples Zhou and Dinh, Biostatistics 6,
    2005). It rests on an estimated skewness, so it is followed only where it makes a difference
    less certain.
    """
    differences = means[:, None] - means[None, :] - bias
    scores = np.divide(differences, errors, out=np.zeros_like(differences), where=errors > 0)
    turned = scores + skewness * scores**2 / 3 + skewness**2 * scores**3 / 27 + skewness / 6
    least: Matrix = np.minimum(scores, turned)
    return least


def as_normal(scores: Matrix, freedom: Matrix) -> Matrix:
    """Studentised differences as normal scores of the same probability.

    So estimated variances count in. The upper tail is taken, on which alone decisions rest.
    """
    known = ~np.isfinite(freedom)
    tails = np.where(known, 0.5, t.sf(np.abs(scores), np.where(known, 1.0, freedom)))
    # Beyond some 38 standard errors the tail is 0 in floating point; such a score stays.
    turned = np.where(tails > 0, -ndtri(np.maximum(tails, 1e-300)), np.abs(scores))
    return np.where(known, scores, np.sign(scores) * turned)


def simulate(covariance: Matrix, normals: Matrix) -> Matrix:
    """Draws of the estimates' errors, a row for each estimate; ``normals`` has a row per draw."""
    values, vectors = eigen_decomposition(covariance)
    drawn: Matrix = np.ascontiguousarray((vectors * np.sqrt(values)) @ normals.T)
    return drawn


def surely_greater(
    exact: Pairs, scores: Matrix, errors: Matrix, drawn: Matrix, level: float, tested: Pairs
) -> Pairs:
    """At [j, k], whether j is certainly greater than k, jointly with probability ``level``.

    Args:
        exact: whether j's estimate is greater, which decides where a difference has no error.
        scores: from `as_normal`.
        errors: of the differences.
        drawn: from `simulate`.
        level: such as 0.95.
        tested: the pairs of the statement.
    """
    found: Pairs = tested & (errors == 0) & exact
    open_ = tested & (errors > 0)
    while open_.any():
        new = open_ & (scores > _critical(drawn, errors, open_, level))
        if not new.any():
            break
        found, open_ = found | new, open_ & ~new
    return found


def _critical(drawn: Matrix, errors: Matrix, open_: Pairs, level: float) -> float:
    """The critical value of the greatest studentised difference of the open pairs.

    It is the order statistic of rank ⌈(draws + 1)·level⌉, which accounts for simulation.
    """
    greatest = np.full(drawn.shape[1], -np.inf)
    left, right = np.nonzero(open_)
    for start in range(0, len(left), BLOCK):
        j, k = left[start : start + BLOCK], right[start : start + BLOCK]
        np.maximum(
            greatest, ((drawn[j] - drawn[k]) / errors[j, k][:, None]).max(axis=0), out=greatest
        )
    place = min(int(np.ceil((len(greatest) + 1) * level - 1e-9)), len(greatest))
    return float(np.partition(greatest, place - 1)[place - 1])
