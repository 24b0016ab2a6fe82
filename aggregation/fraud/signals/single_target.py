"""Single target: more raters of this one unit alone than usual for the source.

This is a hint beside others: most people rate one unit.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from aggregation.fraud.ballot_table import BallotTable, Comments
from aggregation.fraud.clusters import Cluster, Signal
from aggregation.fraud.excess import marked_clusters
from aggregation.fraud.thresholds import Thresholds


def find(ballots: BallotTable, _: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters of ballots whose voters rated nothing else."""
    alone = np.bincount(ballots.voter)[ballots.voter] == 1 if len(ballots) else ballots.young
    return marked_clusters("single_target", ballots, alone, thresholds)


SIGNAL = Signal("single_target", find)
