"""Rank sets: simultaneous coverage, step-down, and bounds without covariances."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from multiple_inference.confidence_set import MarginalRanking, SimultaneousRanking
from scipy.stats import norm, t

from aggregation.appraisal.totals import as_estimate, degrees_of_freedom
from aggregation.estimation.intervals import Posterior
from aggregation.estimation.scores import GroupScore, score_units
from aggregation.ranking.draws import normals
from aggregation.ranking.pairs import (
    as_normal,
    freedom_of_differences,
    simulate,
    skewness_of_differences,
    studentised,
)
from aggregation.ranking.ranks import (
    UNKNOWN,
    JointInference,
    PairwiseComparison,
    RankSet,
    TotalEstimate,
    rank_sets,
    total_estimates,
)
from tests.cities import public
from tests.scoring import QUESTIONNAIRES, row, scheme


def totals(*pairs: tuple[int, float]) -> dict[str, tuple[Fraction, float]]:
    return {chr(97 + i): (Fraction(total), variance) for i, (total, variance) in enumerate(pairs)}


def test_without_uncertainty_the_rank_set_is_the_rank() -> None:
    assert rank_sets(total_estimates(totals((9, 0), (7, 0), (8, 0)))) == {
        "a": RankSet(1, 1),
        "b": RankSet(3, 3),
        "c": RankSet(2, 2),
    }


def test_exact_ties_share_their_places() -> None:
    assert rank_sets(total_estimates(totals((9, 0), (9, 0), (8, 0)))) == {
        "a": RankSet(1, 2),
        "b": RankSet(1, 2),
        "c": RankSet(3, 3),
    }


def test_differences_are_judged_by_the_sum_of_errors_and_bonferroni() -> None:
    # two units: z = quantile of 1 - 0.05/2 = 1.960; errors 1 + 1,
    # so a difference of 3.91 is open and 3.93 is not
    near = total_estimates({"a": (Fraction(391, 100), 1.0), "b": (Fraction(0), 1.0)})
    far = total_estimates({"a": (Fraction(393, 100), 1.0), "b": (Fraction(0), 1.0)})
    assert rank_sets(near) == {"a": RankSet(1, 2), "b": RankSet(1, 2)}
    assert rank_sets(far) == {"a": RankSet(1, 1), "b": RankSet(2, 2)}


def test_more_units_need_larger_differences() -> None:
    # three units: z = quantile of 1 - 0.05/6 = 2.394, so 3.93 no longer separates
    assert rank_sets(
        total_estimates(
            {"a": (Fraction(393, 100), 1.0), "b": (Fraction(0), 1.0), "c": (Fraction(-99), 1.0)}
        )
    ) == {
        "a": RankSet(1, 2),
        "b": RankSet(1, 2),
        "c": RankSet(3, 3),
    }


def test_ranks_among_some_count_only_those_and_oneself() -> None:
    known = total_estimates(totals((9, 0), (8, 0), (7, 0)))
    assert rank_sets(known, frozenset({"b", "c"})) == {
        "a": RankSet(1, 1),
        "b": RankSet(1, 1),
        "c": RankSet(2, 2),
    }


def test_one_unit_holds_the_first_place() -> None:
    assert rank_sets(total_estimates(totals((9, 4.0)))) == {"a": RankSet(1, 1)}


def shared(size: int, variance: float, correlation: float) -> JointInference:
    pairs = [(a, b) for a in range(size) for b in range(a + 1, size)]
    return JointInference(
        {(f"{a:02}", f"{b:02}"): correlation * variance for a, b in pairs}, "seed"
    )


def named(values: Iterable[float], variance: float) -> dict[str, TotalEstimate]:
    return total_estimates(
        {f"{at:02}": (Fraction(value), variance) for at, value in enumerate(values)}
    )


@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_sets_are_those_of_another_library(correlation: float) -> None:
    # both simulate, so the steps are such that no difference lies near a critical value
    size, variance = 14, 2.0
    step = 0.5 * np.sqrt(2 * variance * (1 - correlation))
    values = 70 + step * np.array([3, 9, 0, 13, 1, 12, 6, 2, 11, 5, 10, 4, 8, 7.0])
    together = shared(size, variance, correlation)
    compared = PairwiseComparison(named(values, variance), Decimal(95), together)
    covariance = (
        np.full((size, size), correlation * variance) + np.eye(size) * (1 - correlation) * variance
    )
    ours = [
        [(s.low, s.high) for _, s in sorted(sets.items())]
        for sets in (compared.sets(), compared.own_sets())
    ]
    for model, mine in zip((SimultaneousRanking, MarginalRanking), ours, strict=True):
        theirs = model(values, covariance, random_state=0).fit(n_samples=20_000).conf_int(0.05)
        assert np.array_equal(np.array(mine), theirs)


def test_own_sets_lie_within_the_simultaneous_ones() -> None:
    for together in (UNKNOWN, shared(24, 2.0, 0.3)):
        compared = PairwiseComparison(named(70 + np.arange(24) / 2, 2.0), Decimal(95), together)
        all_, own = compared.sets(), compared.own_sets()
        assert all(all_[u].low <= own[u].low <= own[u].high <= all_[u].high for u in own)
        assert sum(s.high - s.low for s in own.values()) < sum(
            s.high - s.low for s in all_.values()
        )


def test_covariance_of_shared_raters_narrows_the_sets_and_bounds_widen_them() -> None:
    values = named(range(70, 88, 2), 2.0)
    width = {
        name: sum(s.high - s.low for s in rank_sets(values, None, Decimal(95), together).values())
        for name, together in (
            ("shared", shared(9, 2.0, 0.6)),
            ("apart", shared(9, 2.0, 0.0)),
            ("unknown", UNKNOWN),
        )
    }
    assert width["shared"] < width["apart"] < width["unknown"]


def test_the_same_seed_gives_the_same_sets_whatever_the_order() -> None:
    values = named(70 + 4 * normals("order", 1, 9)[0], 2.0)
    backwards = dict(reversed(values.items()))
    together = shared(9, 2.0, 0.3)
    assert rank_sets(values, None, Decimal(95), together) == rank_sets(
        backwards, None, Decimal(95), together
    )


def missed(repeats: int, correlation: float, steps: list[float]) -> int:
    """Count how often the true rank of any unit lies outside its simultaneous set."""
    size, wrong = len(steps), 0
    covariance = np.full((size, size), correlation) + np.eye(size) * (1 - correlation)
    noise = simulate(covariance, normals(f"coverage/{correlation}", repeats, size))
    for seen in noise.T:
        together = shared(size, 1.0, correlation)
        sets = rank_sets(named(np.array(steps) + seen, 1.0), None, Decimal(95), together)
        # a true tie holds every place that it may be given
        low = [1 + sum(other > own for other in steps) for own in steps]
        high = [sum(other >= own for other in steps) for own in steps]
        wrong += any(
            not (sets[f"{at:02}"].low <= low[at] and high[at] <= sets[f"{at:02}"].high)
            for at in range(size)
        )
    return wrong


@pytest.mark.parametrize("correlation", [0.0, 0.7])
def test_all_sets_hold_together_in_95_of_100_cities(correlation: float) -> None:
    # the worst case is a city in which all are equal; of 200 repeats 10 may miss, give or take 3
    assert missed(200, correlation, [0.0] * 6) <= 10 + 3 * 3.1
    assert missed(200, correlation, [0.0, 0.0, 3.0, 3.0, 8.0, 8.0]) <= 10 + 3 * 3.1


def test_few_answers_make_a_difference_less_sure() -> None:
    known = np.array([[0.0, 3, 63], [-3, 0, 60], [-63, -60, 0]])
    scores = as_normal(known, np.full((3, 3), 10.0))
    assert scores[0, 1] == pytest.approx(norm.isf(t.sf(3, 10)))
    assert scores[1, 0] == -scores[0, 1]
    assert scores[0, 2] > scores[1, 2] > 5
    assert np.array_equal(as_normal(known, np.full((3, 3), np.inf)), known)


def test_skewness_makes_differences_less_sure_and_never_surer() -> None:
    means, errors = np.array([96.0, 90.0]), np.array([[0.0, 2], [2, 0]])
    # by hand: (−2 − 1)/2³ = −0.375, and 3 − 0.375·3²/3 + 0.375²·3³/27 − 0.375/6
    skewness = skewness_of_differences(np.array([-2.0, 1.0]), errors)
    assert skewness[0, 1] == -skewness[1, 0] == -0.375
    assert studentised(means, errors, skewness)[0, 1] == pytest.approx(
        3 - 1.125 + 0.140625 - 0.0625
    )
    assert studentised(means, errors, -skewness)[0, 1] == 3
    assert np.array_equal(np.diag(studentised(means, errors, skewness)), [0, 0])


def test_without_skewness_differences_are_studentised() -> None:
    means, errors = np.array([96.0, 90.0]), np.array([[0.0, 2], [2, 0]])
    assert np.array_equal(studentised(means, errors, np.zeros((2, 2))), [[0, 3], [-3, 0]])


def test_freedom_of_a_difference_is_welchs() -> None:
    # by hand: (4 + 1)² / (4²/9 + 1²/4)
    assert freedom_of_differences(np.array([4.0, 1.0]), np.array([9.0, 4.0]))[
        0, 1
    ] == pytest.approx(25 / (16 / 9 + 0.25))


def test_sets_widen_with_estimated_variances() -> None:
    totals = {f"{at:02}": (Fraction(70 + at), 1.0) for at in range(14)}
    few = total_estimates(totals, dict.fromkeys(totals, 8.0))
    width = [
        sum(
            s.high - s.low
            for s in rank_sets(units, None, Decimal(95), shared(14, 1.0, 0.0)).values()
        )
        for units in (total_estimates(totals), few)
    ]
    assert width[0] < width[1]


def test_freedom_of_a_score_of_groups_is_satterthwaites() -> None:
    groups = tuple(
        GroupScore(name, n, n, Fraction(80), variance, Fraction(50), Fraction(50))
        for name, n, variance in (("resident", 101, 4.0), ("deputy", 31, 8.0))
    )
    # by hand: (1 + 2)² / (1²/100 + 2²/30)
    assert degrees_of_freedom(replace(public("U"), groups=groups)) == pytest.approx(
        9 / (0.01 + 4 / 30)
    )
    assert degrees_of_freedom(None) == degrees_of_freedom(public("U")) == np.inf


def test_a_total_is_judged_by_what_the_score_of_its_share_leaves_open() -> None:
    score = replace(public("U"), posterior=Posterior(-0.5, 4.0, -2.0))
    assert as_estimate(Fraction(80), score, 0.5) == TotalEstimate(
        Fraction(319, 4), 1.0, np.inf, -0.25
    )
    assert as_estimate(Fraction(80), replace(score, posterior=None, variance=9.0)) == TotalEstimate(
        Fraction(80), 3.0
    )
    assert as_estimate(Fraction(80), None) == TotalEstimate(Fraction(80), 0.0)


CODES, TOP = ("VS", "S", "B", "D", "VD"), (0.9, 0.05, 0.02, 0.02, 0.01)


@pytest.mark.parametrize("sizes", [(80, *11 * [800]), (800, *11 * [80])])
def test_sets_of_few_beside_many_hold_near_the_top(sizes: tuple[int, ...]) -> None:
    # Equal units: 10 of 200 cities may miss, give or take 3.1.
    # With the plain variances 44 and 108 of 400 did.
    rng, missed = np.random.default_rng(20261127), 0
    for city in range(200):
        units = crowded([rng.multinomial(n, TOP).tolist() for n in sizes])
        sets = rank_sets(units, None, Decimal(95), JointInference({}, f"top/{city}"))
        missed += any((s.low, s.high) != (1, 12) for s in sets.values())
    assert missed <= 10 + 2 * 3.1


def crowded(answers: list[list[int]]) -> dict[str, TotalEstimate]:
    """Judge units with that many answers at each point."""
    rows = [
        row(f"{code} {code} {code} {code}", n, unit=f"{at:02}")
        for at, counts in enumerate(answers)
        for code, n in zip(CODES, counts, strict=True)
        if n
    ]
    categories = {f"{at:02}": "econ" for at in range(len(answers))}
    found = score_units(rows, categories, QUESTIONNAIRES, scheme(1, 1))
    return {
        unit: as_estimate(score.score, score)
        for unit, score in found.items()
        if score.score is not None
    }
