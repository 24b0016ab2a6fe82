"""The days of a decision, each rule by itself and against its neighbours."""

from __future__ import annotations

from datetime import date

import pytest

from aggregation.procedure.decision_days import DecisionLimits, day_problems, is_older

LIMITS = DecisionLimits(date(2011, 1, 5), "2011-01-20T10:00:00+08:00", "2011-02-01T09:00:00+08:00")


@pytest.mark.parametrize(
    ("made", "heard", "problems"),
    [
        ("2011-01-21", "2011-01-05", []),
        ("2011-01-20", "2011-01-20", []),
        ("2011-01-20T10:00:00+08:00", "2011-01-10", []),
        ("2011-02-01T09:00:00+08:00", "2011-02-01", []),
        ("2011-01-20T01:59:59Z", "2011-01-10", [("at", "procedure-decided-over-newer")]),
        ("2011-01-19", "2011-01-10", [("at", "procedure-decided-over-newer")]),
        ("2011-01-04", "2011-01-04", [("at", "procedure-decided-before-ground")]),
        ("1999-01-20", "1999-01-10", [("at", "procedure-decided-before-ground")]),
        ("2011-02-02", "2011-01-10", [("at", "procedure-decided-ahead")]),
        ("2011-02-01T09:00:01+08:00", "2011-01-10", [("at", "procedure-decided-ahead")]),
        ("2011-01-25", "2011-01-04", [("heard_on", "procedure-heard-between")]),
        ("2011-01-25", "2011-01-26", [("heard_on", "procedure-heard-between")]),
        ("2011-01-25", "", [("heard_on", "procedure-not-heard")]),
        ("", "", [("heard_on", "procedure-not-heard")]),
        ("", "2011-01-10", []),
    ],
)
def test_row_decided_the_days_follow_one_another(
    made: str, heard: str, problems: list[tuple[str, str]]
) -> None:
    found = [(name, it.id) for name, it in day_problems(LIMITS, made, heard, must_hear=True)]
    assert found == problems


def test_row_decided_a_first_decision_without_a_hearing_has_its_ground_alone() -> None:
    first = DecisionLimits(date(2011, 1, 5), "", "2011-02-01")
    assert list(day_problems(first, "2011-01-05")) == []
    (problem,) = day_problems(first, "2011-01-04")
    assert "2011-01-05" in str(problem[1])


def test_a_day_alone_is_older_than_no_time_of_the_same_day() -> None:
    assert not is_older("2011-01-20", "2011-01-20T10:00:00+08:00")
    assert not is_older("2011-01-20T10:00:00+08:00", "2011-01-20")
    assert is_older("2011-01-20T09:00:00", "2011-01-20T10:00:00+08:00"), "the city's own hour"
