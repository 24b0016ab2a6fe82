"""Counts rounded down for publication."""

from __future__ import annotations

ROUNDING_BASE = 10
"""Live counts are rounded to this step, or to the scheme's smallest cell where that is larger."""


def round_down(count: int, cell: int) -> int | None:
    """A growing count rounded down to tens, or None below the floor."""
    step = max(ROUNDING_BASE, cell)
    return None if 0 < count < step else count - count % step
