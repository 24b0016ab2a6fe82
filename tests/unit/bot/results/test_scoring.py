"""Ranked and disclosed figures of a closed campaign: scores, reliability, covariances."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregation.counts.scan import PatternCount
from bot.publication.exports.score_pages import covariances_page, reliability_page, scores_page
from bot.results.blocks import unit_blocks
from bot.results.releases import Release, _reader
from bot.results.scoring import ScoredCampaign, score_release, unit_ranks
from tests.disclosure.linear import RATED, make_campaign

CODES = ("VS", "S", "B", "D", "VD")
SIZES = {"A": 100, "B": 400, "C": 400, "D": 100, "E": 3}
UNLIKE = {
    "A": (80, 15, 5, 0, 0),
    "B": (70, 20, 10, 0, 0),
    "C": (40, 30, 20, 5, 5),
    "D": (20, 30, 20, 20, 10),
}


def scored(graded: str = "direct", units: str = "ABCD") -> ScoredCampaign:
    """Four units that differ, and perhaps E of three answers; A shares raters with B and E."""
    registered = make_campaign(list(units))
    registered = replace(
        registered, scheme=registered.scheme.model_copy(update={"graded_score": graded})
    )
    rows = [
        PatternCount(
            unit,
            "econ",
            "resident",
            "",
            "invited",
            4,
            " ".join([code] * (RATED - 1) + [last]),
            count,
        )
        for unit in units
        for code, last, share in zip(
            CODES, ("S", *CODES), UNLIKE.get(unit, (100, 0, 0, 0, 0)), strict=False
        )
        if (count := SIZES[unit] * share // 100)
    ]
    release = Release(
        "c",
        1,
        0,
        unit_blocks(rows, _reader(registered)),
        covariances={("A", "B"): 0.25, ("A", "E"): 0.5},
    )
    return score_release(registered, release)


def test_grades_use_the_direct_score_unless_the_scheme_says_otherwise() -> None:
    direct, shrunken = scored(), scored("shrunken")
    assert direct.graded == direct.scores
    found = direct.shrinkage()["B_econ"]
    assert found.family is not None
    for unit in "ABCD":
        score = shrunken.graded[unit]
        assert float(score.score or 0) == pytest.approx(found.units[unit].score, abs=1e-9)
        assert score.variance == found.units[unit].variance
        assert shrunken.scores[unit].score == direct.scores[unit].score
        # The disclosed score stays the direct one, with its interval.
        assert shrunken.disclosed[unit] == direct.disclosed[unit]
    assert set(unit_ranks(shrunken)) == set(unit_ranks(direct)) == set("ABCD")
    assert (direct.covariances, shrunken.covariances) == ({("A", "B"): 0.25, ("A", "E"): 0.5}, None)


def test_what_is_told_of_small_units_beside() -> None:
    whole = scored()
    page = scores_page(whole)
    rows = {
        row[0]: dict(zip([c.name for c in page.columns], row, strict=True)) for row in page.rows
    }
    assert float(rows["A"]["shrunken_score"]) < float(rows["A"]["public_score"])  # type: ignore[arg-type]
    assert "own_share" not in rows["A"]
    # Whose number of answers is hidden is not told by the share of its own data.
    hidden = {
        code: replace(told, n_valid=None) if code == "A" else told
        for code, told in whole.disclosed.items()
    }
    assert set(whole.borrowed(hidden)) == set("BCD")
    # E's three answers hide the numbers of others, which could be had from the sum of all.
    beside = scored(units="ABCDE")
    told = beside.disclosed
    assert (
        set(beside.borrowed(told))
        == {code for code, it in told.items() if it.n_valid is not None}
        < set("ABCD")
    )


def test_reliability_is_exported_without_units_of_few_answers() -> None:
    whole = scored(units="ABCDE")
    found = {(row[2], row[3]): row[6] for row in reliability_page([whole]).rows}
    assert set(found) == {("econ", "alpha"), ("econ", "omega")} | {
        ("B_econ", name) for name in ("reliability", "units", "mean", "between", "within")
    }
    assert found["B_econ", "units"] == 4
    fewer = replace(whole, counts=tuple(row for row in whole.counts if row.unit != "E"))
    assert whole.consistency(whole.disclosed) == fewer.consistency(whole.disclosed)
    few = replace(whole, counts=tuple(replace(row, count=1) for row in whole.counts))
    assert few.consistency(whole.disclosed) == {}


def test_covariances_are_exported_of_ranked_units_alone() -> None:
    assert covariances_page([scored()]).rows == (("c", "A", "B", 0.25),)
