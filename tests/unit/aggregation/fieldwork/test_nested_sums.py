"""Ranges of counts and of their sums never narrow a small count, whatever is added up."""

from __future__ import annotations

import random
from itertools import product

import pytest

from aggregation.fieldwork.dispositions import CountRange, range_of
from aggregation.fieldwork.nested_sums import (
    Name,
    WholeOf,
    possible_counts,
    sum_of_ranges,
    widened,
)

STEP = 10
TREE = (
    WholeOf(("all",), (("source", "a"), ("source", "b"))),
    WholeOf(("all",), (("day", "1"), ("day", "2"))),
    WholeOf(("source", "a"), (("cell", "a1"), ("cell", "a2"), ("cell", "a3"))),
)
CELLS = ("a1", "a2", "a3")


def counts_of(cells: tuple[int, ...], other: int, first: int) -> dict[Name, int]:
    own = sum(cells)
    return {
        ("source", "a"): own,
        ("source", "b"): other,
        ("day", "1"): first,
        ("day", "2"): own + other - first,
        **{("cell", name): count for name, count in zip(CELLS, cells, strict=True)},
    }


def brute(told: dict[Name, CountRange]) -> dict[Name, CountRange]:
    """Return the bounds of each count over every table that fits."""
    found: dict[Name, list[int]] = {}
    axes = [range(low, high + 1) for low, high in (told["cell", name] for name in CELLS)]
    for cells in product(*axes):
        for other in range(told["source", "b"][0], told["source", "b"][1] + 1):
            whole = sum(cells) + other
            for first in range(told["day", "1"][0], told["day", "1"][1] + 1):
                counts = counts_of(cells, other, first)
                if first <= whole and all(told[n][0] <= counts[n] <= told[n][1] for n in told):
                    for name, count in counts.items():
                        found.setdefault(name, []).append(count)
    return {name: (min(seen), max(seen)) for name, seen in found.items()}


def test_bounds_are_those_of_all_tables_that_fit() -> None:
    chance = random.Random(3)
    for _ in range(12):
        cells = (chance.randint(0, 12), chance.randint(0, 4), chance.randint(0, 4))
        other = chance.randint(0, 12)
        counts = counts_of(cells, other, chance.randint(0, sum(cells) + other))
        told = {
            name: (max(0, count - chance.randint(0, 3)), count + chance.randint(0, 3))
            for name, count in counts.items()
        }
        found = possible_counts(told, TREE)
        assert {name: found[name] for name in counts} == brute(told)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_added_narrows_no_small_count(seed: int) -> None:
    chance = random.Random(seed)
    cells = tuple(chance.choice((0, 1, 5, 9, 10, 19, 20, 37)) for _ in CELLS)
    other = chance.choice((0, 1, 9, 19, 20))
    first = chance.randint(0, sum(cells) + other)
    counts = counts_of(cells, other, first)
    told = {name: range_of(count, STEP) for name, count in counts.items()}
    new = [("cell", name) for name in CELLS]
    ranges = widened(counts, told, TREE, new, STEP)
    before = possible_counts({name: told[name] for name in told if name not in new}, TREE)
    after = possible_counts(ranges, TREE)
    for name, count in counts.items():
        low, high = ranges[name]
        assert low <= count <= high
        assert (ranges[name] == (0, 0)) == (count == 0)
        if name not in new:
            assert ranges[name] == told[name], "what was told before stays"
        if 0 < count < STEP:
            least = min(STEP - 1, before[name][1] - before[name][0] + 1)
            assert after[name][1] - after[name][0] + 1 >= least


def test_a_sum_of_parts_gives_one_of_them_away_unless_it_is_widened() -> None:
    """Two cells of 19 and one of 9 make 47: told as 40 to 49 it says that the 9 is not 1."""
    tree = [WholeOf(("all",), (("cell", "1"), ("cell", "2"), ("cell", "3")))]
    counts: dict[Name, int] = {("all",): 47, ("cell", "1"): 19, ("cell", "2"): 19}
    counts["cell", "3"] = 9
    told = {name: range_of(count, STEP) for name, count in counts.items()}
    assert possible_counts(told, tree)["cell", "3"] == (2, 9)
    ranges = widened(counts, told, tree, [name for name in counts if name != ("all",)], STEP)
    assert possible_counts(ranges, tree)["cell", "3"] == (1, 9)
    assert ranges["all",] == (40, 49)


def test_counts_that_contradict_a_sum_are_left_alone() -> None:
    tree = [WholeOf(("all",), (("cell", "1"), ("cell", "2")))]
    counts: dict[Name, int] = {("all",): 90, ("cell", "1"): 12, ("cell", "2"): 3}
    told = {name: range_of(count, STEP) for name, count in counts.items()}
    assert widened(counts, told, tree, [("cell", "1"), ("cell", "2")], STEP) == told


def test_a_sum_of_which_only_the_parts_are_told_is_as_wide_as_they_are() -> None:
    assert sum_of_ranges([(10, 19), (1, 9), (0, 0)]) == (11, 28)
    assert sum_of_ranges([]) == (0, 0)
