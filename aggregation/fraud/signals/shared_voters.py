"""Shared voters: more people who say one thing of two units than chance explains.

So do canvassed colleagues look who praise their own unit and blame a rival, or two units that
praise each other.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from aggregation.fraud.ballot_table import (
    DIRECTIONS,
    NO_OPINION,
    BallotTable,
    Comments,
    Floats,
    Ints,
)
from aggregation.fraud.clusters import Cluster, Signal
from aggregation.fraud.excess import ExpectedCounts, excess_clusters, find_excesses
from aggregation.fraud.thresholds import Thresholds

MOST = 12
"""Most units of one voter that are compared; deputies and supervisors rate more."""


def find(ballots: BallotTable, _: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters of two ballots each, by voters who agree on two units."""
    first, second = _pairs(ballots)
    if not len(first):
        return ()
    opinions = ballots.units * DIRECTIONS
    one, two = (
        ballots.unit[rows] * DIRECTIONS + ballots.direction[rows] for rows in (first, second)
    )
    key = np.minimum(one, two) * opinions + np.maximum(one, two)
    keys, place, counts = np.unique(key, return_inverse=True, return_counts=True)
    heard = np.bincount(np.concatenate([one, two]), minlength=opinions).astype(np.float64)
    observed = counts.astype(np.float64)
    views, most = _views(*np.divmod(keys, opinions), observed, heard, ballots.units, thresholds)
    found = find_excesses("shared_voters", observed, views, most, thresholds)
    rows = np.concatenate([first, second])
    order = np.argsort(rows, kind="stable")
    return excess_clusters(
        "shared_voters", found, np.tile(place, 2)[order], rows[order], thresholds
    )


def _pairs(ballots: BallotTable) -> tuple[Ints, Ints]:
    """Rows of two ballots by one voter, both with an opinion."""
    spoken = np.flatnonzero(ballots.direction != NO_OPINION)
    rows = spoken[np.argsort(ballots.voter[spoken], kind="stable")]
    found = []
    for apart in range(1, min(MOST, len(rows))):
        same = np.flatnonzero(ballots.voter[rows[apart:]] == ballots.voter[rows[:-apart]])
        found.append((rows[same], rows[same + apart]))
    none = np.zeros(0, dtype=np.int64)
    return np.concatenate([none, *(one for one, _ in found)]), np.concatenate(
        [none, *(two for _, two in found)]
    )


def _views(
    low: Ints, high: Ints, observed: Floats, heard: Floats, units: int, thresholds: Thresholds
) -> tuple[list[ExpectedCounts], Floats]:
    """Expectations by chance and by other opinions: neighbours share voters of every kind."""
    spread, few = thresholds.spreads["shared_voters"], thresholds.shrinkage
    chance = heard[low] * heard[high] / max(heard.sum(), 1)
    of_unit = heard.reshape(-1, DIRECTIONS).sum(axis=1)
    agree = heard[low] / of_unit[low // DIRECTIONS] * heard[high] / of_unit[high // DIRECTIONS]
    _, of_two = np.unique(low // DIRECTIONS * units + high // DIRECTIONS, return_inverse=True)
    others = np.bincount(of_two, weights=observed)[of_two] - observed
    near = (others + few * chance) * agree / np.maximum(1 - agree, 0.01)
    views = [
        ExpectedCounts(chance, spread**2 + 1 / (np.minimum(heard[low], heard[high]) + 1)),
        ExpectedCounts(near, spread**2 + 1 / (others + 1)),
    ]
    return views, np.minimum(heard[low], heard[high])


SIGNAL = Signal("shared_voters", find)
