"""Times of answers as spreadsheets and survey services write them, each of them one clear moment.

Day and month in an order that depends on the country, serial numbers of days and milliseconds are
no clear moments. They are refused and never guessed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_DATE = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))"
)
_TIME = re.compile(
    r"(上午|下午|am|pm)? ?(\d{1,2})"
    r"(?:[:时](\d{1,2})(?:分?$|[:分](\d{1,2})秒?(?:[.,]\d{1,9})?)?|[:时])? ?(am|pm)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r" ?(?:(z|utc)|([+-])(\d{2}):?(\d{2})?)$", re.IGNORECASE)
_SECONDS = re.compile(r"[1-9]\d{8,9}")
"""Seconds since 1970 of the years 1973 to 2286."""
_AFTERNOON, _FORENOON = ("下午", "pm"), ("上午", "am")
_NOON = 12


def parse_moment(text: str, zone: ZoneInfo) -> int | None:
    """Return seconds since 1970; None when the text is not one clear moment.

    Args:
        text: a date, or a date and a time, such as 2026/11/3 8:30 or ISO 8601; or seconds.
        zone: the time zone of times that name none.
    """
    if _SECONDS.fullmatch(text):
        return int(text)
    date = _DATE.match(text)
    if not date:
        return None
    rest = text[date.end() :].removeprefix("T").removeprefix("t").strip()
    offset = _OFFSET.search(rest) if rest else None
    clock = _clock(rest[: offset.start()] if offset else rest)
    if clock is None or (offset and not rest[: offset.start()]):
        return None
    year, month, day = (int(part) for part in date.groups() if part and part not in "-/.")
    try:
        moment = datetime(year, month, day, *clock, tzinfo=zone)
        if offset:
            moment = moment.replace(tzinfo=UTC)
        return int(moment.timestamp()) - (_shift(offset) if offset else 0)
    except (ValueError, OverflowError):
        return None


def _shift(offset: re.Match[str]) -> int:
    """Return by how many seconds a clock is ahead of UTC."""
    if offset[1]:
        return 0
    seconds = int(offset[3]) * 3600 + int(offset[4] or 0) * 60
    return -seconds if offset[2] == "-" else seconds


def _clock(text: str) -> tuple[int, int, int] | None:
    """Return hour, minute and second; midnight when there is no time."""
    if not text:
        return 0, 0, 0
    found = _TIME.fullmatch(text)
    if not found or (":" not in text and "时" not in text):
        return None
    before, hour, minute, second, after = found.groups()
    half = (before or after or "").lower()
    number = int(hour)
    if half and ((before and after) or not 0 < number <= _NOON):
        return None
    if half in _AFTERNOON and number < _NOON:
        number += _NOON
    if half in _FORENOON and number == _NOON:
        number = 0
    return number, int(minute or 0), int(second or 0)
