"""Places by category, and the grades that follow with ties and bars."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from aggregation.appraisal.quota import (
    GradeCandidate,
    assign_grades,
    places_by_family,
    quota_misfit,
    tie_notes,
)
from aggregation.model.facts import Grade
from aggregation.numbers import apportion, competition_ranks, half_up
from aggregation.scheme.parts import UnitQuota

F, S, T = Grade.FIRST, Grade.SECOND, Grade.THIRD


def entries(*points: int, barred: str = "") -> list[GradeCandidate]:
    return [
        GradeCandidate(chr(97 + i), (Decimal(p),), chr(97 + i) in barred)
        for i, p in enumerate(points)
    ]


def letters(grades: dict[str, Grade]) -> str:
    return "".join({F: "1", S: "2", T: "3"}[grades[unit]] for unit in sorted(grades))


def test_counts_that_do_not_fit_are_told_with_two_that_would() -> None:
    misfit = quota_misfit(UnitQuota(first=18, second=75, third=6), 46)
    assert misfit is not None
    assert misfit.render("en") == (
        "unit_quota: 18 first + 75 second + 6 third = 99, but 46 units are graded by quota; make "
        "the counts sum to 46; the same ratio, rounded down, offers 8/36/2 (second: 22 would)"
    )
    assert quota_misfit(UnitQuota(first=18, second=75, third=6), 99) is None


def test_counts_that_no_second_can_mend_name_no_second() -> None:
    misfit = quota_misfit(UnitQuota(first=3, second=0, third=1), 3)
    assert misfit is not None
    assert misfit.render("en").endswith("sum to 3; the same ratio, rounded down, offers 2/1/0")


def test_places_are_shared_by_largest_remainder() -> None:
    # 18 x 27/99 = 4.91, 24: 4.36, 18: 3.27, 30: 5.45; the two places left go to .91 and .45
    assert apportion(18, {"B": 27, "C": 24, "D": 18, "E": 30}) == {"B": 5, "C": 4, "D": 3, "E": 6}


def test_equal_remainders_go_to_the_larger_then_by_name() -> None:
    assert apportion(1, {"b": 2, "a": 2}) == {"a": 1, "b": 0}
    assert apportion(2, {"a": 1, "b": 3}) == {"a": 0, "b": 2}


def test_no_category_gets_more_than_its_room() -> None:
    assert apportion(2, {"a": 2, "b": 2}, {"a": 0, "b": 2}) == {"a": 0, "b": 2}
    assert apportion(3, {"a": 1}, {"a": 1}) == {"a": 1}


def test_first_and_third_never_overlap_in_a_category_of_one() -> None:
    places = places_by_family(UnitQuota(first=1, second=0, third=1), {"a": 1, "b": 1})
    assert places == {"a": {F: 1, S: 0, T: 0}, "b": {F: 0, S: 0, T: 1}}


@pytest.mark.parametrize(
    ("points", "ties", "expected"),
    [
        ((9, 8, 7, 6, 5), "better", "11223"),
        ((9, 8, 8, 6, 5), "better", "11123"),
        ((9, 8, 8, 6, 5), "middle", "12223"),
        ((9, 9, 7, 6, 5), "middle", "11223"),
        ((9, 8, 7, 5, 5), "better", "11222"),
        ((9, 8, 7, 5, 5), "middle", "11222"),
        ((5, 5, 5, 5, 5), "better", "11111"),
        ((5, 5, 5, 5, 5), "middle", "22222"),
    ],
)
def test_grades_with_two_first_and_one_third_place(
    points: tuple[int, ...], ties: str, expected: str
) -> None:
    assert letters(assign_grades(entries(*points), 2, 1, ties)) == expected


def test_a_barred_unit_lets_the_next_one_move_up() -> None:
    assert letters(assign_grades(entries(9, 8, 7, 6, 5, barred="a"), 2, 1, "better")) == "21123"


def test_the_last_place_is_third_even_when_bars_leave_nobody_else() -> None:
    assert letters(assign_grades(entries(9, 8, 7, barred="ab"), 1, 1, "better")) == "223"


def test_equal_keys_share_the_better_rank() -> None:
    assert competition_ranks({e.unit: e.key for e in entries(5, 9, 5, 1)}) == {
        "a": 2,
        "b": 1,
        "c": 2,
        "d": 4,
    }


def test_an_overrun_and_a_shortfall_are_recorded_with_their_ties() -> None:
    notes = tie_notes(entries(9, 8, 8, 5, 5), {F: 3, S: 2, T: 0}, {F: 2, S: 2, T: 1})
    assert [note.text("en") for note in notes] == [
        "places of the first grade: over by 1 | from b = c; d = e | scheme unit_quota.ties",
        "places of the third grade: short by 1 | from b = c; d = e | scheme unit_quota.ties",
    ]


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (Fraction(2345, 1000), 2, "2.35"),
        (Fraction(2344999, 1000000), 2, "2.34"),
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(-5, 1000), 2, "-0.01"),
        (Decimal("1.005"), 2, "1.01"),
        (Fraction(5, 2), 0, "3"),
    ],
)
def test_half_is_rounded_up_exactly(value: Fraction | Decimal, places: int, expected: str) -> None:
    assert str(half_up(value, places)) == expected
