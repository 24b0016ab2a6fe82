"""Lockstep: ballots of one unit, source and opinion close in time, beyond the city's rhythm.

The windows are 2, 6, 24 and 72 hours long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from aggregation.fraud.ballot_table import BallotTable, Comments, Floats
from aggregation.fraud.clusters import Cluster, Signal
from aggregation.fraud.excess import (
    ExcessCells,
    across_units,
    excess_clusters,
    expected_counts,
    find_excesses,
    split_by_opinion,
    sum_by_side,
)
from aggregation.fraud.thresholds import Thresholds


def find(ballots: BallotTable, _: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters in windows of each length, twice and shifted by half, so that no edge cuts one."""
    for hours in thresholds.windows_hours if len(ballots) else ():
        for shift in (0, hours * 2):
            yield from _in_windows(ballots, hours, shift, thresholds)


def _in_windows(
    ballots: BallotTable, hours: int, shift: int, thresholds: Thresholds
) -> Iterator[Cluster]:
    first = ballots.quarter.min() // 96 * 96
    window = (ballots.quarter - first + shift) // (hours * 4)
    total = ballots.count()
    place = window * total.size + ballots.cell
    counts = np.bincount(place, minlength=int(window.max() + 1) * total.size).reshape(
        -1, *total.shape
    )
    for at in np.flatnonzero(counts.max(axis=(1, 2, 3)) * 2 >= thresholds.least).tolist():
        hits = counts[at].astype(np.float64)
        rows = np.flatnonzero(window == at)
        for look, found in (
            ("opinion", _excess(hits, total, thresholds)),
            (
                "side",
                split_by_opinion(
                    _excess(sum_by_side(hits), sum_by_side(total), thresholds), hits, total - hits
                ),
            ),
        ):
            name = f"{look} {hours}h+{shift}"
            yield from excess_clusters(
                "lockstep", found, ballots.cell[rows], rows, thresholds, name, hours=hours
            )


def _excess(hits: Floats, total: Floats, thresholds: Thresholds) -> ExcessCells:
    misses = total - hits
    views = expected_counts(
        hits, misses, across_units(hits, misses), thresholds.spreads["lockstep"], thresholds
    )
    return find_excesses("lockstep", hits, views, total.sum(axis=2, keepdims=True), thresholds)


SIGNAL = Signal("lockstep", find)
