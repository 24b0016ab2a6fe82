"""Days as pages say them: in words of the reader's language, never in ISO form."""

from __future__ import annotations

from datetime import date

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def told_day(day: date, lang: str, present: int = 0) -> str:
    """Returns a day with its year, but for a day of the year ``present``: 12月30日, 30 December."""
    if lang.startswith("zh"):
        told = f"{day.month}月{day.day}日"
        return told if day.year == present else f"{day.year}年{told}"
    told = f"{day.day} {MONTHS[day.month - 1]}"
    return told if day.year == present else f"{told} {day.year}"
