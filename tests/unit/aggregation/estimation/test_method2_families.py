"""A short version of the benchmark of method 2: equal units, coverage, a first year, rivals."""

from __future__ import annotations

import pytest

from benchmarks.method2.certainty import rivals, states
from benchmarks.method2.families import KINDS, Kind, outcome
from benchmarks.method2.margins import product_cells
from benchmarks.method2.nonresponse import stayed_away

CITIES, SEED = 6, 20261202
CHOSEN = ("enterprise ~ Poisson(31)", "clusters of 15", "loose 250, lists, unit sd 6")
"""The issue's rows 4 and 5, and loose people who differ by unit."""


@pytest.mark.parametrize(
    "kind", [k for k in KINDS if k.name.startswith(CHOSEN)], ids=lambda kind: kind.name
)
def test_equal_units_are_seldom_surely_different_and_intervals_hold(kind: Kind) -> None:
    found = outcome(kind, CITIES, SEED)
    assert found.false <= 1
    assert found.coverage > 0.9
    assert found.rmse == pytest.approx(found.error, rel=0.35)


def test_a_first_year_has_results_from_loose_answers_alone() -> None:
    shares, agreement = states(0, 2, SEED)
    assert shares == {"provisional": 1.0}
    assert agreement > 0.4


def test_many_ballots_at_a_rival_move_the_others_little() -> None:
    mean, most = rivals(200, True, 24, 1, SEED)
    assert mean < 0.3
    assert most < 1.5


def test_cells_by_product_are_nearer_the_truth_than_no_weighting() -> None:
    bias, error, unweighted = product_cells(0.05, 5.0, 400, 30, SEED)
    assert abs(bias) < 1.5
    assert error < unweighted


def test_a_declared_bias_as_large_as_the_real_one_survives_non_response() -> None:
    """Row 11: intervals miss by four points; what all units have in common changes no rank."""
    alike, opposed = (stayed_away(500, half, 2, SEED) for half in (False, True))
    assert alike.coverage < 0.4
    assert alike.error < -2.5
    assert set(alike.false.values()) == {0.0}
    assert opposed.false[0.0] == 1.0
    assert list(opposed.false.values()) == sorted(opposed.false.values(), reverse=True)
    assert opposed.false[6.0] <= 0.5
    assert list(opposed.sure.values()) == sorted(opposed.sure.values(), reverse=True)
