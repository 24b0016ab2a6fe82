"""Reliability of a questionnaire: alpha and one-factor omega, from counted patterns.

Both use the ballots that answer every rated item with points, of all units, each counted once;
ballots of weight 0 and of own staff are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, sqrt
from operator import mul, sub

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount
from aggregation.scheme.scheme import Scheme
from survey_flows.ballot import STAFF
from survey_flows.questionnaire import Questionnaire

MIN_ITEMS = 3
"""The least number of items from whose correlations a factor can be estimated."""
STEPS = 100_000
CLOSE = 1e-14
BEYOND = 1_000
"""Steps in a row in which a loading above 1 has grown: the search creeps, and never comes back."""

Matrix = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class ItemSums:
    """Integer sums over ``n`` complete ballots: Σx by item and Σxy by pair of items.

    The unit is 1/``scale`` points. Sums of separate ballots add up when their scale is the same.
    """

    n: int
    scale: int
    sums: tuple[int, ...]
    products: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Consistency:
    """The consistency of ``items`` rated items over ``n`` complete ballots.

    ``cronbach_alpha`` is exact, and None without two items or without spread. ``mcdonald_omega`` is
    None without `MIN_ITEMS` items, where an item never varies, or where the items share no factor.
    """

    questionnaire: str
    items: int
    n: int
    alpha: Fraction | None
    omega: float | None


def consistency(
    rows: Iterable[PatternCount], questionnaires: Mapping[str, Questionnaire], scheme: Scheme
) -> dict[str, Consistency]:
    """Alpha and omega by questionnaire, of those that rows of the one scan use.

    Raises:
        BadInput: a row's questionnaire or pattern cannot be read.
    """
    counted: dict[str, Counter[str]] = {}
    for row in rows:
        if row.weight and row.grp != STAFF:
            counted.setdefault(row.questionnaire, Counter())[row.ratings] += row.count
    reader = PatternReader(questionnaires, scheme)
    return {
        sheet: _one(sheet, item_sums(patterns, sheet, reader))
        for sheet, patterns in sorted(counted.items())
    }


def _one(sheet: str, sums: ItemSums) -> Consistency:
    return Consistency(
        sheet, len(sums.sums), sums.n, cronbach_alpha(sums), mcdonald_omega(correlations(sums))
    )


def item_sums(patterns: Mapping[str, int], questionnaire: str, reader: PatternReader) -> ItemSums:
    """The sums over ballots of these rating patterns; raises `BadInput` for an unreadable one."""
    read = [(reader.values(questionnaire, ratings), count) for ratings, count in patterns.items()]
    complete = [
        ([v for v in values if v is not None], count)
        for values, count in read
        if None not in values
    ]
    scale = lcm(*(v.denominator for values, _ in complete for v in values))
    whole = [([int(v * scale) for v in values], count) for values, count in complete]
    items = range(len(read[0][0]) if read else 0)
    return ItemSums(
        sum(count for _, count in whole),
        scale,
        tuple(sum(count * x[i] for x, count in whole) for i in items),
        tuple(tuple(sum(count * x[i] * x[j] for x, count in whole) for j in items) for i in items),
    )


def _scatter(sums: ItemSums) -> list[list[int]]:
    """n² times the covariances of the items: whole numbers."""
    return [
        [sums.n * product - sums.sums[i] * sums.sums[j] for j, product in enumerate(row)]
        for i, row in enumerate(sums.products)
    ]


def cronbach_alpha(sums: ItemSums) -> Fraction | None:
    """Cronbach's alpha, k/(k−1)·(1 − Σσ_ii/Σσ_ij), on the points (Psychometrika 16, 1951)."""
    scatter, items = _scatter(sums), len(sums.sums)
    total = sum(map(sum, scatter))
    if items < 2 or total <= 0:
        return None
    return Fraction(items, items - 1) * (
        1 - Fraction(sum(scatter[i][i] for i in range(items)), total)
    )


def correlations(sums: ItemSums) -> list[list[float]] | None:
    """Of the items; None where one never varies."""
    scatter = _scatter(sums)
    spread = [row[i] for i, row in enumerate(scatter)]
    if not spread or not all(spread):
        return None
    return [
        [value / sqrt(spread[i] * spread[j]) for j, value in enumerate(row)]
        for i, row in enumerate(scatter)
    ]


def mcdonald_omega(correlated: Matrix | None) -> float | None:
    """McDonald's omega of the standardised items, 1 − Σu²/Σr_ij.

    u² is the variance that one least-squares factor leaves.
    """
    if correlated is None or len(correlated) < MIN_ITEMS:
        return None
    loadings = one_factor(correlated)
    if loadings is None:
        return None
    unique = sum(1 - loading**2 for loading in loadings)
    return 1 - unique / sum(map(sum, correlated))


def one_factor(correlated: Matrix) -> list[float] | None:
    """Loadings of one factor by least squares off the diagonal (minres; Harman and Jones, 1966).

    Principal axes are iterated to the fixed point. Returns None when a loading would exceed 1 or
    there is no common factor.
    """
    beyond = 0
    pairs = [[*row[:i], *row[i + 1 :]] for i, row in enumerate(correlated)]
    loadings = [sqrt(max(map(abs, row))) for row in pairs]
    for _ in range(STEPS):
        before = loadings.copy()
        # The best λ_i with the others held: of least squares over the pairs of i.
        for i, row in enumerate(pairs):
            others = [*loadings[:i], *loadings[i + 1 :]]
            weight = sum([other**2 for other in others])
            if not weight:
                return None
            loadings[i] = sum(map(mul, row, others)) / weight
        if max(map(abs, map(sub, before, loadings))) < CLOSE:
            break
        growing = max(map(abs, loadings)) > max(1.0, *map(abs, before))
        beyond = beyond + 1 if growing else 0
        if beyond == BEYOND:
            return None
    return loadings if max(map(abs, loadings)) <= 1 else None
