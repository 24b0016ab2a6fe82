"""Bursts: a quarter of a day with far more ballots of a unit and source than expected.

This is a hint only: a unit reminds its own people, and they rate.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from aggregation.fraud.ballot_table import BallotTable, Comments
from aggregation.fraud.clusters import Cluster, Signal
from aggregation.fraud.excess import ExpectedCounts, excess_clusters, expected_beside, find_excesses
from aggregation.fraud.thresholds import Thresholds

WINDOW = 24
"""Quarters of an hour."""


def find(ballots: BallotTable, _: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters of six hours."""
    if not len(ballots):
        return ()
    window = (ballots.quarter - ballots.quarter.min() // 96 * 96) // WINDOW
    place = (ballots.unit * ballots.sources + ballots.source) * (window.max() + 1) + window
    shape = (ballots.units, ballots.sources, int(window.max()) + 1)
    hits = np.bincount(place, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)
    misses = hits.sum(axis=2, keepdims=True) - hits
    usual = (hits.sum(axis=0) - hits + 1) / (misses.sum(axis=0) - misses + 1)
    other_hits, other_misses, other_plain = (
        part.sum(axis=1, keepdims=True) - part for part in (hits, misses, misses * usual)
    )
    spread = thresholds.spreads["burst"]
    city = ExpectedCounts((misses + 1) * usual, spread**2 + 1 / (misses + 1))
    views = [
        city,
        expected_beside(misses, usual, other_hits, other_misses, other_plain, spread, thresholds),
    ]
    found = find_excesses("burst", hits, views, hits.sum(axis=2, keepdims=True), thresholds)
    return excess_clusters(
        "burst", found, place, np.arange(len(ballots)), thresholds, hours=WINDOW / 4
    )


SIGNAL = Signal("burst", find)
