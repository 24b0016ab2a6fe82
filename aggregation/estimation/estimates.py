"""Means with their variance, from integer sums: exact, mergeable, divided last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from aggregation.counts.ratings import PatternOutcome
from aggregation.counts.scan import Counts

WIDEST = Fraction(2500)
"""The largest variance of points within 0–100 (Popoviciu), used with fewer than two answers."""


@dataclass(frozen=True, slots=True)
class CellSums:
    """Integer sums over the valid ballots of a cell.

    w is in quarters and y in units of 1/``scale`` points. ``n``, ``w``, ``wy``, ``w2``, ``w2y``,
    ``w2y2`` and ``wy2`` are over ballots with w > 0; ``all_n`` and ``all_y`` count every valid
    ballot once.
    """

    scale: int
    n: int = 0
    w: int = 0
    wy: int = 0
    wy2: int = 0
    w2: int = 0
    w2y: int = 0
    w2y2: int = 0
    all_n: int = 0
    all_y: int = 0

    def __add__(self, other: CellSums) -> CellSums:
        return CellSums(
            self.scale,
            self.n + other.n,
            self.w + other.w,
            self.wy + other.wy,
            self.wy2 + other.wy2,
            self.w2 + other.w2,
            self.w2y + other.w2y,
            self.w2y2 + other.w2y2,
            self.all_n + other.all_n,
            self.all_y + other.all_y,
        )


@dataclass(frozen=True, slots=True)
class Estimate:
    """A weighted mean of n answers.

    ``square`` is the weighted mean of the squared answers, ``variance`` that of the mean (points²),
    ``effective`` Kish's number of equally weighted answers, (Σw)²/Σw², and ``plain`` the mean
    without fraud weights. ``parts`` are the simple estimates that it combines, with their shares.
    ``most`` is an upper bound of the equal answers that it may count as; None: n.
    """

    n: int
    mean: Fraction
    square: Fraction
    variance: Fraction
    effective: Fraction
    plain: Fraction
    parts: tuple[tuple[Fraction, Estimate], ...] = ()
    most: Fraction | None = None

    @property
    def simple(self) -> tuple[tuple[Fraction, Estimate], ...]:
        """The parts by share; an estimate that was not put together is its own one part."""
        return self.parts or ((Fraction(1), self),)


def common_scale(outcomes: Iterable[PatternOutcome]) -> int:
    """The least common denominator of the ballot scores."""
    return lcm(*(outcome.score.denominator for outcome in outcomes if outcome.score is not None))


def numerators(outcomes: Iterable[PatternOutcome], scale: int) -> list[int | None]:
    """The ballot scores as whole numbers of 1/``scale``; None where a ballot is not valid."""
    return [None if outcome.score is None else int(outcome.score * scale) for outcome in outcomes]


def sum_cell(counts: Counts, scores: list[int | None], scale: int) -> CellSums:
    """The sums of one cell; ``scores`` from `numerators`."""
    n = w = wy = wy2 = w2 = w2y = w2y2 = all_n = all_y = 0
    for (weight, place), count in counts.items():
        y = scores[place]
        if y is None:
            continue
        all_n += count
        all_y += count * y
        if weight:
            first = count * weight
            n, w, wy, wy2 = n + count, w + first, wy + first * y, wy2 + first * y * y
            w2, w2y, w2y2 = (
                w2 + first * weight,
                w2y + first * weight * y,
                w2y2 + first * weight * y * y,
            )
    return CellSums(scale, n, w, wy, wy2, w2, w2y, w2y2, all_n, all_y)


def estimate(sums: CellSums) -> Estimate | None:
    """The mean Σwy/Σw; None when no answer counts.

    Its linearised variance is n/(n−1)·Σw²(y−ȳ)²/(Σw)².
    """
    if not sums.n:
        return None
    mean = Fraction(sums.wy, sums.w)
    spread = sums.w2y2 - 2 * mean * sums.w2y + mean * mean * sums.w2
    variance = (
        Fraction(sums.n, sums.n - 1) * spread / (sums.w * sums.scale) ** 2 if sums.n > 1 else WIDEST
    )
    return Estimate(
        sums.n,
        mean / sums.scale,
        Fraction(sums.wy2, sums.w * sums.scale**2),
        variance,
        Fraction(sums.w**2, sums.w2),
        Fraction(sums.all_y, sums.all_n * sums.scale),
    )


def combine(parts: Iterable[tuple[Fraction, Estimate]]) -> Estimate | None:
    """Combines independent estimates by shares that sum to 1; variances add with squared shares."""
    used = [(share, part) for share, part in parts if share]
    if not used:
        return None
    return Estimate(
        sum(part.n for _, part in used),
        sum((share * part.mean for share, part in used), Fraction()),
        sum((share * part.square for share, part in used), Fraction()),
        sum((share**2 * part.variance for share, part in used), Fraction()),
        1 / sum((share**2 / part.effective for share, part in used), Fraction()),
        sum((share * part.plain for share, part in used), Fraction()),
        tuple((share * inner, one) for share, part in used for inner, one in part.simple),
    )
