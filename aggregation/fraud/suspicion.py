"""From the findings of all rules to one probability and one weight for each ballot.

Nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from aggregation.fraud.ballot_table import BallotTable, Comments, Floats, Ints
from aggregation.fraud.clusters import Cluster
from aggregation.fraud.excess import probability_organised
from aggregation.fraud.signals import registry
from aggregation.fraud.thresholds import Thresholds

FULL_WEIGHT = 4
"""The weight of a ballot that counts in full, in quarters."""
EDGE = 0.005
"""No probability within a rule is taken for surer than this."""


def find_clusters(
    ballots: BallotTable, comments: Comments, thresholds: Thresholds
) -> list[Cluster]:
    """The findings of every signal, rule by rule."""
    return [
        cluster
        for signal in registry().values()
        for cluster in signal.find(ballots, comments, thresholds)
    ]


def posteriors(
    ballots: BallotTable,
    found: Sequence[Cluster],
    thresholds: Thresholds,
    without: Collection[str] = (),
) -> Floats:
    """The probability that each ballot is organised.

    Ballots of one unit, source and opinion are a case. The findings of the rules in it add up to
    the probability that it is real; the rule with the largest finding gives the organised share.
    Each rule then divides the ballots by Bayes: its members gain as its share exceeds the case's,
    the others lose as its finding covers the whole. Rules whose ceiling is below
    ``thresholds.doubt`` are hints for people and count for nothing here.
    """
    heard = [
        c for c in found if c.members and c.rule not in without and not _is_hint(c.rule, thresholds)
    ]
    rules = _by_rule(len(ballots), heard)
    size = np.bincount(ballots.cell).astype(np.float64)
    sums: dict[str, Floats] = {
        rule: np.bincount(ballots.cell, weights=claims, minlength=len(size)).astype(np.float64)
        for rule, claims in rules.items()
    }
    organised = np.minimum(np.max([np.zeros(len(size)), *sums.values()], axis=0), size * (1 - EDGE))
    base = organised / np.maximum(size, 1)
    log_odds = _log_odds(base)[ballots.cell]
    for rule, claims in rules.items():
        log_odds += thresholds.discount * _ratio(ballots.cell, claims, sums[rule], organised, size)
    reality = _reality(ballots, heard, len(size), thresholds)
    return np.asarray(
        np.where(base[ballots.cell] > 0, reality[ballots.cell] / (1 + np.exp(-log_odds)), 0.0)
    )


def _is_hint(rule: str, thresholds: Thresholds) -> bool:
    return thresholds.ceilings.get(rule, 1.0) < thresholds.doubt


def _reality(
    ballots: BallotTable, heard: Sequence[Cluster], cases: int, thresholds: Thresholds
) -> Floats:
    """The probability that a case is real: the best variant of each rule, summed over clusters."""
    looks: dict[tuple[str, str], Floats] = {}
    for cluster in heard:
        sums = looks.setdefault((cluster.rule, cluster.look), np.zeros(cases))
        sums[np.unique(ballots.cell[np.array(cluster.members)])] += cluster.log_bayes
    best: dict[str, Floats] = {}
    for (rule, _), sums in looks.items():
        best[rule] = np.maximum(best.get(rule, np.zeros(cases)), sums)
    strength = np.array([np.zeros(cases), *best.values()])
    # The strongest rule counts in full; the others are not quite independent of it.
    together = thresholds.discount * strength.sum(axis=0) + (
        1 - thresholds.discount
    ) * strength.max(axis=0)
    return np.array([probability_organised(bayes, thresholds) for bayes in together.tolist()])


def fraud_weights(probability: Floats, thresholds: Thresholds) -> Ints:
    """Fraud weights in quarters (0, 1, 2, 4)."""
    steps = (thresholds.doubt, thresholds.half, thresholds.nearly)
    return np.array([FULL_WEIGHT, 2, 1, 0])[np.searchsorted(steps, probability, side="right")]


def weights_with_and_without(
    ballots: BallotTable, found: Sequence[Cluster], thresholds: Thresholds
) -> Mapping[str, Ints]:
    """Weights by all rules (under ``""``) and, for each rule with findings, by all others."""
    names = ["", *sorted({cluster.rule for cluster in found if cluster.members})]
    return {
        name: fraud_weights(posteriors(ballots, found, thresholds, {name}), thresholds)
        for name in names
    }


def _by_rule(size: int, found: Sequence[Cluster]) -> dict[str, Floats]:
    """For each rule and ballot, the share of its clusters, smallest first.

    A wide window around a narrow one adds only its own excess, in proportion to the ballots still
    taken for honest.
    """
    result: dict[str, Floats] = {}
    for cluster in sorted(found, key=lambda cluster: (len(cluster.members), -cluster.share)):
        claims = result.setdefault(cluster.rule, np.zeros(size))
        rows = np.array(cluster.members)
        honest = 1 - claims[rows]
        left = cluster.share * len(rows) - claims[rows].sum()
        claims[rows] += honest * min(max(left / max(honest.sum(), 1e-9), 0.0), 1.0)
    return result


def _ratio(cell: Ints, claims: Floats, claimed: Floats, organised: Floats, size: Floats) -> Floats:
    """The log likelihood ratio of a rule for each ballot; 0 without findings in the case."""
    members = np.bincount(cell, weights=claims > 0, minlength=len(size))
    left = np.clip(1 - claimed / np.maximum(organised, 1e-9), EDGE, 1)
    honest = np.maximum(size - organised, 1e-9)
    left_honest = np.clip(1 - (members - claimed) / honest, EDGE, 1)
    outside = np.minimum(np.log(left / left_honest), 0)[cell]
    beyond = np.maximum(_log_odds(claims) - _log_odds(claimed / np.maximum(size, 1))[cell], outside)
    return np.where(claims > 0, beyond, np.where(claimed[cell] > 0, outside, 0.0))


def _log_odds(share: Floats) -> Floats:
    bound = np.clip(share, EDGE / 2, 1 - EDGE / 2)
    return np.asarray(np.log(bound / (1 - bound)))
