"""Who stayed away: how different they would have to be, and what nothing rules out.

No number of answers shows it, so that these figures say what a reader has to believe. None of them
changes a score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, sqrt

from aggregation.estimation.method2.evidence import QUARTERS
from aggregation.estimation.method2.figures import BoundedFigures
from aggregation.estimation.method2.kept_sums import KeptSums

CORRELATION = 0.005
"""Meng's correlation of answering with what is answered: that of large surveys (AoAS 12, 2018)."""
FEWEST = 10
"""Answers after so many reminders from which their mean is told."""


def unheard_share(
    figures: BoundedFigures, answered: Mapping[str, int], invited: Mapping[str, int]
) -> float | None:
    """How much of a score rests on people who were not heard, in tenths and rounded up.

    It is 1 − Σ α·r: α is the share that a group's vouched answers really have, r the part of its
    invited people who answered about this unit, by the number as it is told (``answered``). Of
    people who came by a public link nobody knows how many there are, so that their r is 0. None
    where nobody was invited.
    """
    if not invited:
        return None
    heard = 0.0
    for name, terms in figures.own.terms.items():
        people = invited.get(name, 0)
        evidence = terms.vouched + terms.worth
        if people and evidence:
            alpha = figures.variance.shares.get(name, 0.0) * float(terms.vouched / evidence)
            heard += alpha * min(1.0, answered.get(name, 0) / people)
    return max(0.1, ceil(10 * (1 - heard) - 1e-9) / 10)


def apart(points: float, unheard: float) -> float:
    """By how much those who stayed away would have to differ to move a score by ``points``.

    Points in tenths, rounded down.
    """
    return floor(10 * points / unheard + 1e-9) / 10


def manski_bounds(score: float, rate: float) -> tuple[float, float]:
    """The scores of all invited people that nothing rules out, if ``rate`` of them answered."""
    return rate * score, rate * score + 100 * (1 - rate)


def good_as(rate: float, correlation: float = CORRELATION) -> int:
    """The size of a random sample whose mean is as good as that of these answers (Meng 2018)."""
    return round(rate / ((1 - rate) * correlation**2)) if 0 < rate < 1 else 0


@dataclass(frozen=True, slots=True)
class Representativity:
    """R = 1 − 2·sd of response by stratum, and the greatest bias that goes with it, in points."""

    indicator: float
    bias: float


def representativity(
    cells: Iterable[tuple[int, int]], spread: float | None
) -> Representativity | None:
    """The R-indicator (Schouten, Cobben and Bethlehem 2009) of strata: invited and answered.

    ``spread`` is the standard deviation of single answers. None with fewer than two strata, or
    where nobody answered.
    """
    known = [(invited, answered) for invited, answered in cells if invited]
    whole = sum(invited for invited, _ in known)
    mean = sum(answered for _, answered in known) / whole if whole else 0.0
    if len(known) < 2 or not mean or spread is None:
        return None
    variance = sum(n * (answered / n - mean) ** 2 for n, answered in known) / whole
    return Representativity(1 - 2 * sqrt(variance), sqrt(variance) * spread / mean)


@dataclass(frozen=True, slots=True)
class ReminderTrend:
    """How content people were by the reminders before they answered, against their units' means.

    ``levels`` are differences in points by 0, 1 and 2 or more reminders, of those with enough
    answers; ``slope`` is that of one reminder more, with its standard error. Who came only after
    reminders is a hint of who never came.
    """

    levels: Mapping[int, float]
    slope: float
    error: float


def reminder_trend(kept: Mapping[str, KeptSums]) -> ReminderTrend | None:
    """The trend within units; None where fewer than two kinds have enough answers."""
    counts: dict[int, float] = {}
    above: dict[int, float] = {}
    spread = within = across = 0.0
    freedom = 0
    for _, sums in sorted(kept.items()):
        rows = [
            (had, it.n, it.w / QUARTERS, it.wy / it.w / sums.scale, it.wy2 / it.w / sums.scale**2)
            for had, it in sorted(sums.reminders.items())
            if it.w
        ]
        total = sum(w for _, _, w, *_ in rows)
        if not total:
            continue
        mean = sum(w * y for _, _, w, y, _ in rows) / total
        middle = sum(w * had for had, _, w, *_ in rows) / total
        for had, n, w, y, square in rows:
            counts[had] = counts.get(had, 0) + n
            above[had] = above.get(had, 0.0) + n * (y - mean)
            spread += w * (had - middle) ** 2
            across += w * (had - middle) * (y - mean)
            within += n * (square - y * y)
            freedom += n - 1
    levels = {had: above[had] / n for had, n in counts.items() if n >= FEWEST}
    if len(levels) < 2 or not spread or freedom < 1:
        return None
    return ReminderTrend(levels, across / spread, sqrt(within / freedom / spread))


def typical_spread(squares: Iterable[tuple[Fraction, int]]) -> float | None:
    """The pooled standard deviation of answers, from sums of squares and degrees of freedom."""
    known = [(float(square), degrees) for square, degrees in squares if degrees]
    degrees = sum(it for _, it in known)
    return sqrt(sum(square for square, _ in known) / degrees) if degrees else None
