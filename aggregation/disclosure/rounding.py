"""Counts rounded down for publication."""

from __future__ import annotations

ROUNDING_BASE = 10
"""Live counts are rounded to this step, or to the scheme's smallest cell where that is larger."""


def round_down(count: int, cell: int) -> int | None:
    """A growing count rounded down to tens, or None below the floor."""
    step = max(ROUNDING_BASE, cell)
    return None if 0 < count < step else count - count % step


def part_at_least(part: int, whole: int, cell: int) -> int | None:
    """How many of a known number of people did something, at least; None: some, below the floor.

    Rounded down to tens alone, 40 of 41 would tell that one person did not. So the rest of the
    ``whole`` could always be anything in an interval of nine and more: nearly all are told as if
    ten fewer could be, and of fewer than twice the step only whether anybody did.
    """
    step = max(ROUNDING_BASE, cell)
    if part and whole < 2 * step:
        return 1
    told = round_down(part, cell)
    return told and min(told, whole - whole % step - step)
