"""Ballots in step: one unit, source and opinion within 2, 6, 24 or 72 hours, far more than the city's rhythm explains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from aggregation.ballot_table import DIRECTIONS, BallotTable, Comments
from aggregation.clusters import Cluster, Signal
from aggregation.excess import across_units, by_side, clusters, excesses, expect
from aggregation.thresholds import Thresholds


def find(ballots: BallotTable, _: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters in windows of each length; each length twice, shifted by half, so that no cluster is cut at an edge."""
    for opinions, table in (("opinion", ballots), ("side", by_side(ballots))) if len(ballots) else ():
        for hours in thresholds.windows_hours:
            for shift in (0, hours * 2):
                yield from _in_windows(table, hours, shift, thresholds, f"{opinions} {hours}h+{shift}")


def _in_windows(ballots: BallotTable, hours: int, shift: int, thresholds: Thresholds, look: str) -> Iterator[Cluster]:
    first = ballots.quarter.min() // 96 * 96
    window = (ballots.quarter - first + shift) // (hours * 4)
    cells = ballots.units * ballots.sources * DIRECTIONS
    place = window * cells + ballots.cell
    total = ballots.count()
    counts = np.bincount(place, minlength=int(window.max() + 1) * cells).reshape(-1, *total.shape)
    for at in np.flatnonzero(counts.max(axis=(1, 2, 3)) >= thresholds.least).tolist():
        hits = counts[at].astype(np.float64)
        misses = total - hits
        odds = across_units(hits, misses)
        expected = expect(hits, misses, odds, thresholds.spreads["lockstep"], thresholds)
        found = excesses("lockstep", hits, expected, total.sum(axis=2, keepdims=True), thresholds)
        if len(found.cells):
            rows = np.flatnonzero(window == at)
            yield from clusters("lockstep", found, ballots.cell[rows], rows, thresholds, look, hours=hours)


SIGNAL = Signal("lockstep", find)
