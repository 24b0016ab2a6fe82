"""Deadlines on working days; expectations are counted by hand on the published calendars."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.procedure.workdays import WorkingDays
from bot.records.working_days import make_calendar, read_days, shipped_days
from survey_flows.errors import BadInput

CHINA = make_calendar(shipped_days())
days = st.dates(date(2024, 12, 1), date(2027, 2, 1))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-25", 1, "2026-11-26"),
        ("2026-11-27", 1, "2026-11-30"),  # over a weekend
        ("2026-02-13", 1, "2026-02-14"),  # a Saturday that is worked for the Spring Festival
        ("2026-02-14", 1, "2026-02-24"),  # nine days off
        ("2026-02-13", 5, "2026-02-27"),  # 14, 24, 25, 26, 27
        ("2026-02-27", 1, "2026-02-28"),
        ("2025-09-30", 1, "2025-10-09"),
        ("2025-09-26", 3, "2025-09-30"),  # Sunday 28, Monday 29, Tuesday 30
        (
            "2026-09-18",
            15,
            "2026-10-15",
        ),  # Sunday 20 and Saturday 10 October are worked; 25–27 and 1–7 are off
    ],
)
def test_working_days_on_the_published_calendar(start: str, count: int, end: str) -> None:
    assert CHINA.after_working(date.fromisoformat(start), count) == date.fromisoformat(end)


def test_a_time_in_all_days_that_would_end_on_a_day_off_ends_on_the_next_working_day() -> None:
    assert CHINA.after(date(2026, 9, 21), 10) == date(2026, 10, 8)
    assert CHINA.after(date(2026, 11, 2), 10) == date(2026, 11, 12)


def test_the_shipped_years_have_the_days_off_that_were_published() -> None:
    off = {year: sum(day.year == year for day in CHINA.off) for year in (2025, 2026, 2027)}
    assert off == {2025: 28, 2026: 33, 2027: 0}  # 1+8+3+5+3+8 and 3+9+3+5+3+3+7
    assert {year: CHINA.knows(year) for year in off} == {2025: True, 2026: True, 2027: False}
    assert all(day.weekday() >= 5 for day in CHINA.worked)
    assert not CHINA.worked & CHINA.off


@given(days, st.integers(1, 40))
def test_the_nth_working_day_is_worked_and_as_many_lie_between(start: date, count: int) -> None:
    end = CHINA.after_working(start, count)
    between = [start + timedelta(n) for n in range(1, (end - start).days + 1)]
    assert CHINA.works(end)
    assert sum(CHINA.works(day) for day in between) == count


@given(days, st.integers(0, 40))
def test_an_end_never_comes_early_nor_on_a_day_off(start: date, count: int) -> None:
    end, plain = CHINA.after(start, count), start + timedelta(count)
    assert CHINA.works(end)
    assert not any(CHINA.works(plain + timedelta(n)) for n in range((end - plain).days))


def test_without_holidays_weekends_and_the_days_of_every_year_are_off() -> None:
    assert WorkingDays().after_working(date(2026, 9, 30), 1) == date(2026, 10, 2)


def test_an_imported_table_is_read_in_both_languages_and_complains_by_cell() -> None:
    text = "日期,类型,名称\n2027-01-01,休,元旦\n2027年1月2日,班,元旦\n"
    assert [(row["day"], row["kind"]) for row in read_days("holidays.csv", text.encode())] == [
        ("2027-01-01", "off"),
        ("2027-01-02", "work"),
    ]
    with pytest.raises(
        BadInput, match="row 2, column day: 2027-01-01 is no day of a weekend"
    ) as wrong:
        read_days("holidays.csv", b"day,kind\n2027-01-01,work\n2027-13-01,off\n2027-01-03,maybe\n")
    assert all(part in str(wrong.value) for part in ("row 3, column day", "row 4, column kind"))
