"""Population figures: read by row, frozen with the scheme, and shown in every publication."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest

from aggregation.counts.scan import PatternCount
from aggregation.scheme.population import Population
from aggregation.scheme.scheme import parse_scheme
from bot.campaigns.drafting import chosen_scheme
from bot.campaigns.population_file import read_population
from bot.campaigns.scheme_files import shipped_scheme
from bot.publication.exports.method_page import method_page
from bot.publication.exports.score_pages import groups_page
from bot.results.blocks import unit_blocks
from bot.results.releases import Release, _reader, next_release, read_release
from bot.results.scoring import ScoredCampaign, score_release
from bot.spreadsheets.reader import read_sheet
from survey_flows.errors import BadInput
from tests.disclosure.linear import RATED, make_campaign, published_totals

CSV = "group,value,people\nresident,a,30000\nresident,b,70000\n"
EXAMPLE = Path(__file__).parents[4] / "docs" / "examples" / "population.csv"


def test_a_table_goes_into_the_scheme_that_is_frozen(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(CSV)
    found = json.loads(chosen_scheme(None, file))["population"]
    assert [(f["group"], f["margin"], f["value"], f["people"]) for f in found["figures"]] == [
        ("resident", 0, "a", 30000),
        ("resident", 0, "b", 70000),
    ]
    assert (found["least"], found["heaviest"]) == (10, "5")
    assert json.loads(chosen_scheme(None))["population"] is None


def test_the_example_can_be_used() -> None:
    population = json.loads(chosen_scheme(None, EXAMPLE))["population"]
    assert set(Population.model_validate(population).targets()[("", "resident")].margins) == {1, 2}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "group,value,people\nresident,a,0\n",
            "row 2, column people: «0» is not a number of people",
        ),
        ("group,value,people\nresident,a,1.5\n", "row 2, column people: «1.5»"),
        ('group,value,people\nresident,a,"1,5"\n', "row 2, column people: «1,5»"),
        ('group,value,people\nresident,a,"12,00"\n', "row 2, column people: «12,00»"),
        ("group,margin,value,people\nresident,9,a,3\n", "row 2, column margin: «9» is no margin"),
        (
            "group,value,people\nresident,a,3\nresident,a,4\n",
            "row 3, column value: the same people stand in row 2",
        ),
        ("group,value\nresident,a\n", "the column «people» is missing"),
    ],
)
def test_what_is_wrong_is_told_by_row_and_column(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_population(read_sheet("p.csv", text.encode()))


def test_a_comma_before_every_three_digits_is_read() -> None:
    table = 'group,value,people\nresident,a,"1,200"\nresident,b,"12,000,000"\n'
    figures = read_population(read_sheet("p.csv", table.encode()))
    assert [it["people"] for it in figures] == ["1200", "12000000"]


def test_a_group_that_nobody_knows_is_told_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(CSV.replace("resident", "martian"))
    with pytest.raises(BadInput, match=r"people\.csv.*'martian' is unknown"):
        chosen_scheme(None, file)
    with pytest.raises(BadInput, match="cannot be read"):
        chosen_scheme(None, tmp_path / "missing.csv")


def weighted() -> ScoredCampaign:
    """Unit A with 400 residents, of whom the few in stratum b are not content; B without strata."""
    scheme = parse_scheme(
        shipped_scheme().model_dump(mode="json") | {"population": {"figures": FIGURES}}
    )
    registered = replace(make_campaign(["A", "B"]), scheme=scheme)
    rows = [
        rated("A", "a", "VS", 300),
        rated("A", "b", "D", 100),
        rated("B", "", "S", 150),
        rated("A", "a", "S", 20),
    ]
    return score_release(registered, Release("c", 1, 0, unit_blocks(rows, _reader(registered))))


FIGURES = [
    {"group": "resident", "value": value, "people": people}
    for value, people in (("a", 30000), ("b", 70000))
]


def rated(unit: str, stratum: str, code: str, count: int) -> PatternCount:
    return PatternCount(
        unit, "econ", "resident", stratum, "invited", 4, " ".join([code] * RATED), count
    )


def test_a_release_keeps_the_strata_and_is_scored_by_them() -> None:
    scored = weighted()
    content = Fraction(300 * 100 + 20 * 80, 320)
    assert scored.scores["A"].score == Fraction(3, 10) * content + Fraction(7, 10) * 30
    assert scored.scores["B"].score == 80
    release = scored.release
    assert release is not None
    body = json.loads(release.body())["units"]
    assert sorted(map(len, body["A"])) == [7, 7, 7]
    assert list(map(len, body["B"])) == [6]
    row = SimpleNamespace(campaign="c", number=1, at=0, body=release.body())
    row.digest = sha256(row.body.encode()).hexdigest()
    assert read_release(row) == release  # type: ignore[arg-type]


def test_few_who_move_between_strata_are_not_told_apart() -> None:
    scored = weighted()
    assert scored.release is not None
    old = scored.release.blocks["A"]
    move = {key: -4 if key[5] == "a" else 4 for key in old if key[4].startswith(("VS", "D"))}
    now = {"A": Counter({key: count + move.get(key, 0) for key, count in old.items()})}
    release, kept = next_release(
        scored.campaign, [scored.release], now | {"B": scored.release.blocks["B"]}, {}, 1
    )
    assert "group resident stratum a" in kept["A"]
    assert release.blocks["A"] == old


def test_exports_tell_the_figures_and_how_the_weighting_went() -> None:
    scored = weighted()
    lines = {line[0]: line[3] for line in method_page([scored], str, None).rows}
    assert lines["population.resident.b"] == "70000"
    assert "0.2–5" in str(lines["population"])
    page = groups_page([scored])
    named = [dict(zip([c.name for c in page.columns], row, strict=True)) for row in page.rows]
    told = {row["code"]: row for row in named if row["group"] == "resident"}
    shown = {
        name: told["A"][name]
        for name in ("weighted_to", "cells", "joined", "trimmed", "rounds", "gap")
    }
    assert shown == {
        "weighted_to": "cells",
        "cells": 2,
        "joined": 0,
        "trimmed": 0,
        "rounds": 1,
        "gap": 0.0,
    }
    assert told["B"]["weighted_to"] is None


def test_public_totals_keep_the_cells_back() -> None:
    units = {unit["unit"]: unit for unit in published_totals(weighted())["units"]}
    groups = {
        code: next(g for g in unit["groups"] if g["group"] == "resident")
        for code, unit in units.items()
    }
    assert groups["A"]["cells"] is None
    assert groups["B"]["cells"] is not None
