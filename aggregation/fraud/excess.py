"""Expected counts of ballots, and the certainty that the excess over them is organised.

Every count is compared with three others: the city, the same opinion by the unit's other sources,
and other opinions by the same source. An event that many people react to shows in every source; a
reminder shows in every opinion. Only a count that none of the three explains is an excess: it shows
in one source and one opinion alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from aggregation.fraud.ballot_table import DIRECTIONS, BallotTable, Bools, Floats, Ints
from aggregation.fraud.clusters import Cluster, level_of
from aggregation.fraud.thresholds import Thresholds

FAR = np.ones((DIRECTIONS, DIRECTIONS)) - np.eye(DIRECTIONS)
"""The opinions that serve as a comparison for an opinion.

The neighbours of the highest and the lowest opinion do not: an ordered answer is varied by a step.
Between them, an excess of a neighbour explains its own.
"""
FAR[[0, 4], [1, 3]] = 0
SIDES = np.array([0, 0, 2, 4, 4, 5])
"""The opinion's side: low, in between, high, none."""
MIN_SOURCE_BALLOTS = 20
"""Ballots of a source from which on a unit's share is taken for the city's."""


@dataclass(frozen=True, slots=True)
class ExpectedCounts:
    """The mean of a count and the squared relative deviation of that mean; arrays of one shape."""

    mean: Floats
    doubt: Floats


def across_units(hits: Floats, misses: Floats) -> Floats:
    """Odds of a mark by (unit, source) from all other units: changes of the whole city at once."""
    hit, miss = hits.sum(axis=2), misses.sum(axis=2)
    return np.asarray((hit.sum(axis=0) - hit + 1) / (miss.sum(axis=0) - miss + 1))


def usual_odds(hits: Floats, misses: Floats) -> Floats:
    """Odds of a mark by (unit, source): the median of units, which resists manipulated ones."""
    hit, miss = hits.sum(axis=2), misses.sum(axis=2)
    each = np.where(hit + miss >= MIN_SOURCE_BALLOTS, (hit + 0.5) / (miss + 0.5), np.nan)
    known = ~np.isnan(each).all(axis=0)
    middle = (hit.sum(axis=0) + 0.5) / (miss.sum(axis=0) + 0.5)
    middle[known] = np.nanmedian(each[:, known], axis=0)
    return np.broadcast_to(middle, hit.shape)


def expected_counts(
    hits: Floats, misses: Floats, odds: Floats, spread: float, thresholds: Thresholds
) -> list[ExpectedCounts]:
    """Expected marked ballots by (unit, source, direction), for each comparison.

    Args:
        hits, misses: marked and other ballots by (unit, source, direction).
        odds: of the mark, by (unit, source).
        spread: relative deviation between honest units.
    """
    usual = np.broadcast_to(odds[:, :, None], hits.shape)
    plain = misses * usual
    other_sources = (_others(hits), _others(misses), _others(plain))
    other_opinions = (hits @ FAR.T, misses @ FAR.T, plain @ FAR.T)
    city = ExpectedCounts((misses + 1) * usual, spread**2 + 1 / (misses + 1))
    # News do not keep to a source's usual hours: the other sources are also taken as they are.
    as_they_are = (other_sources[0], other_sources[1], other_sources[1] * usual)
    views = (other_sources, as_they_are, other_opinions)
    return [city, *(expected_beside(misses, usual, *view, spread, thresholds) for view in views)]


def expected_beside(
    misses: Floats,
    usual: Floats,
    hits: Floats,
    rest: Floats,
    plain: Floats,
    spread: float,
    thresholds: Thresholds,
) -> ExpectedCounts:
    """Expected marked ballots beside ``misses`` if the mark were as frequent as in a comparison.

    Args:
        usual: the city's odds of the mark for the cell.
        hits, rest, plain: the comparison's marked ballots, its others, and its usual marked ones.
    """
    few = thresholds.shrinkage
    odds = (hits + few * usual) / (plain + few * usual) * usual
    doubt = spread**2 + 1 / (misses + 1) + 1 / (hits + 1) + 1 / (rest + few)
    return ExpectedCounts((misses + 1) * odds, doubt)


def _others(counts: Floats) -> Floats:
    return np.asarray(counts.sum(axis=1, keepdims=True) - counts)


def log_bayes(observed: Floats, expected: ExpectedCounts, most: Floats) -> Floats:
    """The log Bayes factor of each count: any number up to ``most`` alike, against chance.

    By chance a count is negative binomial: Poisson with a gamma-distributed mean.
    """
    mean = np.maximum(expected.mean, 1e-9)
    shape = 1 / np.maximum(expected.doubt, 1e-9)
    by_chance = stats.nbinom.logpmf(observed, shape, shape / (shape + mean))
    return np.where(observed > mean, -np.log(most + 1) - np.maximum(by_chance, -700), -700.0)


@dataclass(frozen=True, slots=True)
class ExcessCells:
    """Cells (places in flattened arrays) with more than expected; the rest as in `Cluster`."""

    cells: Ints
    observed: Floats
    expected: Floats
    share: Floats
    log_bayes: Floats


def find_excesses(
    rule: str, observed: Floats, views: list[ExpectedCounts], most: Floats, thresholds: Thresholds
) -> ExcessCells:
    """The cells in which a rule finds something.

    By every view at least ``thresholds.least`` ballots are too many, and chance hardly explains
    them. The view that explains most of a cell decides.
    """
    highest = np.maximum.reduce([view.mean for view in views])
    cells = np.flatnonzero(observed.ravel() - highest.ravel() >= thresholds.least)
    count, bound = observed.ravel()[cells], np.broadcast_to(most, observed.shape).ravel()[cells]
    bayes = np.full(len(cells), 700.0)
    for view in views:
        chosen = ExpectedCounts(
            view.mean.ravel()[cells], np.broadcast_to(view.doubt, observed.shape).ravel()[cells]
        )
        bayes = np.minimum(bayes, log_bayes(count, chosen, bound))
    share = np.minimum(1 - highest.ravel()[cells] / count, thresholds.ceilings.get(rule, 1.0))
    kept = bayes >= thresholds.hint
    return ExcessCells(
        cells[kept], count[kept], highest.ravel()[cells][kept], share[kept], bayes[kept]
    )


def excess_clusters(
    rule: str,
    found: ExcessCells,
    cell: Ints,
    rows: Ints,
    thresholds: Thresholds,
    look: str = "",
    **more: float,
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
        share, bayes = float(found.share[at]), float(found.log_bayes[at])
        posterior = share * probability_organised(bayes, thresholds)
        evidence = {
            "observed": float(found.observed[at]),
            "expected": round(float(found.expected[at]), 1),
            **more,
        }
        members = tuple(rows[order[start:end]].tolist())
        level = level_of(posterior, thresholds)
        yield Cluster(rule, members, posterior, evidence, level, share, bayes, look)


def probability_organised(log_bayes: float, thresholds: Thresholds) -> float:
    """The probability that something organised stands behind evidence of that strength."""
    odds = math.log(thresholds.prior / (1 - thresholds.prior)) + log_bayes
    return 1 / (1 + math.exp(-max(min(odds, 700), -700)))


def marked_clusters(
    rule: str, ballots: BallotTable, mark: Bools, thresholds: Thresholds
) -> Iterator[Cluster]:
    """Clusters of ballots of one unit, source and opinion with more marks than usual."""
    hits, misses = ballots.count(mark), ballots.count(~mark)
    expected = expected_counts(
        hits, misses, usual_odds(hits, misses), thresholds.spreads[rule], thresholds
    )
    most = (hits + misses).sum(axis=2, keepdims=True)
    found = find_excesses(rule, hits, expected, most, thresholds)
    yield from excess_clusters(rule, found, ballots.cell[mark], np.flatnonzero(mark), thresholds)


def sum_by_side(counts: Floats) -> Floats:
    """Counts by (unit, source, direction), with each side's sum at its outer opinion."""
    result = counts.copy()
    result[..., [0, 4]] += result[..., [1, 3]]
    result[..., [1, 3]] = 0
    return result


def split_by_opinion(found: ExcessCells, counts: Floats, usual: Floats) -> ExcessCells:
    """Findings by side, split into cells of single opinions, each with its own excess share.

    Args:
        counts: observed ballots by (unit, source, direction).
        usual: of the same shape, the division of a side's two opinions without suspicion.
    """
    of_side = np.eye(DIRECTIONS, dtype=bool)[SIDES][:, SIDES]
    place, side = np.divmod(found.cells, DIRECTIONS)
    parts = []
    for direction in range(DIRECTIONS):
        at = np.flatnonzero(SIDES[direction] == side)
        here = place[at]
        flat = usual.reshape(-1, DIRECTIONS)[here]
        part = (flat[:, direction] + 0.5) / (flat[:, of_side[direction]] + 0.5).sum(axis=1)
        observed, expected = (
            counts.reshape(-1, DIRECTIONS)[here, direction],
            found.expected[at] * part,
        )
        at, kept = at[observed > expected], observed > expected
        share = 1 - expected[kept] / observed[kept]
        cells = here[kept] * DIRECTIONS + direction
        parts.append(ExcessCells(cells, observed[kept], expected[kept], share, found.log_bayes[at]))
    order = np.argsort(np.concatenate([part.cells for part in parts]))
    columns = ("cells", "observed", "expected", "share", "log_bayes")
    return ExcessCells(
        *(np.concatenate([getattr(part, name) for part in parts])[order] for name in columns)
    )
