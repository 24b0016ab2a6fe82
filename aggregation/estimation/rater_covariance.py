"""Covariances of units' scores from raters of several units.

Raters who rate several units make clusters. To a score each ballot adds z = α·w·(y − m),
linearised: m is the mean of its cell, α the effect of a unit of weight on the score. Two scores
covary by √(f·f′)·Σ z·z′ over their common raters, f = n/(n−1) as in the scores' own variances. With
one group and equal weights this is the covariance of R's `survey` for clusters of raters, except
for its f. No rater is kept: only sums over all of them are, and pairs with few common raters are
dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Any

from aggregation.counts.ratings import PatternOutcome
from aggregation.counts.scan import ScoreCell

Covariances = dict[tuple[str, str], float]
"""In points², by two unit codes in order; none means 0."""


@dataclass(frozen=True, slots=True)
class Influence:
    """The effect of a cell's ballots on their unit's score.

    ``move`` is α for a quarter of weight, ``centre`` m in points, ``factor`` f.
    """

    move: Fraction
    centre: Fraction
    factor: Fraction


@dataclass(frozen=True, slots=True)
class RaterAnswer:
    """One ballot: its ``rater`` by an arbitrary number, cell, weight in quarters and outcome."""

    rater: int
    cell: ScoreCell
    weight: int
    place: int


def score_covariances(
    ballots: Iterable[RaterAnswer],
    outcomes: Sequence[PatternOutcome],
    influences: Mapping[ScoreCell, Influence],
    least: int,
) -> Covariances:
    """The covariances of scores of pairs with at least ``least`` common raters whose answers count.

    Args:
        ballots: in any order, at most one of each rater and unit.
        outcomes: the outcomes that places refer to.
        influences: by cell; ballots of other cells do not count.
        least: pairs with fewer common raters are left out.
    """
    people: dict[int, list[tuple[ScoreCell, int, Fraction]]] = {}
    for b in ballots:
        score = outcomes[b.place].score
        if b.weight and b.cell in influences and score is not None:
            people.setdefault(b.rater, []).append((b.cell, b.weight, score))
    if not people:
        return {}
    # The order is independent of raters' numbers, so that sums are the same to the bit.
    said = sorted(
        sorted((_name(cell), weight, score) for cell, weight, score in own)
        for own in people.values()
    )
    units = sorted({cell.unit for cell in influences})
    common, sums = _cross(
        said, units, {_name(cell): influence for cell, influence in influences.items()}
    )
    return {
        (one, other): float(sums[at, to])
        for at, one in enumerate(units)
        for to, other in enumerate(units)
        if at < to and common[at, to] >= least
    }


Name = tuple[str, str, bool, str, str]


def _name(cell: ScoreCell) -> Name:
    return (cell.unit, cell.group, cell.open_link, cell.stratum, cell.channel)


def _cross(
    said: Sequence[Sequence[tuple[Name, int, Fraction]]],
    units: Sequence[str],
    influences: Mapping[Name, Influence],
) -> tuple[Any, Any]:
    """The self-join, raters by units times itself: counts in common, and sums of √f·z·√f′·z′."""
    import numpy as np
    from scipy.sparse import csr_array

    effects = {
        name: (sqrt(influence.factor) * float(influence.move), influence.centre)
        for name, influence in influences.items()
    }
    column = {unit: at for at, unit in enumerate(units)}
    rows = [at for at, own in enumerate(said) for _ in own]
    columns = [column[name[0]] for own in said for name, _, _ in own]
    moves = [
        effects[name][0] * weight * float(score - effects[name][1])
        for own in said
        for name, weight, score in own
    ]
    shape = (len(said), len(units))
    there = csr_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=shape)
    moved = csr_array((np.array(moves), (rows, columns)), shape=shape)
    return (there.T @ there).toarray(), (moved.T @ moved).toarray()
