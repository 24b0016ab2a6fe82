"""An archive adds up to the full scan whatever happens to ballots between two runs.

It reads only what moved.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.counts.scan import PatternCount, PositionSpan
from bot.results.archive.format import count_tables
from bot.results.archive.writer import WrittenArchive, write_parts
from bot.results.scan import counts_of, read_counts
from bot.storage.database import open_database, writing
from bot.storage.schema import all as tables
from tests.ballots import drawn

CAMPAIGN, SIZE = "2026", 4
KINDS = ("append", "supersede", "withdraw", "reweigh", "archive", "interrupt")
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 10_000)), min_size=4, max_size=40)


class Stopped(Exception):
    pass


class Campaign:
    """Ballots that come and go as by the mixer, each at the next position of the log."""

    def __init__(self, database: AsyncEngine, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.live: list[int] = []
        self.positions = 0
        self.moved: set[PositionSpan] = set()
        self.fresh = iter(ballot | {"campaign": CAMPAIGN} for ballot in drawn(17, 100))

    def span(self, position: int) -> PositionSpan:
        return PositionSpan(True, position // SIZE * SIZE, position // SIZE * SIZE + SIZE)

    async def append(self, _lot: int) -> None:
        row = next(self.fresh) | {"position": self.positions, "salt": b"s" * 16, "weight": 4}
        async with writing(self.database) as connection:
            await connection.execute(tables.ballots.insert(), [row])
        self.live.append(self.positions)
        self.moved.add(self.span(self.positions))
        self.positions += 1

    async def withdraw(self, lot: int) -> None:
        if self.live:
            position = self.live.pop(lot % len(self.live))
            async with writing(self.database) as connection:
                await connection.execute(
                    tables.ballots.delete().where(tables.ballots.c.position == position)
                )
            self.moved.add(self.span(position))
            self.positions += 1  # the withdrawal is an entry of its own

    async def supersede(self, lot: int) -> None:
        await self.withdraw(lot)
        await self.append(lot)

    async def reweigh(self, lot: int) -> None:
        if self.live:
            position = self.live[lot % len(self.live)]
            change = tables.ballots.update().where(tables.ballots.c.position == position)
            async with writing(self.database) as connection:
                await connection.execute(change.values(weight=(0, 1, 2, 4)[lot % 4]))
            self.moved.add(self.span(position))

    async def archive(
        self, _lot: int, progress: Callable[[int, int], None] | None = None
    ) -> WrittenArchive:
        written = await write_parts(self.database, CAMPAIGN, self.folder, True, progress, SIZE)
        assert set(written.read) <= self.moved
        self.moved = set()
        return written

    async def interrupt(self, lot: int) -> None:
        def stop(done: int, total: int) -> None:
            if done * 3 > total * (lot % 3):
                raise Stopped

        with suppress(Stopped):
            await self.archive(lot, stop)


def merged(folder: Path, written: WrittenArchive) -> list[PatternCount]:
    """Return the sum of the parts."""
    found: dict[tuple[Any, ...], int] = {}
    for table in count_tables(folder, written.manifest):
        for row in counts_of(table):
            key = tuple(getattr(row, name) for name in PatternCount.__slots__[:-1])
            found[key] = found.get(key, 0) + row.count
    return [PatternCount(*key, count) for key, count in sorted(found.items())]


async def play(steps: list[tuple[str, int]], folder: Path) -> None:
    database = open_database(f"sqlite:///{folder / 'ballots.sqlite3'}")
    try:
        campaign = Campaign(database, folder / "archive")
        for kind, lot in [*steps, ("archive", 0)]:
            await getattr(campaign, kind)(lot)
        written = await campaign.archive(0)
        assert written.read == []
        assert merged(folder / "archive", written) == await read_counts(database, CAMPAIGN)
        files = {
            str(path.relative_to(folder / "archive")) for path in (folder / "archive").glob("*/*")
        }
        assert files == {part.file for part in written.manifest.parts}
    finally:
        await database.dispose()


@settings(max_examples=15, deadline=None)
@given(STEPS)
@example(
    [("append", 0), ("append", 0), ("archive", 0), ("withdraw", 0), ("append", 0)]
)  # as many, but not the same
@example(
    [("append", 0), ("append", 2), ("reweigh", 1), ("archive", 0), ("reweigh", 2), ("reweigh", 1)]
)
def test_parts_add_up_to_the_full_scan_whatever_comes_and_goes(
    steps: list[tuple[str, int]],
) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        asyncio.run(play(steps, folder))
    finally:
        shutil.rmtree(folder)
