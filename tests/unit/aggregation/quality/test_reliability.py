"""Alpha and omega: R's psych agrees; the sums are exact, add up and leave out own staff."""

from __future__ import annotations

from fractions import Fraction

import pytest

from aggregation.counts.ratings import PatternReader
from aggregation.quality.reliability import (
    consistency,
    correlations,
    cronbach_alpha,
    item_sums,
    mcdonald_omega,
    one_factor,
)
from survey_flows.errors import BadInput
from survey_flows.questionnaire import Questionnaire
from tests.oracles import made, values
from tests.scoring import QUESTIONNAIRES, TITLE, rating, row, scheme

THREE = Questionnaire(
    "three", "1", TITLE, (rating("overall", 40, overall=True), rating("a", 30), rating("b", 30))
)


def reader() -> PatternReader:
    return PatternReader(QUESTIONNAIRES, scheme())


@pytest.mark.parametrize("items", [3, 4])
def test_psych_agrees(items: int) -> None:
    theirs = values("psych.csv", "made")
    rows = [
        row(" ".join(r.ratings.split()[:items]), questionnaire="three" if items == 3 else "window")
        for _, r in made()
    ]
    if items == 3:
        whole = [r.ratings.split() for _, r in made()]
        rows = [r for r, codes in zip(rows, whole, strict=True) if "DK" not in codes]
    found = consistency(rows, {**QUESTIONNAIRES, "three": THREE}, scheme())
    (ours,) = found.values()
    assert ours.n == theirs[str(items), "complete"]
    assert float(ours.alpha or 0) == pytest.approx(theirs[str(items), "alpha"], abs=1e-12)
    assert ours.omega == pytest.approx(theirs[str(items), "omega_polished"], abs=1e-9)
    assert ours.omega == pytest.approx(theirs[str(items), "omega"], abs=1e-7)


def test_only_complete_ballots_that_count() -> None:
    rows = [row("VS S S S", 6), row("B B S D", 7), row("D VD D B", 2, weight=1)]
    others = [
        row("VS DK S S", 50),
        row("VD - VD VD", 9),
        row("VD VS VD VS", 30, weight=0),
        row("VD VS VD VS", 8, grp="staff"),
    ]
    alone, beside = (consistency(part, QUESTIONNAIRES, scheme()) for part in (rows, rows + others))
    assert alone == beside
    assert alone["window"].n == 15


def test_the_sums_of_parts_add_up_and_alpha_is_exact() -> None:
    sums = item_sums({"VS S S S": 2, "B B S D": 1}, "window", reader())
    assert (sums.n, sums.scale, sums.sums) == (3, 1, (260, 220, 240, 190))
    assert sums.products[0][1] == 2 * 100 * 80 + 60 * 60
    # Items move by 40, 20, 0 and 50 from one pattern to the other: variances are in their squares.
    assert cronbach_alpha(sums) == Fraction(4, 3) * (
        1 - Fraction(40**2 + 20**2 + 50**2, (40 + 20 + 50) ** 2)
    )
    assert correlations(sums) is None
    assert mcdonald_omega(None) is None


def test_a_single_item_has_no_consistency() -> None:
    (found,) = consistency(
        [row("VS", 9, questionnaire="single")], QUESTIONNAIRES, scheme()
    ).values()
    assert (found.items, found.alpha, found.omega) == (1, None, None)


def test_without_a_complete_ballot_there_is_none() -> None:
    (found,) = consistency([row("VS DK S S", 9)], QUESTIONNAIRES, scheme()).values()
    assert (found.n, found.alpha, found.omega) == (0, None, None)


def test_three_items_fix_the_factor() -> None:
    # r12 = λ1 λ2 and so on, with λ = .9, .8, .5.
    r = [[1, 0.72, 0.45], [0.72, 1, 0.4], [0.45, 0.4, 1]]
    assert one_factor(r) == pytest.approx([0.9, 0.8, 0.5], abs=1e-12)
    unique = 3 - 0.81 - 0.64 - 0.25
    assert mcdonald_omega(r) == pytest.approx(1 - unique / (3 + 2 * (0.72 + 0.45 + 0.4)), abs=1e-12)


def test_items_without_a_common_factor_have_no_omega() -> None:
    assert one_factor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]]) is None
    # λ1² = .9 · .9 / .1: more than an item can share.
    assert mcdonald_omega([[1, 0.9, 0.9], [0.9, 1, 0.1], [0.9, 0.1, 1]]) is None


def test_a_pattern_that_cannot_be_read_is_told() -> None:
    with pytest.raises(BadInput, match="should have 4 codes"):
        item_sums({"VS": 1}, "window", reader())
