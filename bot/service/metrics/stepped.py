"""Counts of what citizens do: whole tens, which step at the quarters of an hour only.

A monitoring system reads every few seconds and keeps what it read. Exact counts would date every
single act; a count here says of an act only that it was among ten of an hour's quarter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

QUARTER = 900
"""Seconds."""
STEP = 10

Key = TypeVar("Key", bound=Hashable)


def by_tens(count: int) -> int:
    """Return a count without what is beyond its last whole ten."""
    return count - count % STEP


def quarter_of(now: float) -> int:
    """Return the number of the quarter of an hour that a moment (epoch seconds) lies in."""
    return int(now // QUARTER)


class SteppedCounts(Generic[Key]):
    """Counts by key, as they stood when the present quarter of an hour began."""

    def __init__(self) -> None:
        self._counts: Counter[Key] = Counter()
        self._told: dict[Key, int] = {}
        self._quarter: int | None = None

    def add(self, key: Key, now: float) -> None:
        """Count one more at a moment (epoch seconds)."""
        self._step(now)
        self._counts[key] += 1

    def told(self, now: float) -> Mapping[Key, int]:
        """Return the counts of the last step; keys of fewer than ten are not among them."""
        self._step(now)
        return self._told

    def _step(self, now: float) -> None:
        quarter = quarter_of(now)
        # A clock that is set back steps nothing, so no quarter is told twice.
        if self._quarter is None or quarter > self._quarter:
            self._quarter = quarter
            whole = {key: by_tens(count) for key, count in self._counts.items()}
            self._told = {key: count for key, count in whole.items() if count}
