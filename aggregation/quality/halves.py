"""Split halves: how far scores lie apart between people who were asked in different orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from survey_flows.halves import ORDERS

ScoredForm = tuple[bytes, str, Fraction]
"""A ballot's pseudonym, its order and its score of 0 to 100 points."""


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


def half_differences(by: Iterable[str], ballots: Iterable[ScoredForm]) -> list[HalfDifference]:
    """Return the difference of each half that a campaign was split by; none without ballots.

    Args:
        by: the halves.
        ballots: valid ballots, in any order, without those of a unit's own staff.
    """
    # Sums of (ballots, points) by person and order suffice, and hold no more than the people.
    sums: dict[bytes, dict[str, list[Fraction]]] = defaultdict(dict)
    for voter, order, score in ballots:
        own = sums[voter].setdefault(order, [Fraction(0), Fraction(0)])
        own[0] += 1
        own[1] += score
    found = (_difference(half, sums.values()) for half in by)
    return [one for one in found if one is not None]


def _difference(half: str, people: Iterable[Mapping[str, list[Fraction]]]) -> HalfDifference | None:
    """The difference of means, with the error that clusters of persons give it (linearised)."""
    split = []
    for own in people:
        sides = [[Fraction(0), Fraction(0)], [Fraction(0), Fraction(0)]]
        for order, (count, points) in own.items():
            side = sides[half in ORDERS.get(order, frozenset())]
            side[0] += count
            side[1] += points
        split.append(sides)
    counts = [sum(int(sides[at][0]) for sides in split) for at in (0, 1)]
    if not all(counts):
        return None
    means = [float(sum(sides[at][1] for sides in split) / counts[at]) for at in (0, 1)]
    variance = 0.0
    for sides in split:
        pulls = [(float(p) - means[at] * float(n)) / counts[at] for at, (n, p) in enumerate(sides)]
        variance += (pulls[1] - pulls[0]) ** 2
    return HalfDifference(half, (counts[0], counts[1]), means[1] - means[0], sqrt(variance))
