"""Working days, on which deadlines are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5
ALWAYS_OFF = ((1, 1), (5, 1), (10, 1))
"""Months and days that are off in every year, by the regulation on public holidays."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The working days of a city.

    ``off`` are holidays, ``worked`` are weekend days that are worked; every other day follows its
    weekday.
    """

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        """Whether offices work on this day."""
        if (day.month, day.day) in ALWAYS_OFF:
            return False
        return day in self.worked or (day.weekday() < SATURDAY and day not in self.off)

    def knows(self, year: int) -> bool:
        """Whether the holidays of a year are known.

        If not, only weekends and the days that are off in every year are days off.
        """
        return any(day.year == year for day in self.off)

    def after_working(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``, which itself is not counted."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.works(day)
        return day

    def after(self, day: date, count: int) -> date:
        """``count`` days after ``day``; an end on a day off moves to the next working day."""
        end = day + timedelta(days=count)
        return end if self.works(end) else self.after_working(end, 1)
