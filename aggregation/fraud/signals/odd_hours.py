"""Odd hours: one opinion of a unit comes by one source at night, unlike its other opinions.

Programs do not sleep.
"""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.fraud.ballot_table import BallotTable, Comments
from aggregation.fraud.clusters import Cluster, Signal
from aggregation.fraud.excess import marked_clusters
from aggregation.fraud.thresholds import Thresholds

MORNING = 6 * 4
"""The quarter of the day at which the night ends; it begins at midnight."""


def find(ballots: BallotTable, _: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters between midnight and six."""
    return marked_clusters("odd_hours", ballots, ballots.quarter % 96 < MORNING, thresholds)


SIGNAL = Signal("odd_hours", find)
