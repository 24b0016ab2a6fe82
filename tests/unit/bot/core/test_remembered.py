"""What is remembered is the result of the very same material, and no more of it than is allowed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.remembered import remembered
from survey_flows.same_objects import remembered_of_same


class Counter:
    def __init__(self) -> None:
        self.calls: list[object] = []

    def __call__(self, given: object, more: object = None) -> object:
        self.calls.append(given)
        if given == "wrong":
            raise ValueError(given)
        return [given, more]


def test_the_same_content_is_computed_once_whoever_holds_it() -> None:
    count = Counter()
    look_up = remembered(2)(count.__call__)
    first = look_up({"A": Decimal(80)}, more=("x",))
    assert look_up({"A": Decimal(80)}, more=("x",)) is first
    assert look_up({"A": Decimal(80)}, more=("y",)) == [{"A": Decimal(80)}, ("y",)]
    assert len(count.calls) == 2


@pytest.mark.parametrize("other", [Decimal("80.0"), 80, "80", 80.0])
def test_what_is_equal_but_written_in_another_way_is_computed_anew(other: object) -> None:
    count = Counter()
    look_up = remembered(2)(count.__call__)
    assert str(look_up(Decimal(80))) == "[Decimal('80'), None]"
    assert str(look_up(other)) == str([other, None])
    assert len(count.calls) == 2


def test_what_was_changed_since_is_computed_anew() -> None:
    count = Counter()
    look_up = remembered(2)(count.__call__)
    points = {"A": 80}
    look_up(points)
    points["A"] = 81
    assert look_up(points) == [{"A": 81}, None]
    assert len(count.calls) == 2


@pytest.mark.parametrize("make", [remembered, remembered_of_same])
def test_the_longest_unused_is_forgotten_and_a_failure_never_kept(make: object) -> None:
    count = Counter()
    look_up = make(2)(count.__call__)  # type: ignore[operator]
    one, two, three = "one", "two", "three"
    for given in (one, two, two, three, three, one):
        look_up(given)
    assert count.calls == [one, two, three, one]
    for _ in range(2):
        with pytest.raises(ValueError, match="wrong"):
            look_up("wrong")
    assert count.calls == [one, two, three, one, "wrong", "wrong"]


def test_a_result_that_is_used_again_outlives_another() -> None:
    count = Counter()
    look_up = remembered(2)(count.__call__)
    for given in ("one", "two", "one", "three", "one"):
        look_up(given)
    assert count.calls == ["one", "two", "three"]


def test_of_the_same_objects_only_these_are_looked_up() -> None:
    count = Counter()
    look_up = remembered_of_same(2)(count.__call__)
    points = {"A": 80}
    assert look_up(points) is look_up(points)
    look_up(dict(points))
    look_up(points, more=points)
    assert len(count.calls) == 3
