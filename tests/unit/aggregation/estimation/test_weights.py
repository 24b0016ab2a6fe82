"""Weights of parts; every expectation is a division by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from aggregation.estimation.weights import open_link_share, redistributed_weights

ECON = {
    "users": Fraction(25),
    "residents": Fraction(20),
    "firms": Fraction(35),
    "deputies": Fraction(20),
}


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        ({"users", "residents", "firms", "deputies"}, (25, 20, 35, 20)),
        (
            {"users", "residents", "deputies"},
            (Fraction(500, 13), Fraction(400, 13), 0, Fraction(400, 13)),
        ),  # of 65
        ({"users", "firms"}, (Fraction(125, 3), 0, Fraction(175, 3), 0)),  # of 60
        ({"residents"}, (0, 100, 0, 0)),
        (set(), (0, 0, 0, 0)),
        ({"strangers"}, (0, 0, 0, 0)),
    ],
)
def test_groups_that_do_not_count_give_their_weight_in_proportion(
    counted: set[str], expected: tuple[Fraction, ...]
) -> None:
    assert redistributed_weights(ECON, counted) == dict(zip(ECON, expected, strict=True))


def test_a_group_without_weight_gets_none_even_alone() -> None:
    weights = {"users": Fraction(100), "watchers": Fraction(0)}
    assert redistributed_weights(weights, {"users", "watchers"}) == {"users": 100, "watchers": 0}
    assert redistributed_weights(weights, {"watchers"}) == {"users": 0, "watchers": 0}


def test_parts_of_a_per_cent_stay_exact() -> None:
    thirds = {"a": Fraction("33.4"), "b": Fraction("33.3"), "c": Fraction("33.3")}
    assert redistributed_weights(thirds, {"a", "b"}) == {
        "a": Fraction(33400, 667),
        "b": Fraction(33300, 667),
        "c": 0,
    }


@pytest.mark.parametrize(
    ("opened", "verified", "expected"),
    [
        (0, 0, Fraction(0)),
        (0, 40, Fraction(0)),
        (40, 0, Fraction(1)),  # nothing stands beside it that could be given more
        (29, 71, Fraction(29, 100)),
        (30, 70, Fraction(3, 10)),  # exactly at the cap
        (31, 69, Fraction(3, 10)),
        (10**15, 1, Fraction(3, 10)),
    ],
)
def test_open_links_count_for_their_share_and_at_most_the_cap(
    opened: int, verified: int, expected: Fraction
) -> None:
    assert open_link_share(opened, verified, Fraction(30, 100)) == expected


@pytest.mark.parametrize(("cap", "expected"), [(Fraction(0), 0), (Fraction(1), Fraction(3, 4))])
def test_a_cap_of_nothing_shuts_them_out_and_one_of_all_leaves_them(
    cap: Fraction, expected: Fraction
) -> None:
    assert open_link_share(3, 1, cap) == expected
