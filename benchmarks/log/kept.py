"""A log of many entries in a database: what a batch costs, and proofs out of it."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from random import Random

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import open_database, reading
from bot.storage.migrate import migrate
from bot.transparency.guard import Guard
from bot.transparency.guarded_log import GuardedLog
from bot.transparency.log_entry import receipt_entry, sealed_entry
from bot.transparency.log_reader import prove_consistency, prove_inclusion

BATCH, PROOFS = 1000, 200


async def append_and_prove(entries: int) -> None:
    """Print what a log of that many entries costs, in batches of `BATCH` entries."""
    chance = Random(1)
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/minping.sqlite3")
        await migrate(database)
        log = GuardedLog(database, Guard(Path(folder) / "guard"), lambda: bytes(32), "minping")
        times, busy = [], time.process_time()
        for _ in range(entries // BATCH):
            labels = sorted(chance.randbytes(32) for _ in range(BATCH // 2))
            batch = [receipt_entry("year", label) for label in labels]
            batch += [sealed_entry("year", chance.randbytes(32)) for _ in labels]
            start = time.perf_counter()
            async with log.open() as opened:
                await opened.append(batch, 0)
            times.append(time.perf_counter() - start)
        busy = time.process_time() - busy
        told(f"append {entries:,} entries", sum(times), f"{busy:.1f} s of the processor")
        tenth = max(1, len(times) // 10)
        first, last = statistics.median(times[:tenth]), statistics.median(times[-tenth:])
        told("a batch at the end", last, f"at the beginning {first:.4f} s")
        await prove(database, chance, entries // BATCH * BATCH)
        await database.dispose()


async def prove(database: AsyncEngine, chance: Random, size: int) -> None:
    inside, grown = [], []
    for _ in range(PROOFS):
        async with reading(database) as connection:
            start = time.perf_counter()
            assert await prove_inclusion(connection, chance.randrange(size), size)
            inside.append(time.perf_counter() - start)
            start = time.perf_counter()
            await prove_consistency(connection, chance.randrange(1, size), size)
            grown.append(time.perf_counter() - start)
    told("prove an entry", statistics.median(inside), f"at most {max(inside):.4f} s")
    told("prove that the log grew", statistics.median(grown), f"at most {max(grown):.4f} s")


def told(what: str, seconds: float, more: str) -> None:
    print(f"{what:32} {seconds:8.4f} s, {more}", flush=True)


def measure(entries: int) -> None:
    asyncio.run(append_and_prove(entries))
