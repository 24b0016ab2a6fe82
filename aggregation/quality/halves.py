"""Split halves: how far scores lie apart between people who were asked in different orders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from survey_flows.halves import ORDERS

Person = tuple[tuple[str, int, Fraction], ...]
"""What one person's valid ballots add up to: order, ballots and points, sorted."""


@dataclass(frozen=True, slots=True)
class HalfDifference:
    """The difference of mean scores, turned round less as written, in points.

    ``half`` is one of `survey_flows.halves.HALVES`, ``ballots`` are those as written and those
    turned round. ``error`` is its standard error; ballots of one person count as one cluster.
    """

    half: str
    ballots: tuple[int, int]
    difference: float
    error: float


def person_of(ballots: Iterable[tuple[str, Fraction]]) -> Person:
    """Return the sums of one person's ballots, given as order and score."""
    sums: dict[str, tuple[int, Fraction]] = {}
    for order, score in ballots:
        count, points = sums.get(order, (0, Fraction(0)))
        sums[order] = (count + 1, points + score)
    return tuple((order, *sums[order]) for order in sorted(sums))


def half_differences(by: Iterable[str], people: Counter[Person]) -> list[HalfDifference]:
    """Return the difference of each half that a campaign was split by; none without ballots.

    Args:
        by: the halves.
        people: how many people's ballots add up to the same; without a unit's own staff.
    """
    found = (_difference(half, people) for half in by)
    return [one for one in found if one is not None]


def _difference(half: str, people: Counter[Person]) -> HalfDifference | None:
    """The difference of means, with the error that clusters of persons give it (linearised)."""
    split: list[tuple[int, list[int], list[float]]] = []
    for person, alike in people.items():
        ballots, points = [0, 0], [0.0, 0.0]
        for order, count, sum_of_points in person:
            side = half in ORDERS.get(order, frozenset())
            ballots[side] += count
            points[side] += float(sum_of_points)
        split.append((alike, ballots, points))
    counts = [sum(alike * ballots[at] for alike, ballots, _ in split) for at in (0, 1)]
    if not all(counts):
        return None
    sums = [sum(alike * points[at] for alike, _, points in split) for at in (0, 1)]
    means = [sums[at] / counts[at] for at in (0, 1)]
    variance = 0.0
    for alike, ballots, points in split:
        pulls = [(points[at] - means[at] * ballots[at]) / counts[at] for at in (0, 1)]
        variance += alike * (pulls[1] - pulls[0]) ** 2
    return HalfDifference(half, (counts[0], counts[1]), means[1] - means[0], sqrt(variance))
