"""Where the charts of the response page have their bars: per cent across, pixels down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregation.fieldwork.dispositions import CountRange

HEIGHT = 150
"""Pixels between the line of nothing and the top of the highest bar."""
TOP = 18
ROOM = 1.2
"""A bar has room for so many times its target, so that the target's line is inside it."""


@dataclass(frozen=True, slots=True)
class TargetBar:
    """A bar across: ``low`` is reached for certain, ``high`` at most; in per cent of its room.

    ``target`` and what is ``due`` by now are lines; None without a target.
    """

    low: float
    high: float
    target: float | None = None
    due: float | None = None


def target_bar(span: CountRange, target: int, due: int, most: int) -> TargetBar:
    """Return the bar of a count against its target.

    Args:
        span: the told range of the count.
        target: how many are wanted; 0 for none.
        due: how many of them by now.
        most: the highest count beside it, which fills the room where there is no target.
    """
    room = max(target * ROOM, span[1] if target else most, 1)
    low, high = (_cent(end / room) for end in span)
    if not target:
        return TargetBar(low, high)
    return TargetBar(low, high, _cent(target / room), _cent(due / room))


@dataclass(frozen=True, slots=True)
class DayBar:
    """A day's bar: left edge and width in per cent; tops and heights in pixels."""

    day: str
    x: float
    width: float
    low_y: float
    low_height: float
    high_y: float
    high_height: float


@dataclass(frozen=True, slots=True)
class DayChart:
    """The bars of days, the line of what is needed each day, and where the scale ends."""

    bars: tuple[DayBar, ...]
    most: int
    goal: float | None
    height: int = TOP + HEIGHT + 22
    base: int = TOP + HEIGHT
    top: int = TOP


def day_chart(days: Mapping[str, CountRange], each_day: int) -> DayChart | None:
    """Return the chart of counts by day in order; None without a count.

    Args:
        days: the told range of each day, by its label.
        each_day: how many a day the target asks for; 0 for none.
    """
    most = max([each_day, *(span[1] for span in days.values())], default=0)
    if not any(span[1] for span in days.values()):
        return None
    most = _rounded_up(most)
    step = 100 / len(days)
    bars = []
    for place, (day, (low, high)) in enumerate(days.items()):
        low_height, high_height = (round(HEIGHT * end / most, 1) for end in (low, high))
        bars.append(
            DayBar(
                day,
                round(place * step + step * 0.15, 2),
                round(step * 0.7, 2),
                round(TOP + HEIGHT - low_height, 1),
                low_height,
                round(TOP + HEIGHT - high_height, 1),
                round(high_height - low_height, 1),
            )
        )
    goal = round(TOP + HEIGHT - HEIGHT * each_day / most, 1) if each_day else None
    return DayChart(tuple(bars), most, goal)


def _rounded_up(count: int) -> int:
    """Return the next number with one figure, such as 400 for 312; at least 10."""
    size = 10
    while size * 10 <= count:
        size *= 10
    return -(-count // size) * size


def _cent(share: float) -> float:
    return round(min(100.0, 100 * share), 1)
