"""The coverage benchmark in short: weighted scores, and differences with common raters."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.coverage.weighted import BLIND, CASES

RUNS = 250
"""The standard error of a coverage of 0.93 is 0.016 then; the bounds lie four of them away."""


@pytest.mark.parametrize(
    "case", ["four cells, lopsided answers", "raked to two margins", "difference, all in common"]
)
def test_intervals_cover_what_they_should(case: str) -> None:
    share, width = CASES[case](RUNS, np.random.default_rng(20261126))
    assert 0.865 <= share <= 0.995
    assert 0 < width < 15


def test_ignoring_raters_in_common_makes_differences_too_wide() -> None:
    (blind,) = BLIND.values()
    chance = np.random.default_rng(20261126)
    assert blind(RUNS, chance)[1] > 1.2 * CASES["difference, all in common"](RUNS, chance)[1]
