"""The 95 % interval of a score in closed form: Beta quantiles matched to a posterior mean and variance."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from aggregation.estimates import Estimate

PRIOR = Fraction(1, 5)
"""Added to the count of each point of the scale."""

LEVEL = 0.95


def interval(whole: Estimate, points: Sequence[Fraction]) -> tuple[float, float]:
    """Low and high end in points: the uncertainty among participants after weighting.

    The histogram of the ballot scores of each part that ``whole`` was put together from, scaled to its n_eff answers,
    gets `PRIOR` × the part's share a at each of ``points`` (the scale's). With its posterior mean m_a and variance
    v_a = (Σp·y² − m_a²)/(n_eff + (2 + prior)·a − 1), which is n_eff + 2 for one part on five points, the ends are Beta
    quantiles of mean Σa·m_a/100 and variance Σa²·v_a/10⁴. The interval is widened to hold the mean itself, which it
    could miss when nearly all answers stand at an end of the scale.

    Each part has a share of the prior: a small group at the ceiling is as uncertain inside a mix as it is alone.
    """
    from scipy.special import betaincinv

    parts = [(share, *_posterior(share, part, points)) for share, part in whole.simple]
    m = float(sum(share * mean for share, mean, _ in parts) / 100)
    v = float(sum(share**2 * variance for share, _, variance in parts) / 10_000)
    size_of_beta = m * (1 - m) / v - 1
    low, high = betaincinv(m * size_of_beta, (1 - m) * size_of_beta, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    score = float(whole.mean)
    return min(100 * float(low), score), max(100 * float(high), score)


def _posterior(share: Fraction, part: Estimate, points: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """Mean and variance of the mean, in points and points²."""
    size, weight = effective_size(part), PRIOR * share
    prior = weight * len(points)
    mean = (size * part.mean + weight * sum(points)) / (size + prior)
    square = (size * part.square + weight * sum(point**2 for point in points)) / (size + prior)
    # At least 2a: single answers with small shares must not claim more than points within 0–100 can scatter.
    divisor = max(size + prior + 2 * share - 1, 2 * share)
    return mean, (square - mean**2) / divisor


def effective_size(part: Estimate) -> Fraction:
    """How many simple random answers are worth as much: min(n, s²/V); without spread, as even as the weights are.

    A raked mean is worth no more than its weights are even (``most``): at the ceiling, V misses the few heavy answers.
    """
    if not part.variance:
        return part.effective
    spread = part.square - part.mean**2
    if part.n > 1:
        spread *= Fraction(part.n, part.n - 1)
    return min(Fraction(part.n) if part.most is None else part.most, spread / part.variance)
