"""``python -m tests.chaos``: kills, broken links and jumping clocks against the real service; prints a table."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from tests.chaos.kills import Killed, kill_again_and_again

MOST_TWICE = 0.005
KINDS = ("embedded", "servers")


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="kills for each kind of stores (default %(default)s)")
    parser.add_argument("--stores", choices=KINDS, nargs="+", default=KINDS)
    parser.add_argument("--only", choices=("kills",), nargs="+", default=("kills",))
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def main() -> int:
    """Run, print, and judge: 0 when every goal is met."""
    given = options()
    met = True
    for kind in given.stores:
        killed = asyncio.run(kill_again_and_again(kind, given.kills, given.seed))
        print(told(killed), flush=True)
        met = met and killed.verdict.sound and killed.twice <= MOST_TWICE
    return 0 if met else 1


def told(run: Killed) -> str:
    return f"{run}\ntwice {run.twice:.4%}"


if __name__ == "__main__":
    sys.exit(main())
