"""More new accounts among the ballots of one unit, source and opinion than are usual there."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.ballot_table import BallotTable, Comments
from aggregation.clusters import Cluster, Signal
from aggregation.excess import marked
from aggregation.thresholds import Thresholds


def find(ballots: BallotTable, _: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters of new accounts."""
    return marked("young_accounts", ballots, ballots.young, thresholds)


SIGNAL = Signal("young_accounts", find)
