"""``python -m tests.chaos``: kill -9 the real service under load, again and again; prints a table."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from tests.chaos.kills import Killed, kill_again_and_again

MOST_TWICE = 0.005
HEADINGS = ("kills", "acknowledged", "lost", "outdone", "doubled", "unknown", "left behind", "sent twice", "slowest s")
KINDS = ("embedded", "servers")


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="kills for each kind of stores (default %(default)s)")
    parser.add_argument("--stores", choices=KINDS, nargs="+", default=KINDS)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def main() -> int:
    """Run, print, and judge: 0 when every goal is met."""
    given = options()
    met = True
    print(f"{'stores':<20}" + "".join(f"{name:>13}" for name in HEADINGS) + f"{'seconds':>9}", flush=True)
    for kind in given.stores:
        killed = asyncio.run(kill_again_and_again(kind, given.kills, given.seed))
        print(told(killed), flush=True)
        met = met and killed.verdict.sound and killed.twice <= MOST_TWICE
    return 0 if met else 1


def told(run: Killed) -> str:
    """A line of the table."""
    v = run.verdict
    figures = (run.kills, v.acknowledged, v.lost, v.outdone, v.doubled, v.unknown, v.waiting)
    cells = "".join(f"{figure:>13}" for figure in figures)
    return f"{run.stores:<20}{cells}{run.twice:>13.2%}{run.slowest:>13.1f}{run.seconds:>9.0f}"


if __name__ == "__main__":
    sys.exit(main())
