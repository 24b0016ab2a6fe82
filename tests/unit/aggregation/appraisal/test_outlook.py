"""Certainty of grades: reproducible draws, calibrated odds, cuts in points and in ballots."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product
from statistics import NormalDist

import numpy as np
import pytest

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.cuts import fewest_ballots, grade_cuts
from aggregation.appraisal.outlook_lines import odds_text
from aggregation.appraisal.quota import GradeCandidate, assign_grades
from aggregation.model.facts import Grade
from aggregation.ranking.draws import normals, uniforms
from aggregation.ranking.odds import GradeDraws, drawn_grades, grade_odds, possible_scores
from tests.cities import public, small_city

FIRST, SECOND, THIRD = Grade.FIRST, Grade.SECOND, Grade.THIRD


def test_anybody_can_make_the_draws_again() -> None:
    data = hashlib.shake_256(b"digest/2010/B").digest(8 * 6)
    expected = [((x >> 11) + 0.5) / 2**53 for x in struct.unpack("<6Q", data)]
    assert uniforms("digest/2010/B", 2, 3).ravel().tolist() == expected
    quantiles = [NormalDist().inv_cdf(u) for u in expected]
    assert normals("digest/2010/B", 2, 3).ravel().tolist() == pytest.approx(quantiles, abs=1e-12)
    assert np.array_equal(uniforms("s", 9, 3)[:4], uniforms("s", 4, 3))


@pytest.mark.parametrize(("first", "third"), list(product(range(3), range(3))))
def test_draws_are_graded_as_the_quota_grades(first: int, third: int) -> None:
    rows = uniforms("rows", 40, 5)
    eligible = np.array([True, False, True, True, False])
    is_first, is_third = drawn_grades(rows, eligible, first, third)
    for row, one, other in zip(rows, is_first, is_third, strict=True):
        entries = [
            GradeCandidate(str(at), (Decimal(float(x)),), not able)
            for at, (x, able) in enumerate(zip(row, eligible, strict=True))
        ]
        found = assign_grades(entries, first, third, "better")
        expected = [FIRST if a else THIRD if b else SECOND for a, b in zip(one, other, strict=True)]
        assert [found[str(at)] for at in range(5)] == expected


def test_scores_are_drawn_around_what_shrinks_towards_the_mean() -> None:
    # With a known spread the posterior is normal with γ = τ²/(τ²+V);
    # 400 units leave little doubt about μ and τ.
    true = 70 + 4 * normals("true", 1, 400)[0]
    seen = true + 3 * normals("noise", 1, 400)[0]
    drawn = possible_scores(seen, np.diag(np.full(400, 9.0)), "seed")
    shrunk = 70 + 16 / 25 * (seen - 70)
    assert np.abs(drawn.mean(axis=0) - shrunk).max() < 1.2
    assert drawn.std(axis=0).mean() == pytest.approx(np.sqrt(9 * 16 / 25), rel=0.03)


def test_draws_carry_the_covariance_of_shared_raters() -> None:
    shared = np.full((3, 3), 8.0) + np.diag([1.0, 1.0, 1.0])
    drawn = possible_scores(np.array([60.0, 75.0, 90.0]), shared, "seed")
    apart = possible_scores(np.array([60.0, 75.0, 90.0]), np.diag([9.0, 9.0, 9.0]), "seed")
    assert (drawn[:, 0] - drawn[:, 1]).std() < 0.6 * (apart[:, 0] - apart[:, 1]).std()


def calibration(seeds: range, errors: str) -> list[tuple[float, float, int]]:
    """Return by tenths of the given grade's probability the mean, the share come true, and n."""
    told: list[tuple[float, bool]] = []
    for seed in seeds:
        units = 24
        z = normals(f"calibration/{errors}/{seed}", 2, units)
        true = 72 + 3 * (z[0] if errors == "normal" else (np.exp(z[0]) - np.exp(0.5)) / 2.16)
        seen = true + 2 * z[1]
        flat = np.zeros(units)
        codes = [str(at) for at in range(units)]
        race = GradeDraws(codes, flat, flat + 1, seen, np.diag(flat + 4.0), (), 4, 2)
        found = grade_odds(race, f"odds/{seed}", 499)
        everybody = np.ones(units, dtype=bool)
        given, real = (drawn_grades(values[None, :], everybody, 4, 2) for values in (seen, true))
        for at, code in enumerate(codes):
            mine = FIRST if given[0][0, at] else THIRD if given[1][0, at] else SECOND
            truly = FIRST if real[0][0, at] else THIRD if real[1][0, at] else SECOND
            told.append((found[code][mine], mine is truly))
    bins = [
        [(p, hit) for p, hit in told if low <= p < low + 0.2 or (low == 0.8 and p == 1)]
        for low in (0.4, 0.6, 0.8)
    ]
    return [
        (sum(p for p, _ in b) / len(b), sum(hit for _, hit in b) / len(b), len(b)) for b in bins
    ]


def test_the_odds_of_grades_are_calibrated() -> None:
    for mean, hits, count in calibration(range(150), "normal"):
        assert count > 100
        assert hits == pytest.approx(mean, abs=4 * np.sqrt(mean * (1 - mean) / count))


def test_odds_are_never_printed_as_certain() -> None:
    assert [odds_text(p) for p in (0.0, 0.0099, 0.01, 0.625, 0.99, 1.0)] == [
        "<1%",
        "<1%",
        "1%",
        "62%",
        "99%",
        ">99%",
    ]


def test_one_pool_needs_what_the_formula_says() -> None:
    # W·Δ/(100 − θ − Δ) = 1000·2/18 = 111.1 and, downwards, W·Δ/(θ − Δ) = 1000·2/78 = 25.6
    assert fewest_ballots([(1.0, 1000, 80.0)], 2, True) == 112
    assert fewest_ballots([(1.0, 1000, 80.0)], 2, False) == 26
    assert fewest_ballots([(1.0, 1000, 80.0)], 20, True) is None
    assert fewest_ballots([(1.0, 1000, 80.0)], 0, True) == 1


def test_several_pools_need_the_least_that_any_split_does() -> None:
    pools = [(0.5, 40, 70.0), (0.3, 300, 80.0), (0.2, 35, 90.0)]

    def moved(split: tuple[int, ...]) -> float:
        return sum(
            w * m * (100 - mean) / (n + m) for (w, n, mean), m in zip(pools, split, strict=True)
        )

    least = min(sum(split) for split in product(range(40), repeat=3) if moved(split) >= 6)
    assert 0 <= least - (fewest_ballots(pools, 6, True) or 0) <= len(pools) - 1


def test_cuts_are_those_beside_the_grade() -> None:
    entries = [
        GradeCandidate(name, (Decimal(points),), name == "b")
        for name, points in zip("abcde", (95, 94, 90, 85, 70), strict=True)
    ]
    grades = assign_grades(entries, 1, 1, "better")
    found = {
        e.unit: [
            (c.grade, c.up, c.gap, c.points) for c in grade_cuts(e, entries, grades, 0.5, None)
        ]
        for e in entries
    }
    assert found == {
        "a": [(SECOND, False, Decimal(5), 10.0)],
        "b": [(THIRD, False, Decimal(24), 48.0)],
        "c": [(FIRST, True, Decimal(5), 10.0), (THIRD, False, Decimal(20), 40.0)],
        "d": [(FIRST, True, Decimal(10), 20.0), (THIRD, False, Decimal(15), 30.0)],
        "e": [(SECOND, True, Decimal(15), 30.0)],
    }
    assert all(c.never for c in grade_cuts(entries[0], entries, grades, 0.0, None))


def test_a_close_race_is_told_as_one() -> None:
    city = small_city()
    apart = {unit: public(unit, 60 + 4 * at, 30.0) for at, unit in enumerate(sorted(city.public))}
    unit = appraise(replace(city, public=apart)).unit("U03")
    assert unit.grade is SECOND
    assert unit.outlook is not None
    assert 0.1 < unit.outlook.odds[FIRST] < 0.5
    assert sum(unit.outlook.odds.values()) == pytest.approx(1)


def test_what_does_not_differ_is_shrunk_so_that_noise_wins_no_grade() -> None:
    city = small_city()
    alike = {unit: public(unit, 80, 30.0) for unit in city.public}
    unit = appraise(replace(city, public=alike | {"U03": public("U03", 83, 30.0)})).unit("U03")
    assert unit.outlook is not None
    assert unit.outlook.odds[FIRST] < 0.1
    assert unit.outlook.cuts[0].gap == Decimal("0.75")


def test_who_may_not_be_first_never_is() -> None:
    scores = np.array([90.0, 80.0, 70.0])
    race = GradeDraws(
        ("a", "b", "c"), np.zeros(3), np.ones(3), scores, np.diag([400.0] * 3), ("a",), 1, 1
    )
    found = grade_odds(race, "seed")
    assert found["a"][FIRST] == 0
    assert found["b"][FIRST] + found["c"][FIRST] == pytest.approx(1)


def test_a_unit_that_is_not_ranked_has_no_outlook() -> None:
    city = small_city()
    few = {**city.public, "U05": public("U05", 80, flags=("insufficient",))}
    result = appraise(replace(city, public=few))
    assert result.unit("U05").outlook is None
    assert Fraction(0) < sum(1 for u in result.units if u.outlook)
