"""What an attack is counted by, and the ballots as every attacker reads them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import text

from bot.storage.database import reading
from bot.storage.schema import all as tables
from tests.attacks.honest_campaign import Played


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many of ``tries`` guesses hit, and how many chance alone hits on average.

    ``named``: an exception that the documents name, and which shows that the attack can hit.
    """

    join: str
    tries: int
    hits: int
    chance: float
    named: bool = False

    @property
    def most(self) -> float:
        """Chance and three standard errors (the hits of guesses by lot are Poisson)."""
        return float(self.chance + 3 * max(self.chance, 1.0) ** 0.5)


@dataclass(slots=True)
class Ballots:
    """The standing ballots as the attacker reads them, and the batches in which they came."""

    rows: list[Any]
    ends: list[int]
    xmins: dict[int, str]
    by_unit: dict[str, list[Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_unit = defaultdict(list)
        for row in self.rows:
            self.by_unit[row.unit].append(row)

    def of(self, unit: str) -> list[Any]:
        """Return the ballots of a unit by position, or all where no unit is said."""
        return self.by_unit[unit] if unit else self.rows

    def between(self, first: int, end: int) -> list[Any]:
        """Return the ballots whose entries are in a part of the log."""
        return self.rows[_place(self.rows, first) : _place(self.rows, end)]

    def batch(self, position: int) -> int:
        """Return the number of the batch that wrote an entry."""
        return bisect_right(self.ends, position)

    def of_batch_before(self, unit: str, position: int) -> list[Any]:
        """Return a unit's ballots of the last batch with any, before the batch of an entry."""
        own, batch = self.of(unit), self.batch(position)
        cut = _place(own, self.ends[batch - 1]) if batch else 0
        last = self.batch(own[cut - 1].position) if cut else 0
        return own[_place(own, self.ends[last - 1]) if last else 0 : cut]


def _place(rows: Sequence[Any], position: int) -> int:
    return bisect_left(rows, position, key=lambda row: row.position)


async def read_ballots(played: Played) -> Ballots:
    rows = sorted(await played.rows(tables.ballots), key=lambda row: row.position)
    ends = sorted(row.size for row in await played.rows(tables.checkpoints))
    return Ballots(rows, ends, await read_xmins(played, "ballots", "id"))


async def read_xmins(played: Played, table: str, key: str) -> dict[Any, str]:
    """Return the transaction that wrote each row last, which PostgreSQL keeps with it."""
    if played.road.database.dialect.name != "postgresql":
        return {}
    async with reading(played.road.database) as connection:
        query = text(f"SELECT {key}, xmin::text FROM {table}")
        return {plain(row[0]): row[1] for row in await connection.execute(query)}


def plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def lot(lots: Random, found: Sequence[Any]) -> Any:
    """Draw one of some, or nothing from nothing."""
    return lots.choice(found) if found else None
