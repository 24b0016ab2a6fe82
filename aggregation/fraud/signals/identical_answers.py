"""Identical answers: one pattern of a unit and source, more frequent than elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from aggregation.fraud.ballot_table import NO_OPINION, BallotTable, Comments
from aggregation.fraud.clusters import Cluster, Signal
from aggregation.fraud.excess import ExpectedCounts, excess_clusters, expected_beside, find_excesses
from aggregation.fraud.thresholds import Thresholds


def find(ballots: BallotTable, _: Comments, thresholds: Thresholds) -> Iterable[Cluster]:
    """Clusters of one pattern. Straight-lining is usual and is counted where it is usual."""
    shape = (ballots.units, ballots.sources, ballots.patterns)
    place = (ballots.unit * ballots.sources + ballots.source) * ballots.patterns + ballots.pattern
    hits = np.bincount(place, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)
    often = (
        np.flatnonzero(hits.max(axis=(0, 1)) >= thresholds.least)
        if len(ballots)
        else np.zeros(0, dtype=np.int64)
    )
    direction = np.zeros(ballots.patterns, dtype=np.int64)
    direction[ballots.pattern] = ballots.direction
    often = often[direction[often] != NO_OPINION]
    hits = hits[:, :, often]
    misses = ballots.count()[:, :, direction[often]] - hits
    usual = (hits.sum(axis=0) - hits + 1) / (misses.sum(axis=0) - misses + 1)
    other_hits, other_misses, other_plain = (
        part.sum(axis=1, keepdims=True) - part for part in (hits, misses, misses * usual)
    )
    spread = thresholds.spreads["identical_answers"]
    city = ExpectedCounts((misses + 1) * usual, spread**2 + 1 / (misses + 1))
    views = [
        city,
        expected_beside(misses, usual, other_hits, other_misses, other_plain, spread, thresholds),
    ]
    found = find_excesses("identical_answers", hits, views, hits + misses, thresholds)
    rank = np.full(ballots.patterns, -1)
    rank[often] = np.arange(len(often))
    rows = np.flatnonzero(rank[ballots.pattern] >= 0)
    cell = (ballots.unit * ballots.sources + ballots.source)[rows] * len(often) + rank[
        ballots.pattern
    ][rows]
    return excess_clusters("identical_answers", found, cell, rows, thresholds)


SIGNAL = Signal("identical_answers", find)
