"""Counts of people who did something, of a number that is known: the rest stays unknown, too."""

from __future__ import annotations

from collections import defaultdict

import pytest

from aggregation.disclosure.rounding import part_at_least

CELL = 10


@pytest.mark.parametrize("whole", range(10, 250))
def test_neither_who_did_nor_who_did_not_is_narrowed_below_nine_numbers(whole: int) -> None:
    parts: dict[int | None, list[int]] = defaultdict(list)
    for part in range(whole + 1):
        parts[part_at_least(part, whole, CELL)].append(part)
    assert parts.pop(0) == [0]
    for told, possible in parts.items():
        assert len(possible) >= 9
        assert possible == list(range(possible[0], possible[-1] + 1))
        assert min(possible) >= (told or 0)


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(40, 41, 30), (41, 41, 30), (29, 41, 20), (9, 41, None), (0, 41, 0), (18, 19, 1), (2, 19, 1)],
)
def test_nearly_all_are_told_as_if_ten_fewer_could_be(
    part: int, whole: int, told: int | None
) -> None:
    assert part_at_least(part, whole, CELL) == told
