"""Days, hours and sources count the same people: together they narrow no small count."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from aggregation.fieldwork.dispositions import CountRange, range_of
from aggregation.fieldwork.one_sum import views_of_one_sum

STEP = 10
DAYS, HOURS, SOURCES = range(3)
PEOPLE = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 9), st.sampled_from("ab"), st.integers(1, 30)),
    min_size=1,
    max_size=25,
)


def three_views(people: list[tuple[int, int, str, int]]) -> list[dict[str, int]]:
    views: list[dict[str, int]] = [{}, {}, {}]
    for *names, count in people:
        for view, name in zip(views, names, strict=True):
            view[str(name)] = view.get(str(name), 0) + count
    return views


def alone(views: list[dict[str, int]]) -> list[dict[str, CountRange]]:
    """Each count as if it stood alone."""
    return [{name: range_of(n, STEP) for name, n in view.items()} for view in views]


def values(told: list[dict[str, CountRange]], place: int, name: str) -> list[int]:
    """What a count can be, by trying every sum: without the formula that the rule uses."""
    low, high = told[place][name]
    sums = [
        (sum(low for low, _ in view.values()), sum(high for _, high in view.values()))
        for view in told
    ]
    least, most = max(low for low, _ in sums), min(high for _, high in sums)
    rest = [span for other, span in told[place].items() if other != name]
    return [
        value
        for value in range(low, high + 1)
        if any(
            sum(low for low, _ in rest) <= whole - value <= sum(high for _, high in rest)
            for whole in range(least, most + 1)
        )
    ]


@given(PEOPLE)
def test_no_small_count_has_fewer_than_nine_values(people: list[tuple[int, int, str, int]]) -> None:
    views = three_views(people)
    told = views_of_one_sum(views, alone(views), STEP)
    for place, view in enumerate(views):
        assert told[place].keys() == view.keys()
        for name, count in view.items():
            able = values(told, place, name)
            assert count in able
            assert count >= STEP or len(able) >= STEP - 1


def test_one_person_on_each_of_nine_days_at_one_hour_was_found_out() -> None:
    days, hours = {str(day): 1 for day in range(9)}, {"9": 9}
    naive = alone([days, hours])
    assert [values(naive, 0, day) for day in days] == [[1]] * 9
    told = views_of_one_sum([days, hours], naive, STEP)
    assert told[0] == naive[0]
    assert all(values(told, 0, day) == [*range(1, 10)] for day in days)


def test_a_day_bounds_nine_hours_of_nine_each_no_more() -> None:
    hours = {str(hour): 9 for hour in range(9)}
    views = [{"Monday": 81}, hours]
    assert len(values(alone(views), 1, "0")) == 2
    told = views_of_one_sum(views, alone(views), STEP)
    assert told[0] == {"Monday": (80, 89)}
    assert all(len(values(told, 1, hour)) >= STEP - 1 for hour in hours)


def test_where_nothing_is_narrowed_each_count_is_told_by_itself() -> None:
    views = [{"Monday": 45, "Tuesday": 30}, {"9": 33, "10": 42}]
    assert views_of_one_sum(views, alone(views), STEP) == alone(views)


def test_the_first_view_stays_as_it_is() -> None:
    wide = {"personal": (0, 40), "open": (1, 9)}
    for late, many in product((1, 9), (1, 20)):
        views = [{"personal": many, "open": late}, {"9": late, "10": many}]
        assert views_of_one_sum(views, [wide, alone(views)[1]], STEP)[0] == wide
