"""The 95 % interval of a score in closed form: Beta quantiles matched to a posterior mean and variance."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from aggregation.estimates import Estimate

PRIOR = Fraction(1, 5)
"""Added to the count of each point of the scale."""

LEVEL = 0.95


def interval(part: Estimate, points: Sequence[Fraction]) -> tuple[float, float]:
    """Low and high end in points: the uncertainty among participants after weighting.

    The histogram of ballot scores, scaled to n_eff answers, gets `PRIOR` added at each of ``points`` (the scale's).
    With posterior mean m and variance v = (Σp·y² − m²)/(n_eff + prior + 1), which is n_eff + 2 on five points, the ends
    are Beta quantiles of mean m/100 and variance v/10⁴. The interval is widened to hold the mean itself, which it could
    miss when nearly all answers stand at an end of the scale.
    """
    from scipy.special import betaincinv

    size = effective_size(part)
    prior = PRIOR * len(points)
    total = size + prior
    mean = (size * part.mean + PRIOR * sum(points)) / total
    square = (size * part.square + PRIOR * sum(point**2 for point in points)) / total
    m = float(mean / 100)
    v = float((square - mean**2) / (total + 1) / 10_000)
    size_of_beta = m * (1 - m) / v - 1
    low, high = betaincinv(m * size_of_beta, (1 - m) * size_of_beta, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    score = float(part.mean)
    return min(100 * float(low), score), max(100 * float(high), score)


def effective_size(part: Estimate) -> Fraction:
    """How many simple random answers are worth as much: min(n, s²/V); without spread, as even as the weights are."""
    if not part.variance:
        return part.effective
    spread = part.square - part.mean**2
    if part.n > 1:
        spread *= Fraction(part.n, part.n - 1)
    return min(Fraction(part.n), spread / part.variance)
