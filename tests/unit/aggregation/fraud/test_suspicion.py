"""From findings to weights, and the limits of the signals' inputs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aggregation.fraud.ballot_table import NO_OPINION, Comments, opinions
from aggregation.fraud.clusters import Cluster, level_of
from aggregation.fraud.suspicion import (
    find_clusters,
    fraud_weights,
    posteriors,
    weights_with_and_without,
)
from aggregation.fraud.thresholds import Thresholds, read_thresholds
from survey_flows.facts import CheckLevel
from tests.campaigns import background, block, table
from tests.scoring import scheme

USUAL = Thresholds()
FARM = {
    "count": 40,
    "unit": "H03",
    "sources": ["open"],
    "ratings": ["VS VS VS VS"],
    "from": (4, 2),
    "every": 0.25,
}
NAMES = ("unit", "voter", "source", "ratings", "bucket", "risk")


def judged(rows: list[dict[str, Any]], **settings: Any) -> list[int]:
    ballots, thresholds = table(rows), replace(USUAL, **settings)
    found = find_clusters(ballots, Comments(), thresholds)
    return fraud_weights(posteriors(ballots, found, thresholds), thresholds).tolist()


def test_honest_ballots_all_count_in_full() -> None:
    assert set(judged(background())) == {4}


def test_a_farm_counts_for_nothing_and_everybody_else_in_full() -> None:
    honest = background()
    given = judged(honest + block("farm", FARM))
    assert (Counter(given[: len(honest)]), Counter(given[len(honest) :])) == (
        {4: len(honest)},
        {0: 40},
    )


@pytest.mark.parametrize(
    ("probability", "weight"),
    [(0, 4), (0.4999, 4), (0.5, 2), (0.6249, 2), (0.625, 1), (0.8749, 1), (0.875, 0), (1, 0)],
)
def test_a_weight_is_the_quarter_nearest_to_what_is_honest_and_doubt_is_for_the_citizen(
    probability: float, weight: int
) -> None:
    assert fraud_weights(np.array([probability]), USUAL).tolist() == [weight]


def test_levels_follow_the_same_steps() -> None:
    assert [level_of(p, USUAL) for p in (0.49, 0.5, 0.625, 0.875)] == [
        CheckLevel.COUNT,
        CheckLevel.DOWN_WEIGHT,
        CheckLevel.QUARANTINE,
        CheckLevel.REVIEW,
    ]


def test_weights_without_a_rule_are_those_of_all_others() -> None:
    ballots = table(background() + block("farm", FARM))
    found = find_clusters(ballots, Comments(), USUAL)
    views = weights_with_and_without(ballots, found, USUAL)
    alone = [cluster for cluster in found if cluster.rule != "lockstep"]
    assert set(views) == {"", *(cluster.rule for cluster in found)}
    assert {"lockstep", "odd_hours"} <= set(views)
    assert (
        views["lockstep"].tolist()
        == fraud_weights(posteriors(ballots, alone, USUAL), USUAL).tolist()
    )


def test_hints_alone_change_no_weight() -> None:
    ballots = table(background())
    everything = tuple(range(len(ballots)))
    hints = [
        Cluster(
            rule,
            everything,
            USUAL.ceilings[rule],
            {},
            CheckLevel.COUNT,
            USUAL.ceilings[rule],
            100.0,
        )
        for rule in ("burst", "source_share", "single_target")
    ]
    assert posteriors(ballots, hints, USUAL).max() == 0


@pytest.mark.parametrize(
    "rows", [[], background()[:1], [r for r in background() if r["source"] == "open"]]
)
def test_nothing_is_found_where_there_is_little_to_compare(rows: list[dict[str, Any]]) -> None:
    ballots = table(rows) if rows else table_of_nothing()
    assert find_clusters(ballots, Comments(), USUAL) == []
    assert fraud_weights(posteriors(ballots, [], USUAL), USUAL).tolist() == [4] * len(rows)


def table_of_nothing() -> Any:
    from aggregation.fraud.ballot_table import read_ballots
    from tests.campaigns import PLACES

    return read_ballots({name: [] for name in NAMES}, PLACES)


def test_thresholds_are_registered_as_canonical_json_and_read_back() -> None:
    text = replace(USUAL, least=20).dump()
    assert read_thresholds(text) == replace(USUAL, least=20)
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))


def test_opinions_are_symmetric_and_opposite_answers_have_opposite_directions() -> None:
    places = opinions(scheme())
    assert {code: places.get(code) for code in ("VS", "S", "B", "D", "VD", "DK", "-")} == {
        "VS": 2,
        "S": 1,
        "B": 0,
        "D": -1,
        "VD": -2,
        "DK": None,
        "-": None,
    }
    said = [
        "VS VS VS VS",
        "VS VS S S",
        "VS S S S",
        "S S B B",
        "B B B B",
        "D D B B",
        "VD VD D D",
        "DK DK - -",
    ]
    rows = [row | {"ratings": text} for row, text in zip(background(), said, strict=False)]
    assert table(rows).direction.tolist() == [4, 4, 3, 2, 2, 2, 0, NO_OPINION]


def test_evidence_names_neither_unit_nor_opinion() -> None:
    found = find_clusters(table(background() + block("farm", FARM)), Comments(), USUAL)
    assert found
    assert {name for cluster in found for name in cluster.evidence} <= {
        "observed",
        "expected",
        "hours",
    }
