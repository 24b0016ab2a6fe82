"""How many ballots of a kind were to be expected, and how sure it is that more of them are organised.

Everything is compared twice, as differences in differences: the same opinion by the unit's other sources, and other
opinions by the same source. An event that many people react to shows in every source; a reminder shows in every
opinion. What shows in one source and one opinion alone is explained by neither, and only that is an excess.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from aggregation.ballot_table import DIRECTIONS, BallotTable, Bools, Floats, Ints
from aggregation.clusters import Cluster, level_of
from aggregation.thresholds import Thresholds

FAR = np.array([[abs(a - b) >= 2 or b == 5 for b in range(DIRECTIONS)] for a in range(DIRECTIONS)], dtype=np.float64)
"""Which opinions are other ones: neighbours are not, for an ordered answer is varied by a step. The last has none."""
FAR[5] = [1, 1, 1, 1, 1, 0]
ENOUGH = 20
"""Ballots of a source from which on a unit's share is taken for the city's."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The mean of a count and the squared relative deviation of that mean; arrays of one shape."""

    mean: Floats
    doubt: Floats


def across_units(hits: Floats, misses: Floats) -> Floats:
    """Odds of a mark by (unit, source), from all other units: what changes for the whole city at once."""
    hit, miss = hits.sum(axis=2), misses.sum(axis=2)
    return (hit.sum(axis=0) - hit + 1) / (miss.sum(axis=0) - miss + 1)


def usual_odds(hits: Floats, misses: Floats) -> Floats:
    """Odds of a mark by (unit, source): the median of the units, which a few manipulated ones do not move."""
    hit, miss = hits.sum(axis=2), misses.sum(axis=2)
    each = np.where(hit + miss >= ENOUGH, (hit + 0.5) / (miss + 0.5), np.nan)
    known = ~np.isnan(each).all(axis=0)
    middle = (hit.sum(axis=0) + 0.5) / (miss.sum(axis=0) + 0.5)
    middle[known] = np.nanmedian(each[:, known], axis=0)
    return np.broadcast_to(middle, hit.shape)


def expect(hits: Floats, misses: Floats, odds: Floats, spread: float, thresholds: Thresholds) -> Expected:
    """Marked ballots that were to be expected by (unit, source, direction).

    Args:
        hits, misses: marked and other ballots by (unit, source, direction).
        odds: of the mark, by (unit, source).
        spread: relative deviation between honest units.
    """
    plain = misses * odds[:, :, None]
    few = thresholds.shrinkage
    other_sources = plain.sum(axis=1, keepdims=True) - plain
    event = (hits.sum(axis=1, keepdims=True) - hits + few) / (other_sources + few)
    other_opinions = plain @ FAR.T
    habit = (hits @ FAR.T + few) / (other_opinions + few)
    known = np.maximum(other_sources, other_opinions)
    doubt = spread**2 + 1 / (misses + 1) + 1 / (known + few)
    return Expected(plain * np.maximum(1, np.maximum(event, habit)), doubt)


def reality(observed: Floats, expected: Expected, most: Floats, thresholds: Thresholds) -> Floats:
    """The probability that more than chance stands behind each count.

    A Bayes factor: negative binomial (the mean uncertain by a gamma distribution) against any number up to ``most``.
    """
    mean = np.maximum(expected.mean, 1e-9)
    shape = 1 / np.maximum(expected.doubt, 1e-9)
    by_chance = stats.nbinom.logpmf(observed, shape, shape / (shape + mean))
    log_odds = np.log(thresholds.prior / (1 - thresholds.prior)) - np.log(most + 1) - by_chance
    return np.where(observed > mean, 1 / (1 + np.exp(-np.clip(log_odds, -700, 700))), 0.0)


@dataclass(frozen=True, slots=True)
class Excess:
    """Cells (places in flattened arrays) with more than expected, and the posterior of each one's members."""

    cells: Ints
    observed: Floats
    expected: Floats
    posterior: Floats


def excesses(rule: str, observed: Floats, expected: Expected, most: Floats, thresholds: Thresholds) -> Excess:
    """The cells in which a rule finds something: at least ``thresholds.least`` too many, and hardly by chance."""
    flat, mean = observed.ravel(), expected.mean.ravel()
    cells = np.flatnonzero(flat - mean >= thresholds.least)
    chosen = Expected(mean[cells], np.broadcast_to(expected.doubt, observed.shape).ravel()[cells])
    real = reality(flat[cells], chosen, np.broadcast_to(most, observed.shape).ravel()[cells], thresholds)
    posterior = np.minimum(real * (1 - mean[cells] / flat[cells]), thresholds.ceilings.get(rule, 1.0))
    kept = real >= thresholds.doubt
    return Excess(cells[kept], flat[cells][kept], mean[cells][kept], posterior[kept])


def clusters(
    rule: str, found: Excess, cell: Ints, rows: Ints, thresholds: Thresholds, **more: float
) -> Iterator[Cluster]:
    """A cluster for each excess.

    Args:
        cell: of each of ``rows``, the place that `Excess.cells` names.
        rows: of the table, ascending.
        more: further numbers of evidence, the same for all.
    """
    wanted = np.isin(cell, found.cells)
    cell, rows = cell[wanted], rows[wanted]
    order = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell[order], found.cells)
    ends = np.searchsorted(cell[order], found.cells, side="right")
    for at, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        posterior = float(found.posterior[at])
        evidence = {"observed": float(found.observed[at]), "expected": round(float(found.expected[at]), 1), **more}
        members = tuple(rows[order[start:end]].tolist())
        yield Cluster(rule, members, posterior, evidence, level_of(posterior, thresholds))


def marked(rule: str, ballots: BallotTable, mark: Bools, thresholds: Thresholds) -> Iterator[Cluster]:
    """Clusters of ballots of one unit, source and opinion that carry a mark more often than is usual."""
    hits, misses = ballots.count(mark), ballots.count(~mark)
    expected = expect(hits, misses, usual_odds(hits, misses), thresholds.spreads[rule], thresholds)
    most = (hits + misses).sum(axis=2, keepdims=True)
    found = excesses(rule, hits, expected, most, thresholds)
    yield from clusters(rule, found, ballots.cell[mark], np.flatnonzero(mark), thresholds)
