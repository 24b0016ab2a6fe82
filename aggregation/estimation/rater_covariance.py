"""Raters who rate several units make clusters: the covariance of the units' scores that they bring about.

To a score each ballot adds z = α·w·(y − m), linearised: m is the mean of what it is summed with, α what a unit of its
weight moves the score by. Two scores covary by √(f·f′)·Σ z·z′ over those who rated both, f = n/(n−1) as in the scores'
own variances; with one group and equal weights this is the covariance of R's `survey` for clusters of raters, but for
its f. No rater is kept: sums over all of them are, and those of few in common are dropped.
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
    """What the ballots of a cell do to their unit's score.

    ``move`` is α for a quarter of weight, ``centre`` m in points, ``factor`` f.
    """

    move: Fraction
    centre: Fraction
    factor: Fraction


@dataclass(frozen=True, slots=True)
class RaterAnswer:
    """One ballot: the ``rater`` by any number, its cell, weight in quarters and place among the outcomes."""

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
    """The covariances of scores; only of units that at least ``least`` raters with answers that count have in common.

    Args:
        ballots: in any order, at most one of each rater and unit.
        outcomes: what the places stand for.
        influences: by cell; ballots of other cells do not count.
        least: a pair of fewer common raters is left out.
    """
    people: dict[int, list[tuple[ScoreCell, int, Fraction]]] = {}
    for b in ballots:
        score = outcomes[b.place].score
        if b.weight and b.cell in influences and score is not None:
            people.setdefault(b.rater, []).append((b.cell, b.weight, score))
    if not people:
        return {}
    # In an order that is the same whatever number a rater has, so that sums are the same to the bit.
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


Name = tuple[str, str, bool, str]


def _name(cell: ScoreCell) -> Name:
    return (cell.unit, cell.group, cell.open_link, cell.stratum)


def _cross(
    said: Sequence[Sequence[tuple[Name, int, Fraction]]],
    units: Sequence[str],
    influences: Mapping[Name, Influence],
) -> tuple[Any, Any]:
    """The self-join: raters by units, times itself. The numbers in common, and the sums of √f·z·√f′·z′."""
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
