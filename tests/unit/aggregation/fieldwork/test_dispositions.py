"""Dispositions add up, small ones stay unknown, and rates follow the formulas."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from aggregation.fieldwork.dispositions import (
    DISPOSITIONS,
    InvitationCounts,
    ResponseRates,
    as_ranges,
    dispositions,
    range_of,
    response_rates,
)

COUNTS = st.builds(InvitationCounts, st.integers(10, 400), *[st.integers(0, 120)] * 9)
STEP = 10


def test_each_invitation_has_one_disposition() -> None:
    known = InvitationCounts(
        100,
        queued=5,
        unreachable=10,
        opted_out=2,
        not_delivered=6,
        refused=4,
        opened=40,
        partial=3,
        broken=7,
        completed=25,
    )
    found = {"queued": 5, "unreachable": 10, "opted_out": 2, "declined": 4, "started": 5}
    found |= {"partial": 3, "broken": 7, "completed": 25, "sent": 33, "expired": 0}
    found |= {"not_delivered": 6}
    assert dispositions(known, over=False) == found
    assert dispositions(known, over=True) == found | {"sent": 0, "expired": 33}


@given(COUNTS, st.booleans())
def test_they_add_up_whatever_the_two_sides_have_counted(
    known: InvitationCounts, over: bool
) -> None:
    found = dispositions(known, over)
    assert set(found) == set(DISPOSITIONS)
    assert sum(found.values()) == known.invited
    assert min(found.values()) >= 0


def test_more_completed_than_opened_yet_are_as_many_as_opened() -> None:
    found = dispositions(InvitationCounts(50, opened=12, completed=14, partial=2), False)
    assert (found["completed"], found["partial"], found["started"], found["sent"]) == (12, 0, 0, 38)


@given(COUNTS, st.booleans())
@example(InvitationCounts(10, opened=2, completed=1), False)
@example(InvitationCounts(18, opened=9, completed=9), False)
def test_what_is_told_holds_and_the_sum_narrows_no_small_count(
    known: InvitationCounts, over: bool
) -> None:
    found = dispositions(known, over)
    told = as_ranges(found, STEP)
    assert all(told[name][0] <= count <= told[name][1] for name, count in found.items())
    for name, count in found.items():
        if 0 < count < STEP:
            others = [span for other, span in told.items() if other != name]
            least = max(told[name][0], known.invited - sum(high for _, high in others))
            most = min(told[name][1], known.invited - sum(low for low, _ in others))
            assert least <= 1, "any number of fewer than ten"
            assert most >= STEP - 1, "any number of fewer than ten"


def test_where_all_are_small_the_sum_tells_nothing() -> None:
    assert as_ranges({"sent": 8, "started": 1, "completed": 1, "broken": 0}, STEP) == {
        "sent": (0, 10),
        "started": (0, 10),
        "completed": (0, 10),
        "broken": (0, 0),
    }
    assert as_ranges({"sent": 9, "completed": 9}, STEP) == {"sent": (0, 18), "completed": (0, 18)}


def test_ranges_are_of_ten() -> None:
    found = {"sent": 37, "started": 0, "completed": 40, "partial": 4, "queued": 19}
    assert as_ranges(found, STEP) == {
        "sent": (30, 39),
        "started": (0, 0),
        "completed": (40, 49),
        "partial": (1, 9),
        "queued": (10, 19),
    }


def test_a_count_by_itself_is_told_as_a_range_too() -> None:
    assert [range_of(count, STEP) for count in (0, 1, 9, 10, 19, 20)] == [
        *((0, 0), (1, 9), (1, 9), (10, 19), (10, 19), (20, 29))
    ]


def test_the_largest_gives_way_where_the_sum_would_say_too_much() -> None:
    # 21 invited, at least 20 of them sent: at most one could be the other.
    assert as_ranges({"sent": 20, "partial": 1}, STEP) == {"sent": (10, 21), "partial": (1, 9)}


def test_rates_follow_the_formulas() -> None:
    # RR1 = I ÷ all, RR2 = (I + P) ÷ all, break-off = B ÷ (I + P + B), with exact counts.
    exact = dict.fromkeys(DISPOSITIONS, (0, 0))
    exact |= {"sent": (50, 50), "completed": (30, 30), "partial": (5, 5), "broken": (15, 15)}
    assert response_rates(exact) == ResponseRates((30, 30), (35, 35), (30, 30))
    assert response_rates(dict.fromkeys(DISPOSITIONS, (0, 0))) == ResponseRates(None, None, None)


@given(COUNTS)
def test_the_true_rates_lie_in_what_is_told(known: InvitationCounts) -> None:
    found = dispositions(replace(known), False)
    told = response_rates(as_ranges(found, STEP))
    assert told.rr1 is not None
    assert told.rr1[0] <= 100 * found["completed"] / known.invited <= told.rr1[1]
    begun = found["completed"] + found["partial"] + found["broken"]
    if begun:
        assert told.break_off is not None
        assert told.break_off[0] <= 100 * found["broken"] / begun <= told.break_off[1]
