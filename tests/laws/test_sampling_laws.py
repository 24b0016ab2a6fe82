"""Laws of the draw: all people in a cell are equally likely, and only the seed decides."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import combinations
from math import sqrt
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from aggregation.fieldwork.sampling import SampleDesign, allocate, draw_numbers, frame_digest

CELLS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 500), min_size=1)
FRAMES = st.dictionaries(
    st.sampled_from("abc"),
    st.lists(st.text("0123456789abcdef", min_size=4, max_size=4), unique=True, max_size=12),
)
DRAWS = 4000


def test_each_number_and_each_pair_is_drawn_equally_often() -> None:
    # A simple random sample of 3 of 10: 3/10 for each, 3·2 / 10·9 for each pair;
    # five standard errors for 55 counts.
    numbers = [f"{n:032x}" for n in range(10)]
    one: Counter[str] = Counter()
    two: Counter[tuple[str, ...]] = Counter()
    for seed in range(DRAWS):
        drawn = draw_numbers(f"{seed:064x}", {"a": numbers}, {"a": 3})["a"]
        one.update(drawn)
        two.update(combinations(sorted(drawn), 2))
    for counts, members, share in ((one, 10, 3 / 10), (two, 45, 1 / 15)):
        assert len(counts) == members
        off = 5 * sqrt(DRAWS * share * (1 - share))
        assert all(abs(count - DRAWS * share) < off for count in counts.values())


def test_what_is_drawn_in_one_cell_says_nothing_of_another() -> None:
    frame = {"a": ["00", "01"], "b": ["02", "03"]}
    both: Counter[tuple[str, str]] = Counter()
    for seed in range(DRAWS):
        drawn = draw_numbers(f"{seed:064x}", frame, {"a": 1, "b": 1})
        both[drawn["a"][0], drawn["b"][0]] += 1
    off = 5 * sqrt(DRAWS * 3 / 16)
    assert len(both) == 4
    assert all(abs(count - DRAWS / 4) < off for count in both.values())


@given(FRAMES, st.text(max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_list_changes_nothing(
    frame: dict[str, list[str]], seed: str, chance: Random
) -> None:
    sizes = {cell: len(numbers) // 2 for cell, numbers in frame.items()}
    shuffled = {
        cell: chance.sample(frame[cell], len(frame[cell]))
        for cell in chance.sample(sorted(frame), len(frame))
    }
    assert draw_numbers(seed, shuffled, sizes) == draw_numbers(seed, frame, sizes)
    assert frame_digest(shuffled) == frame_digest(frame)


@given(FRAMES, st.text(max_size=8), st.data())
def test_a_larger_sample_begins_as_the_smaller(
    frame: dict[str, list[str]], seed: str, data: st.DataObject
) -> None:
    most = {cell: len(numbers) for cell, numbers in frame.items()}
    fewer = {cell: data.draw(st.integers(0, size)) for cell, size in most.items()}
    whole, part = draw_numbers(seed, frame, most), draw_numbers(seed, frame, fewer)
    for cell, size in fewer.items():
        assert sorted(whole.get(cell, [])) == sorted(frame[cell]), (
            "without replacement, and nobody is left out"
        )
        assert whole.get(cell, [])[:size] == part.get(cell, [])


@given(CELLS, st.integers(0, 20), st.data())
def test_an_allocation_sums_up_within_its_bounds(
    people: dict[str, int], least: int, data: st.DataObject
) -> None:
    low = {cell: min(least, n) for cell, n in people.items()}
    size = data.draw(st.integers(sum(low.values()), sum(people.values())))
    deviation = st.decimals("0.01", "99", places=2)
    values: dict[str, Decimal] = data.draw(
        st.just({}) | st.fixed_dictionaries(dict.fromkeys(people, deviation))
    )
    sizes = allocate(
        SampleDesign("neyman" if values else "proportional", size, least, values), people
    )
    assert sizes.keys() == people.keys()
    assert sum(sizes.values()) == size
    assert all(low[cell] <= sizes[cell] <= people[cell] for cell in people)


@given(CELLS, st.data())
def test_a_proportional_allocation_is_off_by_less_than_one(
    people: dict[str, int], data: st.DataObject
) -> None:
    total = sum(people.values())
    size = data.draw(st.integers(0, total))
    sizes = allocate(SampleDesign("proportional", size, 0, {}), people)
    assert all(abs(sizes[cell] * total - size * n) < total for cell, n in people.items())


@given(CELLS, st.data())
def test_equal_deviations_are_a_proportional_allocation(
    people: dict[str, int], data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, sum(people.values())))
    equal = dict.fromkeys(people, Decimal("1.5"))
    neyman = allocate(SampleDesign("neyman", size, 0, equal), people)
    assert neyman == allocate(SampleDesign("proportional", size, 0, {}), people)
