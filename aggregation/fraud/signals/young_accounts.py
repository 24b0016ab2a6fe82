"""More new accounts among the ballots of one unit, source and opinion than are usual there."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.fraud.ballot_table import BallotTable, Comments
from aggregation.fraud.clusters import Cluster, Signal
from aggregation.fraud.excess import marked_clusters
from aggregation.fraud.thresholds import Thresholds


def find(ballots: BallotTable, _: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters of new accounts."""
    return marked_clusters("young_accounts", ballots, ballots.young, thresholds)


SIGNAL = Signal("young_accounts", find)
