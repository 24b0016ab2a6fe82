"""What a year's table is checked against, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from aggregation.inputs import Leader
from aggregation.scheme import Scheme
from bot.store.yearbook import ListedUnit


@dataclass(frozen=True, slots=True)
class Known:
    """The city as it is stored. ``year`` is 0 for units, which stand in every year."""

    year: int
    scheme: Scheme
    units: Mapping[str, ListedUnit]
    leaders: Mapping[str, Leader]

    @property
    def subjects(self) -> Collection[str]:
        """Codes of units and ids of leaders, in that order."""
        return dict.fromkeys([*self.units, *self.leaders])


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many rows a table had, and what its owner should know."""

    rows: int
    notes: tuple[str, ...] = ()
