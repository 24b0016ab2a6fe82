"""The closed-form interval: its formula recomputed, its coverage simulated."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import beta

from aggregation.estimation.estimates import Estimate, combine, estimate, sum_cell
from aggregation.estimation.intervals import effective_size, interval, posterior, third_of_mean
from aggregation.estimation.scores import score_units
from tests.scoring import QUESTIONNAIRES, row, scheme

POINTS = [Fraction(p) for p in (100, 80, 60, 30, 0)]
VALUES = np.array([float(p) for p in POINTS])


def simple(histogram: dict[int, int]) -> Estimate:
    """The estimate of single-item answers that all weigh the same."""
    counts = {(4, place): n for place, n in enumerate(histogram.values())}
    found = estimate(sum_cell(counts, list(histogram), 1))
    assert found is not None
    return found


def formula(counts: list[int]) -> tuple[float, float]:
    """The formula as the method states it, for n equally weighted answers on the five points."""
    n = sum(counts)
    p = (np.array(counts) + 0.24) / (n + 1.2)
    m = (p * VALUES).sum()
    v = ((p * VALUES**2).sum() - m**2) / (n + 2.2)
    v *= 1 + 0.7 * 4 * m / 100 * (1 - m / 100) / n
    a = m / 100 * (m / 100 * (1 - m / 100) / (v / 1e4) - 1)
    b = (1 - m / 100) * (m / 100 * (1 - m / 100) / (v / 1e4) - 1)
    low, high = beta.ppf([0.025, 0.975], a, b)
    return 100 * float(low), 100 * float(high)


@pytest.mark.parametrize(
    "counts", [[40, 30, 20, 7, 3], [1, 1, 1, 1, 1], [0, 3, 2, 0, 0], [500, 300, 100, 60, 40]]
)
def test_the_formula(counts: list[int]) -> None:
    made = interval(simple(dict(zip((100, 80, 60, 30, 0), counts, strict=True))), POINTS)
    assert made == pytest.approx(formula(counts), abs=1e-9)


@pytest.mark.parametrize("yes", [1, 30, 50, 99])
def test_the_third_cumulant_of_a_share_is_the_binomials(yes: int) -> None:
    # n answers of 0 or 100: variance p(1 − p)/n and third cumulant p(1 − p)(1 − 2p)/n²,
    # in units of 100 points
    p, n = yes / 100, 40
    third = 1e6 * p * (1 - p) * (1 - 2 * p) / n**2
    assert third_of_mean(100 * p, 1e4 * p * (1 - p) / n) == pytest.approx(third)


def test_at_the_ends_of_the_scale_nothing_is_known_of_skewness() -> None:
    assert third_of_mean(100, 0) == third_of_mean(0, 0) == 0


def test_the_posterior_of_a_mix_is_that_of_its_parts() -> None:
    # by hand: 30 at 100 with a prior of ¼·0.24 at each point, 20 at 60 with ¾·0.24
    small, large = simple({100: 30}), simple({60: 20})
    whole = combine([(Fraction(1, 4), small), (Fraction(3, 4), large)])
    assert whole is not None
    mean, variance, third = 0.0, 0.0, 0.0
    for share, point, n in ((0.25, 100.0, 30), (0.75, 60.0, 20)):
        m = (n * point + 0.24 * share * VALUES.sum()) / (n + 1.2 * share)
        v = (n * point**2 + 0.24 * share * (VALUES**2).sum()) / (n + 1.2 * share) - m**2
        v /= n + 3.2 * share - 1
        mean, variance = mean + share * m, variance + share**2 * v
        third += share**3 * v**2 * (100 - 2 * m) / (m * (100 - m))
    found = posterior(whole, POINTS)
    assert (found.pull, found.variance, found.third) == pytest.approx((mean - 70, variance, third))


@pytest.mark.parametrize("shares", [(1,), (1, 5), (1, 1, 1, 1, 1, 1), (30, 30, 20, 10, 5, 5)])
def test_the_prior_pulls_less_than_one_standard_deviation(shares: tuple[int, ...]) -> None:
    # So whoever is surely better, which takes more than 1.6 of them, has the greater score too.
    whole = combine([(Fraction(share, sum(shares)), simple({100: 30})) for share in shares])
    assert whole is not None
    found = posterior(whole, POINTS)
    assert 0.5 < -found.pull / found.variance**0.5 < 1


@pytest.mark.parametrize("histogram", [{100: 5}, {100: 1000}, {0: 7}, {60: 30}, {100: 1}])
def test_agreement_does_not_make_it_certain(histogram: dict[int, int]) -> None:
    low, high = interval(simple(histogram), POINTS)
    assert low <= next(iter(histogram)) <= high
    assert high - low > 0
    assert low >= 0
    assert high <= 100


def test_uneven_weights_widen_it() -> None:
    even = score_units(
        [row("VS VS VS VS", 50), row("D D D D", 50)], {"U": "econ"}, QUESTIONNAIRES, scheme(1, 1)
    )["U"]
    rows = [row("VS VS VS VS", 25, weight=w) for w in (4, 1)] + [
        row("D D D D", 25, weight=w) for w in (4, 1)
    ]
    uneven = score_units(rows, {"U": "econ"}, QUESTIONNAIRES, scheme(1, 1))["U"]
    assert even.score == uneven.score == 65
    assert even.low is not None
    assert even.high is not None
    assert uneven.low is not None
    assert uneven.low < even.low < even.high < uneven.high  # type: ignore[operator]


def test_the_effective_size_of_even_answers_is_their_number() -> None:
    assert effective_size(simple({100: 7, 30: 5})) == 12
    assert effective_size(simple({100: 7})) == 7


def test_the_effective_size_of_uneven_answers_is_what_their_variance_is_worth() -> None:
    # Two at 100 and two at 0, in each pair weights 1 and ¼ (in quarters 4 and 1),
    # so that the mean is 50.
    # s² = 4/3 · 50²; V = 4/3 · (16 + 1 + 16 + 1) · 50² / 10², so that s²/V = 100/34.
    found = estimate(sum_cell({(4, 0): 1, (1, 0): 1, (4, 1): 1, (1, 1): 1}, [100, 0], 1))
    assert found is not None
    assert (found.mean, found.variance) == (50, Fraction(4, 3) * 34 * 2500 / 100)
    assert effective_size(found) == Fraction(100, 34)


def test_the_effective_size_of_uneven_answers_that_agree_is_how_evenly_they_weigh() -> None:
    agreed = estimate(sum_cell({(4, 0): 3, (1, 0): 4}, [80], 1))
    assert agreed is not None
    assert agreed.variance == 0
    assert effective_size(agreed) == Fraction(16**2, 3 * 16 + 4)  # (Σw)²/Σw²


def test_the_effective_size_of_groups_that_agree_is_that_of_their_shares() -> None:
    whole = combine([(Fraction(1, 4), simple({80: 10})), (Fraction(3, 4), simple({80: 10}))])
    assert whole is not None
    assert effective_size(whole) == 16  # 1 / (1/16 / 10 + 9/16 / 10)


def test_groups_that_differ_are_worth_no_more_answers_than_they_gave() -> None:
    # s² is almost all between the groups, V only within: s²/V would be in the hundreds.
    whole = combine([(Fraction(1, 2), simple({100: 10})), (Fraction(1, 2), simple({0: 9, 30: 1}))])
    assert whole is not None
    assert effective_size(whole) == 20


def test_the_interval_of_a_weighted_histogram() -> None:
    # As above: n_eff = 100/34 answers, half at 100 and half at 0,
    # and 0.24 at each of 100, 80, 60, 30 and 0.
    found = estimate(sum_cell({(4, 0): 1, (1, 0): 1, (4, 1): 1, (1, 1): 1}, [100, 0], 1))
    assert found is not None
    n = 100 / 34
    p = (np.array([n / 2, 0, 0, 0, n / 2]) + 0.24) / (n + 1.2)
    m = float((p * VALUES).sum())
    v = float((p * VALUES**2).sum() - m**2) / (n + 2.2)
    v *= 1 + 0.7 * 4 * m / 100 * (1 - m / 100) / n
    size = m * (100 - m) / v - 1
    ends = 100 * beta.ppf([0.025, 0.975], m / 100 * size, (1 - m / 100) * size)
    assert interval(found, POINTS) == pytest.approx(tuple(ends), abs=1e-9)


SATISFIED, SPLIT, CEILING = (
    (0.35, 0.3, 0.2, 0.1, 0.05),
    (0.1, 0.2, 0.3, 0.2, 0.2),
    (0.85, 0.1, 0.03, 0.01, 0.01),
)


@pytest.mark.parametrize("shares", [SATISFIED, SPLIT, CEILING])
# Single answers have few values: with ten and less it covers a little less.
# Groups count from thirty on.
@pytest.mark.parametrize(
    ("size", "least"), [(5, 0.91), (10, 0.92), (20, 0.93), (100, 0.93), (1000, 0.93)]
)
def test_it_covers_as_often_as_it_says(shares: tuple[float, ...], size: int, least: float) -> None:
    runs = 4000
    truth = float(np.dot(shares, VALUES))
    samples = np.random.default_rng(20261123).multinomial(size, shares, size=runs)
    different, times = np.unique(samples, axis=0, return_counts=True)
    scale = (100, 80, 60, 30, 0)
    ends = np.array(
        [interval(simple(dict(zip(scale, row, strict=True))), POINTS) for row in different.tolist()]
    )
    covered = ((ends[:, 0] <= truth) & (truth <= ends[:, 1])) @ times / runs
    assert least <= covered <= 0.97 + 2 * (0.97 * 0.03 / runs) ** 0.5


@pytest.mark.parametrize(
    "groups",
    [
        [(20, 60, SATISFIED), (25, 100, SPLIT)],
        [(25, 40, SATISFIED), (20, 60, CEILING), (35, 30, SPLIT)],
        [(25, 40, CEILING), (20, 60, CEILING), (35, 30, CEILING)],
        # One histogram of the whole mix covers in 85 % here:
        # most of the weight is on few answers at the ceiling.
        [(60, 30, CEILING), (40, 1000, CEILING)],
    ],
)
def test_it_covers_groups_put_together_with_fraud_weights(
    groups: list[tuple[int, int, tuple[float, ...]]],
) -> None:
    runs, total = 500, sum(weight for weight, _, _ in groups)
    truth = sum(weight * float(np.dot(shares, VALUES)) for weight, _, shares in groups) / total
    chance = np.random.default_rng(20261124)
    covered = 0
    for _ in range(runs):
        parts = [
            (Fraction(weight, total), answered(chance, size, shares))
            for weight, size, shares in groups
        ]
        whole = combine(parts)
        assert whole is not None
        low, high = interval(whole, POINTS)
        covered += low <= truth <= high
    assert 0.92 <= covered / runs <= 0.99


def answered(chance: np.random.Generator, size: int, shares: tuple[float, ...]) -> Estimate:
    """Return answers of which 80 % weigh 1, 15 % ½ and 5 % ¼."""
    drawn = (
        chance.multinomial(size, np.outer(shares, (0.8, 0.15, 0.05)).ravel()).reshape(5, 3).tolist()
    )
    counts = {
        (weight, at): n
        for at, row in enumerate(drawn)
        for weight, n in zip((4, 2, 1), row, strict=True)
        if n
    }
    found = estimate(sum_cell(counts, [100, 80, 60, 30, 0], 1))
    assert found is not None
    return found


def test_a_small_group_at_the_ceiling_is_uncertain_inside_a_mix_too() -> None:
    small, large = simple({100: 30}), simple({100: 500, 30: 500})
    alone = interval(small, POINTS)
    whole = combine([(Fraction(9, 10), small), (Fraction(1, 10), large)])
    assert whole is not None
    low, high = interval(whole, POINTS)
    assert high - low > 0.8 * (alone[1] - alone[0])


def test_single_answers_of_many_groups_claim_no_more_than_points_can_scatter() -> None:
    whole = combine(
        [(Fraction(1, 20), simple({point: 1})) for point in (100, 0) for _ in range(10)]
    )
    assert whole is not None
    low, high = interval(whole, POINTS)
    assert 0 <= low < 50 < high <= 100
