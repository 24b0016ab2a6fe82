"""Strata: one source's opinion of a unit against its other sources, over the campaign."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from aggregation.fraud.ballot_table import BallotTable, Comments, Floats
from aggregation.fraud.clusters import Cluster, Signal
from aggregation.fraud.excess import (
    FAR,
    ExcessCells,
    ExpectedCounts,
    excess_clusters,
    find_excesses,
    split_by_opinion,
    sum_by_side,
)
from aggregation.fraud.thresholds import Thresholds


def find(ballots: BallotTable, _: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters of an opinion that one source holds far more often than others explain."""
    if ballots.sources < 2:  # there is no source to compare with
        return
    counts, rows = ballots.count(), np.arange(len(ballots))
    elsewhere = counts.sum(axis=1, keepdims=True) - counts
    for look, found in (
        ("opinion", _excess(counts, thresholds)),
        ("side", split_by_opinion(_excess(sum_by_side(counts), thresholds), counts, elsewhere)),
    ):
        yield from excess_clusters("strata", found, ballots.cell, rows, thresholds, look)


def _excess(counts: Floats, thresholds: Thresholds) -> ExcessCells:
    others = counts @ FAR.T
    # Another source may be manipulated itself: suspicion that it alone raises does not count.
    views = [_expect(counts, others, left_out, thresholds) for left_out in range(counts.shape[1])]
    return find_excesses("strata", counts, views, counts.sum(axis=2, keepdims=True), thresholds)


def _expect(
    counts: Floats, others: Floats, left_out: int, thresholds: Thresholds
) -> ExpectedCounts:
    """By (unit, source, direction), from the unit's sources but the cell's own and ``left_out``."""
    few = thresholds.shrinkage
    city_hits, city_others = (
        _elsewhere(counts.sum(axis=0)[None], left_out),
        _elsewhere(others.sum(axis=0)[None], left_out),
    )
    usual = (city_hits + 1) / (city_others + 1)
    own_habit = (counts.sum(axis=0) + 1) / (others.sum(axis=0) + 1)
    hits, rest = _elsewhere(counts, left_out), _elsewhere(others, left_out)
    odds = (hits + few * usual) / (rest + few) * own_habit / usual
    doubt = thresholds.spreads["strata"] ** 2 + 1 / (others + 1) + 1 / (hits + 1) + 1 / (rest + 1)
    return ExpectedCounts((others + 1) * odds, doubt)


def _elsewhere(counts: Floats, left_out: int) -> Floats:
    """Sums over the sources but the cell's own and ``left_out``."""
    rest: Floats = counts.sum(axis=1, keepdims=True) - counts - counts[:, [left_out]]
    rest[:, left_out] += counts[:, left_out]
    return rest


SIGNAL = Signal("strata", find)
