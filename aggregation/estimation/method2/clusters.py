"""Answers that came by the same place or link are alike: the design effect of a group.

Between clusters, V_cl = m/(m − 1)·Σ(Σ w(y − ȳ))²/(Σw)². A group's own effect V_cl/V rests on few
clusters, so that it is joined with the effect that the intra-class correlation of all units gives
(Kish, Survey Sampling, 1965), which counts like `OWN` degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

OWN = 10
"""Degrees of freedom of the effect that the correlation of all units gives."""
FEWEST = 3
"""Clusters from which a group's own effect is estimated."""
UNKNOWN = 0.05
"""The intra-class correlation where no unit shows one."""
SCATTERED = "0"
"""The key of drawn invitations, of which each answer is a cluster by itself."""


@dataclass(frozen=True, slots=True)
class ClusterSums:
    """Answers of one group and unit under one key: n, Σw in ballots and Σwy in points.

    ``squares`` is Σwy², which only the correlation of all units needs.
    """

    key: str
    n: int
    weight: float
    points: float
    squares: float


Clusters = Mapping[tuple[str, str, str], Sequence[ClusterSums]]
"""By unit, evaluator group and loose channel (empty: vouched), the answers by key of their link."""


@dataclass(frozen=True, slots=True)
class DesignEffect:
    """By how much clusters raise the variance of a mean, at least 1, and its degrees of freedom."""

    factor: float = 1.0
    freedom: float = inf


def intra_class(groups: Iterable[Sequence[ClusterSums]]) -> float:
    """The intra-class correlation of answers within groups of units (analysis of variance)."""
    between = within = 0.0
    apart = inside = 0
    spare = 0.0
    for clusters in groups:
        known = [c for c in clusters if c.key != SCATTERED and c.weight]
        if len(known) < 2:
            continue
        n, weight = sum(c.n for c in known), sum(c.weight for c in known)
        mean = sum(c.points for c in known) / weight
        scale = n / weight
        between += scale * sum(c.weight * (c.points / c.weight - mean) ** 2 for c in known)
        within += scale * sum(c.squares - c.points**2 / c.weight for c in known)
        apart, inside = apart + len(known) - 1, inside + n - len(known)
        spare += n - sum(c.n**2 for c in known) / n
    if not apart or not inside or not within:
        return UNKNOWN
    size, one, two = spare / apart, between / apart, within / inside
    return max(0.0, (one - two) / (one + (size - 1) * two))


def between_variance(clusters: Sequence[ClusterSums], scattered: float = 0.0) -> float:
    """V_cl, the variance of a mean whose clusters and not whose answers are independent.

    ``scattered`` stands for Σ(w(y − ȳ))²/(Σw)² over answers that are clusters by themselves.
    """
    weight = sum(c.weight for c in clusters)
    mean = sum(c.points for c in clusters) / weight
    alone = sum(c.n for c in clusters if c.key == SCATTERED)
    places = [c for c in clusters if c.key != SCATTERED]
    apart = sum((c.points - mean * c.weight) ** 2 for c in places) / weight**2 + scattered
    count = len(places) + alone
    return count / (count - 1) * apart


def design_effect(
    clusters: Sequence[ClusterSums], variance: float, correlation: float
) -> DesignEffect:
    """The design effect of a group's mean with this variance (points²), as if without clusters."""
    known = [c for c in clusters if c.n]
    n = sum(c.n for c in known)
    if not n or all(c.key == SCATTERED for c in known):
        return DesignEffect()
    alone = sum(c.n for c in known if c.key == SCATTERED)
    sizes = [c.n for c in known if c.key != SCATTERED]
    squares = float(sum(size**2 for size in sizes) + alone)
    expected = 1 + correlation * (squares / n - 1)
    freedom = n**2 / squares - 1
    count = len(sizes) + alone
    if count < FEWEST or variance <= 0:
        return DesignEffect(max(1.0, expected), OWN + freedom)
    own = between_variance(known, variance * alone / n) / variance
    factor = (OWN * expected + freedom * own) / (OWN + freedom)
    return DesignEffect(max(1.0, factor), OWN + freedom)
