from __future__ import annotations

from fractions import Fraction

from aggregation.ranks import RankSet, estimates, rank_sets


def totals(*pairs: tuple[int, float]) -> dict[str, tuple[Fraction, float]]:
    return {chr(97 + i): (Fraction(total), variance) for i, (total, variance) in enumerate(pairs)}


def test_without_uncertainty_the_rank_set_is_the_rank() -> None:
    assert rank_sets(estimates(totals((9, 0), (7, 0), (8, 0)))) == {
        "a": RankSet(1, 1),
        "b": RankSet(3, 3),
        "c": RankSet(2, 2),
    }


def test_exact_ties_share_their_places() -> None:
    assert rank_sets(estimates(totals((9, 0), (9, 0), (8, 0)))) == {
        "a": RankSet(1, 2),
        "b": RankSet(1, 2),
        "c": RankSet(3, 3),
    }


def test_differences_are_judged_by_the_sum_of_errors_and_bonferroni() -> None:
    # two units: z = quantile of 1 - 0.05/2 = 1.960; errors 1 + 1, so a difference of 3.91 is open and 3.93 is not
    near = estimates({"a": (Fraction(391, 100), 1.0), "b": (Fraction(0), 1.0)})
    far = estimates({"a": (Fraction(393, 100), 1.0), "b": (Fraction(0), 1.0)})
    assert rank_sets(near) == {"a": RankSet(1, 2), "b": RankSet(1, 2)}
    assert rank_sets(far) == {"a": RankSet(1, 1), "b": RankSet(2, 2)}


def test_more_units_need_larger_differences() -> None:
    # three units: z = quantile of 1 - 0.05/6 = 2.394, so 3.93 no longer separates
    assert rank_sets(
        estimates({"a": (Fraction(393, 100), 1.0), "b": (Fraction(0), 1.0), "c": (Fraction(-99), 1.0)})
    ) == {
        "a": RankSet(1, 2),
        "b": RankSet(1, 2),
        "c": RankSet(3, 3),
    }


def test_ranks_among_some_count_only_those_and_oneself() -> None:
    known = estimates(totals((9, 0), (8, 0), (7, 0)))
    assert rank_sets(known, frozenset({"b", "c"})) == {"a": RankSet(1, 1), "b": RankSet(1, 1), "c": RankSet(2, 2)}


def test_one_unit_holds_the_first_place() -> None:
    assert rank_sets(estimates(totals((9, 4.0)))) == {"a": RankSet(1, 1)}
