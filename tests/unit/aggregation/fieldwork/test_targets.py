"""Targets by group, shared out to districts, and what is due at an even pace."""

from __future__ import annotations

import pytest

from aggregation.fieldwork.targets import area_of, area_targets, due_by, shared_out


def test_targets_are_shared_by_population_else_by_invitations_else_not() -> None:
    population = {
        "resident": {"430102": 300, "430103": 100},
        "firm": {"430102/large": 1, "430102/small": 1, "430103/small": 2},
    }
    invited = {("deputy", "430103"): 5, ("deputy", ""): 20, ("expert", ""): 9}
    targets = {"resident": 1000, "firm": 50, "deputy": 7, "expert": 30}
    assert area_targets(targets, population, invited) == {
        "430102": 750 + 25,
        "430103": 250 + 25 + 7,
    }
    assert area_targets({"expert": 30}, {}, invited) == {}


@pytest.mark.parametrize("people", [0, 1, 7, 100, 9_999])
def test_no_person_is_lost_in_sharing(people: int) -> None:
    shares = shared_out(people, {"a": 1, "b": 1, "c": 5, "d": 0})
    assert sum(shares.values()) == people
    assert shares["d"] == 0
    assert abs(shares["a"] - shares["b"]) <= 1


def test_a_district_is_the_first_part_of_a_stratum() -> None:
    assert [area_of(name) for name in ("430102/large", "430102", "")] == ["430102", "430102", ""]


def test_what_is_due_grows_evenly_from_the_opening_to_the_close() -> None:
    assert [due_by(300, 100, 200, now) for now in (0, 100, 150, 199.9, 200, 900)] == [
        0,
        0,
        150,
        299,
        300,
        300,
    ]
