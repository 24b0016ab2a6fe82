"""Stratum against stratum: one source's opinion of a unit against that of the unit's other sources, all campaign long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from aggregation.ballot_table import BallotTable, Comments, Floats
from aggregation.clusters import Cluster, Signal
from aggregation.excess import FAR, Expected, by_side, clusters, excesses
from aggregation.thresholds import Thresholds


def find(ballots: BallotTable, _: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters of an opinion that one source holds far more often than the others and the city's habits explain."""
    if ballots.sources > 1:  # otherwise there is nobody to compare with
        yield from _contrast(ballots, "opinion", thresholds)
        yield from _contrast(by_side(ballots), "side", thresholds)


def _contrast(ballots: BallotTable, look: str, thresholds: Thresholds) -> Iterator[Cluster]:
    counts = ballots.count()
    others = counts @ FAR.T
    # One of the other sources may itself be manipulated: what it alone makes suspicious of this one is not held against it.
    views = [_expect(counts, others, left_out, thresholds) for left_out in range(ballots.sources)]
    found = excesses("strata", counts, views, counts.sum(axis=2, keepdims=True), thresholds)
    return clusters("strata", found, ballots.cell, np.arange(len(ballots)), thresholds, look)


def _expect(counts: Floats, others: Floats, left_out: int, thresholds: Thresholds) -> Expected:
    """By (unit, source, direction), from the unit's sources but the cell's own and ``left_out``."""
    few = thresholds.shrinkage
    city_hits, city_others = (
        _elsewhere(counts.sum(axis=0)[None], left_out),
        _elsewhere(others.sum(axis=0)[None], left_out),
    )
    usual = (city_hits + 1) / (city_others + 1)
    own_habit = (counts.sum(axis=0) + 1) / (others.sum(axis=0) + 1)
    hits, rest = _elsewhere(counts, left_out), _elsewhere(others, left_out)
    odds = (hits + few * usual) / (rest + few) * own_habit / usual
    doubt = thresholds.spreads["strata"] ** 2 + 1 / (others + 1) + 1 / (hits + 1) + 1 / (rest + 1)
    return Expected((others + 1) * odds, doubt)


def _elsewhere(counts: Floats, left_out: int) -> Floats:
    """Sums over the sources but the cell's own and ``left_out``."""
    rest = counts.sum(axis=1, keepdims=True) - counts - counts[:, [left_out]]
    rest[:, left_out] += counts[:, left_out]
    return rest


SIGNAL = Signal("strata", find)
