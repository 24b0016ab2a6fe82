"""No solution of the published figures gives a count of fewer than ten people."""

from __future__ import annotations

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from aggregation.disclosure.suppression import sum_protects, suppressed_cells
from survey_flows.ballot import STAFF
from tests.disclosure.linear import (
    FLOOR,
    GROUPS,
    LINKS,
    POINTS,
    SILENT,
    Ballots,
    make_campaign,
    make_scored,
    read_all,
    truth,
)

UNITS = ("A", "B", "C")
EVEN = FLOOR - 1
"""The least width of the interval in which a hidden count can be placed."""

few = st.integers(1, FLOOR - 1)
count = st.one_of(st.just(0), few, few, st.integers(FLOOR, 60), st.integers(30, 200))
ballot = st.tuples(
    st.sampled_from(UNITS),
    st.sampled_from((*GROUPS, STAFF)),
    st.booleans(),
    st.sampled_from((0, 2, 4, 4, 4, 4)),
    st.sampled_from((*POINTS, *POINTS, *SILENT)),
    count,
)


def whole(unit: str, count: int) -> Ballots:
    return (unit, "resident", False, 4, "S", count)


@settings(max_examples=150)
@given(st.lists(ballot, min_size=3, max_size=24))
@example([whole("A", 120), whole("B", 120), whole("C", 4)])
@example([whole("A", 120), ("A", "deputy", False, 4, "VD", 3), whole("B", 120), whole("C", 120)])
@example([whole("A", 120), ("A", "resident", False, 0, "VD", 3), whole("B", 120), whole("C", 120)])
@example([whole("A", 120), ("A", "resident", False, 4, "DK", 1), whole("B", 120), whole("C", 120)])
@example([whole("A", 33), ("A", "deputy", True, 4, "B", 3)])
@example([whole("A", 9), whole("B", 10)])
@example([whole("A", 10), ("A", "resident", False, 0, "VS", 1)])
@example([whole("A", 120), whole("B", 120), whole("C", 120), ("A", STAFF, True, 4, "VS", 3)])
@example(
    [
        whole("A", 120),
        whole("B", 120),
        ("A", "resident", False, 0, "VD", 3),
        ("B", STAFF, True, 4, "VS", 15),
    ]
)
@example(
    [
        whole("A", 120),
        whole("B", 120),
        ("A", "resident", False, 4, "DK", 3),
        ("B", STAFF, True, 4, "VS", 4),
    ]
)
def test_no_count_of_few_people_can_be_solved_for(ballots: list[Ballots]) -> None:
    assume(sum(entry[-1] for entry in ballots) >= FLOOR)  # the log tells how many there are in all
    spy = read_all(make_scored(make_campaign(UNITS), ballots))
    for name, value in truth(ballots).items():
        if 0 < value < FLOOR and not name.endswith((" n", "out")):
            names = [f"{name} {link}" for link in LINKS] if name.split()[-1] in GROUPS else [name]
            low, high = spy.interval(dict.fromkeys(names, 1.0))
            assert high - low >= EVEN - 1e-6, f"{name} = {value} lies within [{low}, {high}]"


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 60), min_size=2), st.integers(1, 20)
)
def test_hidden_cells_of_a_known_sum_leave_each_other_room(
    counts: dict[str, int], floor: int
) -> None:
    gone = suppressed_cells(counts, floor)
    assert {name for name, count in counts.items() if 0 < count < floor} <= gone
    assert sum_protects(counts, gone, floor) or gone == set(counts)
    if gone and sum_protects(counts, gone, floor):
        assert sum(counts[name] for name in gone) >= floor
        assert len(gone) > 1
