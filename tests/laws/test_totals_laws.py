"""Scores from the public totals are those from the ballots, and no small cell is in them."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from functools import cache
from random import Random

import pytest

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, tally
from aggregation.disclosure.suppression import disclose
from aggregation.estimation.scores import UnitScore, score_tally
from aggregation.scheme.scheme import Scheme
from bot.results.blocks import ballots_by_weight as released_by_weight
from bot.verification.public_totals import (
    contradicted_units,
    public_totals,
    read_totals,
    recomputed_scores,
    result_body,
    write_totals,
)
from survey_flows.errors import BadInput
from tests.scoring import GROUPS, QUESTIONNAIRES, row, scheme

CATEGORIES = {"U": "econ", "V": "district", "W": "econ"}
SEEDS = 80
CODES = ("VS", "S", "B", "D", "VD", "DK", "-")


def drawn(seed: int) -> list[PatternCount]:
    chance = Random(seed)
    groups = chance.sample(GROUPS, chance.randint(1, 6))
    most = chance.choice([1, 6, 40])
    fraud = chance.choice([(4,), (4, 4, 4, 0), (0, 1, 2, 4)])
    return [
        row(
            " ".join(chance.choices(CODES, k=4)),
            chance.randint(1, most),
            unit=chance.choice(list(CATEGORIES)),
            grp=chance.choice(groups),
            source=chance.choice(["open", "invited"]),
            weight=chance.choice(fraud),
        )
        for _ in range(chance.choice([5, 30, 200]))
    ]


def published(rows: list[PatternCount], rules: Scheme) -> tuple[dict[str, UnitScore], bytes]:
    counted = tally(rows, PatternReader(QUESTIONNAIRES, rules))
    scores = score_tally(counted, CATEGORIES, rules)
    return scores, write_totals(public_totals("2026", counted, scores, rules))


def ruled(seed: int) -> Scheme:
    chance = Random(-seed - 1)
    cap = Decimal(chance.choice([0, 30, 30, 100]))
    return scheme(group=chance.choice([0, 10, 30]), unit=50).model_copy(
        update={"open_link_cap_pct": cap}
    )


@cache
def case(seed: int) -> tuple[Scheme, list[PatternCount], dict[str, UnitScore], bytes]:
    rules, rows = ruled(seed), drawn(seed)
    return rules, rows, *published(rows, rules)


def test_scores_are_recomputed_exactly_wherever_nothing_they_rest_on_is_withheld() -> None:
    seen: dict[str, int] = dict.fromkeys(
        ["exact", "with spread", "rests on withheld", "withheld", "pooled"], 0
    )
    for seed in range(SEEDS):
        rules, _, scores, file = case(seed)
        found = read_totals(file)
        again = recomputed_scores(found, CATEGORIES, rules)
        assert contradicted_units(found, again) == []
        told = {unit["unit"]: unit for unit in found["units"]}
        for name, score in scores.items():
            got = again[name]
            if got is None:
                hidden = {g["group"] for g in told[name].get("groups", ()) if g["cells"] is None}
                pooled = "pooled" in score.flags
                relied = {g.group for g in score.groups if g.weight_used or (pooled and g.weight)}
                assert "withheld" in told[name] or hidden & relied
                seen["withheld" if "withheld" in told[name] else "rests on withheld"] += 1
                continue
            assert got.score == score.score
            assert got.n_valid in (None, score.n_valid)
            seen["exact"] += 1
            seen["pooled"] += "pooled" in score.flags
            if got.variance is not None:
                assert (float(got.variance), got.unweighted) == (score.variance, score.unweighted)
                seen["with spread"] += 1
    assert all(seen.values()), seen


def test_no_cell_of_few_people_is_told_and_none_follows_from_the_others() -> None:
    for seed in range(SEEDS):
        rules, rows, scores, file = case(seed)
        reader = PatternReader(QUESTIONNAIRES, rules)
        shown = disclose(scores, released_by_weight(rows), rules)
        for unit in read_totals(file)["units"]:
            if "withheld" in unit:
                told = shown[unit["unit"]]
                assert told.withheld == (scores[unit["unit"]].n_valid < 10)
                assert told.n_valid in (None, 0), (
                    "few answered, or its counts protect those of another unit"
                )
                assert set(unit) == {"unit", "withheld"}
                continue
            hidden = [group["group"] for group in unit["groups"] if group["cells"] is None]
            few = [g.group for g in scores[unit["unit"]].groups if 0 < g.n_valid < 10]
            assert set(few) <= set(hidden)
            # One group alone would follow from the unit's figures by subtraction;
            # groups without weight are not in them.
            weighing = {g.group for g in scores[unit["unit"]].groups if g.weight}
            assert len(weighing & set(few)) != 1 or len(weighing & set(hidden)) > 1
            for group in unit["groups"]:
                for cell in group["cells"] or ():
                    own = [
                        r
                        for r in rows
                        if (r.unit, r.grp, r.source == "open")
                        == (unit["unit"], group["group"], cell["link"] == "open")
                        and reader.outcomes[reader.place(r.questionnaire, r.ratings)].score
                        is not None
                    ]
                    by_weight = {
                        w: sum(r.count for r in own if r.weight == w)
                        for w in {r.weight for r in own}
                    }
                    assert sum(by_weight.values()) in (0, *range(10, 10**6))
                    if "w2" in cell and len(by_weight) > 1:
                        assert min(by_weight.values()) >= 10


def test_a_changed_sum_or_score_is_noticed() -> None:
    rules = scheme(unit=50)
    rows = [
        row(pattern, 20, grp=g) for g in GROUPS for pattern in ("VS S B D", "S S S S", "D VD B VS")
    ]
    _, file = published(rows, rules)
    assert result_body("2026", file) != result_body("2026", file + b"\n")
    for change in ("score", "wy", "n", "counted", "scale"):
        found = json.loads(file)
        unit = found["units"][0]
        if change == "score":
            unit["score"] = str(Decimal(unit["score"]) + Decimal("0.0001"))
        elif change == "counted":
            unit["groups"][0]["counted"] = False
        elif change == "scale":
            found["scale"] += 1
        else:
            unit["groups"][0]["cells"][0][change] -= 1 if change == "wy" else 60
        if change in ("n", "counted"):
            with pytest.raises(BadInput, match=r"counted contradicts|impossible"):
                recomputed_scores(found, CATEGORIES, rules)
        else:
            assert "U" in contradicted_units(found, recomputed_scores(found, CATEGORIES, rules))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format":"other"}'])
def test_what_is_no_totals_file_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_totals(text.encode())


@pytest.mark.parametrize(
    "units",
    [
        None,
        [],
        [{}],
        [{"unit": "U", "withheld": True}, {"unit": "V", "withheld": True}],
        [{"unit": name, "withheld": True} for name in ("U", "V", "W", "W")],
        [
            {
                "unit": "U",
                "groups": [{"group": "resident", "counted": True, "cells": [{"link": "tap"}]}],
            }
        ],
    ],
)
def test_damaged_totals_are_refused(units: object) -> None:
    found = {"format": "minping-totals/1", "campaign": "2026", "scale": 1, "units": units}
    with pytest.raises(BadInput, match=r"damaged|each unit"):
        recomputed_scores(found, CATEGORIES, scheme())


def test_a_unit_nobody_answered_for_has_no_score() -> None:
    _, file = published([], scheme())
    assert [unit["withheld"] for unit in read_totals(file)["units"]] == [True] * 3
    assert Fraction(0) not in recomputed_scores(read_totals(file), CATEGORIES, scheme()).values()
