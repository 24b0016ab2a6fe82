"""The attacks: python -m tests.attacks prints the table, «linking» plays the joins, «year» changes
the database after a year is sealed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests import servers
from tests.attacks.honest_campaign import Habits
from tests.attacks.linking import attacks
from tests.attacks.table import row_lines, tampering_lines
from tests.attacks.year import EIGHT, MORE, NOTHING, year_lines

TRIES, BOTH = 200, 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__)
    inner = parser.add_subparsers(dest="what")
    table = inner.add_parser("table", help="rows of the issue, and each tampering many times")
    linking = inner.add_parser("linking", help="joins of people, comments and presses to ballots")
    for one in (parser, table):
        one.add_argument("--tries", type=int, default=TRIES)
        one.add_argument("--both", type=int, default=BOTH, help="tries by minping verify, too")
    table.add_argument("--only", choices=("rows", "tamperings"))
    linking.add_argument("--voters", type=int, default=800)
    linking.add_argument("--units", type=int, default=8)
    linking.add_argument("--seed", type=int, default=0)
    linking.add_argument("--busy", type=float, default=0.6, help="share of people in busy hours")
    linking.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own")
    year = inner.add_parser("year", help="changes in the database after a year is sealed")
    year.add_argument("--changes", type=int, default=50, help="so many changes of each table")
    year.add_argument("--only", nargs="+", default=(*EIGHT, *MORE), metavar="TABLE")
    given = parser.parse_args()
    if given.what == "year":
        return asyncio.run(play_year(given.changes, given.only))
    if given.what == "linking":
        habits = Habits(given.voters, given.units, given.seed, given.busy)
        if not given.postgres:
            return asyncio.run(play_linking(habits, os.environ.get("DATABASE_URL", "")))
        with servers.postgres() as cluster, cluster.database() as url:
            return asyncio.run(play_linking(habits, url))
    bad = False
    for line in lines(given.tries, given.both, getattr(given, "only", None)):
        print(line, flush=True)
        bad = bad or line.endswith("NO |") or "NOT FOUND" in line
    return 1 if bad else 0


async def play_year(changes: int, only: Sequence[str]) -> int:
    """Print the table of a sealed year; 1 when a change was not found."""
    bad = False
    async for line in year_lines(changes, only):
        print(line, flush=True)
        bad = bad or NOTHING in line
    return int(bad)


def lines(tries: int, both: int, only: str | None) -> Iterator[str]:
    """The lines of the table."""
    if only != "tamperings":
        yield from row_lines()
        yield ""
    if only != "rows":
        yield from tampering_lines(tries, both=both)


async def play_linking(habits: Habits, url: str) -> int:
    """Play the joins on the database ``url``, else on SQLite."""
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        kept = url or f"sqlite+aiosqlite:///{folder}/attacks.sqlite3"
        outcomes = await attacks(kept, Path(folder), habits)
    seconds = time.process_time() - began
    played = f"{habits.voters} voters, {habits.units} units, {habits.busy:.0%} in busy hours"
    print(f"{played}, {kept.partition(':')[0]}, {seconds:.0f} s of the processor")
    bad = False
    for one in outcomes:
        over = one.hits > one.most and not one.named
        bad = bad or over
        print(f"{one.join}: {one.hits} of {one.tries}, chance {one.chance:.1f}, "
              f"chance + 3σ {one.most:.1f}{told(one.named, over)}")  # fmt: skip
    return 1 if bad else 0


def told(named: bool, over: bool) -> str:
    if named:
        return " (an exception that docs/security.md names)"
    return " OVER" if over else ""


if __name__ == "__main__":
    sys.exit(main())
