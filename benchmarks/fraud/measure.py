"""One seed's figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from aggregation.fraud.ballot_table import BallotTable, Bools, opinions, read_ballots
from aggregation.fraud.clusters import Cluster
from aggregation.fraud.signals import registry
from aggregation.fraud.suspicion import FULL_WEIGHT, find_clusters, fraud_weights, posteriors
from aggregation.fraud.thresholds import Thresholds
from benchmarks.fraud import comments, insider, ranking
from benchmarks.fraud.scenario import Scenario, angered, attacked, is_honest

THRESHOLDS = Thresholds()


@dataclass
class Figures:
    """Counts that add up over seeds.

    ``flagged`` and ``total`` are ballots by origin; rank shifts are by (weights, attack).
    ``rules`` are flagged ballots by (rule left out, origin).
    ``calibration`` is (organised, all) by tenth of the posterior.
    """

    flagged: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    shares: dict[str, list[float]] = field(default_factory=dict)
    shifts: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    calibration: Counter[tuple[int, bool]] = field(default_factory=Counter)
    comments: Counter[str] = field(default_factory=Counter)
    insider: Counter[str] = field(default_factory=Counter)

    def add(self, other: Figures) -> None:
        """Add another seed's."""
        for name in ("flagged", "total", "rules", "calibration", "comments", "insider"):
            getattr(self, name).update(getattr(other, name))
        for mine, theirs in ((self.shares, other.shares), (self.shifts, other.shifts)):
            for key, values in theirs.items():
                mine.setdefault(key, []).extend(values)


def attack(seed: int) -> Figures:
    """Count flagged ballots and moves of ranks in an attacked city, with and without each rule."""
    scenario, figures = attacked(seed), Figures()
    said = comments.write(scenario, seed)
    ballots = read_ballots(scenario.ballots, opinions(ranking.scheme()))
    found = find_clusters(ballots, said, THRESHOLDS)
    probability = posteriors(ballots, found, THRESHOLDS)
    _count(figures, scenario, fraud_weights(probability, THRESHOLDS) < FULL_WEIGHT)
    organised = ~is_honest(scenario.truth) & (scenario.truth != "cover")
    figures.calibration.update(
        zip((probability * 10).astype(int).tolist(), organised.tolist(), strict=True)
    )
    _ranks(figures, scenario, ballots, found)
    _comments(figures, scenario, said.units, found)
    _insider(figures, scenario, seed)
    return figures


def wave(seed: int) -> Figures:
    """Count in a city with one honest wave of anger, of which nothing should be flagged."""
    return _wave(angered(seed), "wave")


def viral(seed: int) -> Figures:
    """Count the same for the open link alone, which no signal tells from a brigade."""
    return _wave(angered(seed, viral=True), "viral")


def _wave(scenario: Scenario, name: str) -> Figures:
    figures = Figures()
    ballots = read_ballots(scenario.ballots, opinions(ranking.scheme()))
    probability = posteriors(
        ballots, find_clusters(ballots, comments.Comments(), THRESHOLDS), THRESHOLDS
    )
    flagged = fraud_weights(probability, THRESHOLDS) < FULL_WEIGHT
    angry = scenario.truth == "wave"
    figures.shares = {
        name: [float(flagged[angry].mean())],
        f"honest beside {name}": [float(flagged[~angry].mean())],
    }
    return figures


def _count(figures: Figures, scenario: Scenario, flagged: Bools) -> None:
    for origin in np.unique(scenario.truth).tolist():
        mine = scenario.truth == origin
        figures.total[origin] += int(mine.sum())
        figures.flagged[origin] += int((flagged & mine).sum())
        figures.shares.setdefault(origin, []).append(float(flagged[mine].mean()))


def _ranks(
    figures: Figures, scenario: Scenario, ballots: BallotTable, found: list[Cluster]
) -> None:
    full = np.full(len(ballots), FULL_WEIGHT)
    before = ranking.ranks(scenario.ballots, full, is_honest(scenario.truth))
    views = {"no weights": full}
    for rule in ["", *(name for name in registry() if name != "similar_comments")]:
        name = f"without {rule}" if rule else "all rules"
        views[name] = fraud_weights(posteriors(ballots, found, THRESHOLDS, {rule}), THRESHOLDS)
        for origin in np.unique(scenario.truth).tolist():
            figures.rules[name, origin] += int(
                ((views[name] < FULL_WEIGHT) & (scenario.truth == origin)).sum()
            )
    for name, given in views.items():
        after = ranking.ranks(scenario.ballots, given)
        for kind, moved in ranking.shifts(before, after, scenario.targets).items():
            figures.shifts[name, kind] = moved


def _comments(figures: Figures, scenario: Scenario, units: object, found: list[Cluster]) -> None:
    names: list[str] = list(units)
    told = {names[c.comments[0]] for c in found if c.comments}
    scripted = {unit for unit, kind in scenario.targets.items() if kind in comments.SCRIPTED}
    figures.comments.update(
        {"scripted": len(scripted), "found": len(told & scripted), "wrong": len(told - scripted)}
    )


def _insider(figures: Figures, scenario: Scenario, seed: int) -> None:
    table, forged = insider.insert(scenario.ballots, np.random.default_rng([20261126, seed]))
    away, voters = insider.give_themselves_away(table, int(scenario.ballots["voter"].nunique()))
    figures.insider.update(
        {"rows": int(forged.sum()), "found": int((away & forged).sum()), "voters": voters}
    )
