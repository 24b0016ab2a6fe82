"""Staff orders: one opinion of a unit by one source in office hours, unlike other opinions."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.fraud.ballot_table import BallotTable, Comments
from aggregation.fraud.clusters import Cluster, Signal
from aggregation.fraud.excess import marked_clusters
from aggregation.fraud.thresholds import Thresholds

OFFICE = range(9 * 4, 17 * 4)
"""Quarters of a working day in which an office can give orders."""
THURSDAY = 3
"""Weekday of 1 January 1970, Monday being 0."""


def find(ballots: BallotTable, _: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters in the office hours of Monday to Friday."""
    day, quarter = ballots.quarter // 96, ballots.quarter % 96
    working = (day + THURSDAY) % 7 < 5
    office = (quarter >= OFFICE.start) & (quarter < OFFICE.stop)
    return marked_clusters("staff_orders", ballots, working & office, thresholds)


SIGNAL = Signal("staff_orders", find)
