"""Online findings: more ballots with findings of the online checks than usual."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.fraud.ballot_table import BallotTable, Comments
from aggregation.fraud.clusters import Cluster, Signal
from aggregation.fraud.excess import marked_clusters
from aggregation.fraud.thresholds import Thresholds


def find(ballots: BallotTable, _: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters of ballots with a bit whose level is more than to be counted."""
    return marked_clusters("online_findings", ballots, ballots.risky, thresholds)


SIGNAL = Signal("online_findings", find)
