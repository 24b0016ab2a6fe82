"""Source share: far more of a unit's ballots by one source than the city's mix explains.

This is a hint only.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from aggregation.fraud.ballot_table import BallotTable, Comments
from aggregation.fraud.clusters import Cluster, Signal
from aggregation.fraud.excess import ExpectedCounts, excess_clusters, find_excesses
from aggregation.fraud.thresholds import Thresholds


def find(ballots: BallotTable, _: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters of all ballots of a unit by one source."""
    counts = ballots.count().sum(axis=2)
    others = counts.sum(axis=1, keepdims=True) - counts
    odds = np.median((counts + 1) / (others + 1), axis=0) if len(ballots) else np.zeros(0)
    doubt = thresholds.spreads["source_share"] ** 2 + 1 / (others + 1)
    most = counts.sum(axis=1, keepdims=True)
    found = find_excesses(
        "source_share", counts, [ExpectedCounts((others + 1) * odds, doubt)], most, thresholds
    )
    cell = ballots.unit * ballots.sources + ballots.source
    return excess_clusters("source_share", found, cell, np.arange(len(ballots)), thresholds)


SIGNAL = Signal("source_share", find)
