"""``python -m benchmarks.close``: checks a million ballots against the log; goal under 60 s."""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

from bot.ballots.close_check import examine
from bot.storage.bulk import insert_all
from bot.storage.database import open_database
from bot.storage.migrate import migrate
from bot.storage.schema import all as tables
from bot.transparency.entry_bodies import ballot_body, registration_body
from bot.transparency.guard import Guard
from bot.transparency.guarded_log import GuardedLog
from bot.transparency.log_entry import receipt_entry, sealed_entry
from survey_flows.log_entries import commit

BALLOTS, AT_ONCE, UNITS = 1_000_000, 20_000, 108
GOAL_SECONDS = 60.0
SEED, FACTS = bytes(32), '{"contact": "used"}'
CAMPAIGN: dict[str, Any] = {
    "id": "year", "year": 2026, "state": "closing", "opens_at": 0, "closes_at": 1,
    "definition": "{}", "scheme": "{}",
}  # fmt: skip


def row(chance: Random, position: int) -> dict[str, Any]:
    ratings = " ".join(chance.choices(("VS", "S", "B", "D", "VD"), k=4))
    return {
        "campaign": "year", "unit": f"U{chance.randrange(UNITS)}", "voter": chance.randbytes(32),
        "questionnaire": "window", "grp": "resident", "stratum": "", "source": "open",
        "ratings": ratings, "facts": FACTS, "bucket": 2_000_000, "risk": 0, "weight": 4,
        "position": position, "salt": chance.randbytes(16),
    }  # fmt: skip


async def fill(log: GuardedLog, ballots: int) -> None:
    chance = Random(1)
    async with log.open() as opened:
        body = registration_body(CAMPAIGN)
        await opened.append([opened.own_act("registration", "year", "year", body)], 0)
        await insert_all(opened.connection, tables.campaigns, [CAMPAIGN | {"registered": 0}])
    for _ in range(0, ballots, AT_ONCE):
        async with log.open() as opened:
            rows = [row(chance, opened.size + AT_ONCE + at) for at in range(AT_ONCE)]
            await insert_all(opened.connection, tables.ballots, rows)
            labels = sorted(chance.randbytes(32) for _ in rows)
            entries = [receipt_entry("year", label) for label in labels]
            entries += [sealed_entry("year", commit(it["salt"], ballot_body(it))) for it in rows]
            await opened.append(entries, 0)


async def measure(url: str, folder: Path, ballots: int) -> float:
    database = open_database(url)
    await migrate(database)
    log = GuardedLog(database, Guard(folder / "guard"), lambda: SEED, "minping")
    start = time.perf_counter()
    await fill(log, ballots)
    print(f"append {ballots:,} entries with guard  {time.perf_counter() - start:7.1f} s")
    start = time.perf_counter()
    await log.start()
    print(f"start: rows beside guard            {time.perf_counter() - start:7.1f} s")
    start, busy = time.perf_counter(), time.process_time()
    examined = await examine(database, "year", log.guard)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    print(f"check {ballots:,} ballots           {seconds:7.1f} s, of the processor {busy:.1f} s")
    await database.dispose()
    assert (examined.findings, examined.counts.total()) == ([], ballots)
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("ballots", nargs="?", type=int, default=BALLOTS)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/minping.sqlite3"
        seconds = asyncio.run(measure(url, Path(folder), chosen.ballots))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory                         {peak:7.0f} MB")
    return int(seconds >= GOAL_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
