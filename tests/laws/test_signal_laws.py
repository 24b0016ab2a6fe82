"""Laws of the signals, on simulated campaigns with every kind of attack."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aggregation.fraud.ballot_table import Comments, read_ballots
from aggregation.fraud.clusters import Cluster
from aggregation.fraud.suspicion import find_clusters, fraud_weights, posteriors
from aggregation.fraud.thresholds import Thresholds
from benchmarks.fraud.scenario import Scenario, angered, attacked
from tests.campaigns import PLACES, background

USUAL = Thresholds()
BALLOTS = 20_000
SEEDS = [1, 2]
OPPOSITE = {"VS": "VD", "S": "D", "B": "B", "D": "S", "VD": "VS"}


@cache
def scenario(seed: int) -> Scenario:
    return attacked(seed, BALLOTS)


def findings(rows: pd.DataFrame) -> tuple[list[Cluster], np.ndarray[Any, Any]]:
    ballots = read_ballots(rows, PLACES)
    found = find_clusters(ballots, Comments(), USUAL)
    return found, fraud_weights(posteriors(ballots, found, USUAL), USUAL)


def flags(rows: pd.DataFrame) -> list[int]:
    return findings(rows)[1].tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_the_rows_changes_nothing(seed: int) -> None:
    rows = scenario(seed).ballots
    order = np.random.default_rng(seed).permutation(len(rows))
    found, given = findings(rows)
    mixed, given_mixed = findings(rows.iloc[order].reset_index(drop=True))
    assert given_mixed.tolist() == given[order].tolist()
    assert sorted((c.rule, c.look, len(c.members), round(c.log_bayes, 6)) for c in mixed) == sorted(
        (c.rule, c.look, len(c.members), round(c.log_bayes, 6)) for c in found
    )
    assert 0 < (given < 4).sum() < len(rows) / 2


@pytest.mark.parametrize("seed", SEEDS)
def test_the_names_of_voters_units_and_sources_change_nothing(seed: int) -> None:
    rows = scenario(seed).ballots
    chance = np.random.default_rng(seed)
    renamed = rows.copy()
    renamed["voter"] = chance.permutation(rows["voter"].max() + 1)[rows["voter"]]
    for column in ("unit", "source"):
        names = sorted(rows[column].unique())
        renamed[column] = rows[column].map(
            dict(zip(names, chance.permutation(names).tolist(), strict=True))
        )
    assert flags(renamed) == flags(rows)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_direction_of_an_opinion_does_not_flag(seed: int) -> None:
    rows = scenario(seed).ballots
    turned = {
        text: " ".join(OPPOSITE.get(code, code) for code in text.split())
        for text in rows["ratings"].unique()
    }
    assert flags(rows.assign(ratings=rows["ratings"].map(turned))) == flags(rows)


def test_honest_ballots_of_other_units_change_no_weight_here() -> None:
    rows = scenario(1).ballots
    far = pd.DataFrame(background(6, "Z"))
    far = far.assign(
        source=far["source"].replace({"counter": "sms"}),
        voter=far.groupby("voter").ngroup() + 10_000_000,
    )
    here = flags(pd.concat([rows, far], ignore_index=True))[: len(rows)]
    assert np.mean(np.array(here) != np.array(flags(rows))) < 0.001


def test_attacks_are_found_and_honest_ballots_left_alone() -> None:
    seen, found, honest = {}, {}, 0.0
    for seed in SEEDS:
        low = np.array(flags(scenario(seed).ballots)) < 4
        truth = scenario(seed).truth
        for kind in ("sybil", "staff", "brigade", "slow_bot"):
            seen[kind] = seen.get(kind, 0) + int((truth == kind).sum())
            found[kind] = found.get(kind, 0) + int((low & (truth == kind)).sum())
        honest += float(low[truth == "honest"].mean()) / len(SEEDS)
    assert {kind: found[kind] / seen[kind] >= 0.7 for kind in seen} == dict.fromkeys(seen, True)
    assert honest < 0.01


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_honest_anger_is_not_flagged(seed: int) -> None:
    angry = angered(seed, BALLOTS)
    low = np.array(flags(angry.ballots)) < 4
    assert (low & (angry.truth == "wave")).sum() == 0
    assert (angry.truth == "wave").sum() > 50
