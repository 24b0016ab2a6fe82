"""``python -m tests.chaos``: breaks the real service and prints tables.

It kills processes, breaks links and lets clocks jump.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from tests.chaos.audit import Verdict
from tests.chaos.clocks import Jumped, jump_everywhere
from tests.chaos.crowd import Seen
from tests.chaos.faults import Broken, Link, Weathered, break_links
from tests.chaos.kills import Killed, kill_again_and_again
from tests.chaos.proxy import Fault

MOST_TWICE = 0.005
MOST_SECONDS = 10.0
KINDS = ("embedded", "servers")
PARTS = ("kills", "links", "clocks")
HEADINGS = (
    "acknowledged",
    "lost",
    "outdone",
    "doubled",
    "unknown",
    "left behind",
    "log broken",
    "sent twice",
)


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument(
        "--only", choices=PARTS, nargs="+", default=PARTS, help="these parts (default: all)"
    )
    parser.add_argument(
        "--kills", type=int, default=200, help="kills for each kind of stores (default %(default)s)"
    )
    parser.add_argument(
        "--stores", choices=KINDS, nargs="+", default=KINDS, help="of the kills (default: both)"
    )
    parser.add_argument(
        "--seconds", type=float, default=60, help="length of each fault (default %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def main() -> int:
    """Run, print, and judge: 0 when every goal is met."""
    given = options()
    met = True
    if "kills" in given.only:
        print(_line("stores", "kills", *HEADINGS, "slowest s", "seconds"), flush=True)
        for kind in given.stores:
            killed = asyncio.run(kill_again_and_again(kind, given.kills, given.seed))
            print(told_kills(killed), flush=True)
            met &= is_sound(killed.verdict, killed.seen)
    if "links" in given.only:
        wanted = [(link, fault) for link in Link for fault in Fault]
        print(_line("link", "fault", "struck", "taken", "recovered s"), flush=True)
        weathered = asyncio.run(break_links(wanted, given.seconds, tell=tell_fault))
        print(told_links(weathered), flush=True)
        met &= is_sound(weathered.verdict, weathered.seen)
        met &= all(broken.recovery <= MOST_SECONDS for broken in weathered.broken)
    if "clocks" in given.only:
        jumped = asyncio.run(jump_everywhere())
        print(told_clocks(jumped))
        met &= all(jump.sound for jump in jumped)
    print("every goal is met" if met else "MISSED a goal")
    return 0 if met else 1


def is_sound(verdict: Verdict, seen: Seen) -> bool:
    """Say whether a run lost, doubled and left nothing, and repeated hardly a reply."""
    return verdict.sound and seen.twice_share <= MOST_TWICE


def told_kills(run: Killed) -> str:
    """Return a line of the first table."""
    figures = _figures(run.verdict, run.seen)
    return _line(run.stores, run.kills, *figures, f"{run.slowest:.1f}", f"{run.seconds:.0f}")


def told_links(run: Weathered) -> str:
    """Return the end of the second table: the sums of the whole run."""
    head = _line("all of them", "seconds each", *HEADINGS)
    return "\n".join([head, _line("", run.seconds, *_figures(run.verdict, run.seen))])


def tell_fault(broken: Broken) -> None:
    """Print a line of the second table."""
    note = "" if broken.struck else "  (no traffic on this link)"
    cells = (broken.fault, broken.struck, broken.during, f"{broken.recovery:.2f}")
    print(_line(broken.link, *cells) + note, flush=True)


def told_clocks(jumped: Sequence[Jumped]) -> str:
    """Return the third table."""
    rows = [
        _line(
            "the true time is",
            "jump h",
            "wrong",
            "early close",
            "late close",
            "forgotten",
            "destroyed",
        )
    ]
    for jump in jumped:
        hours = f"{jump.jump.total_seconds() / 3600:+.0f}"
        rows.append(
            _line(
                jump.moment,
                hours,
                jump.wrong,
                jump.early,
                jump.late,
                jump.forgotten,
                jump.destroyed,
            )
        )
    covered = (
        "in process, through bot.core.clock.Clock: conductor, gate, mixer, housekeeping; "
        "the machine's clock is not moved"
    )
    return "\n".join([*rows, f"covered: {covered}"])


def _figures(verdict: Verdict, seen: Seen) -> tuple[object, ...]:
    v = verdict
    counts = (v.acknowledged, v.lost, v.outdone, v.doubled, v.unknown, v.waiting, v.broken)
    return (*counts, f"{seen.twice_share:.2%}")


def _line(name: str, *cells: object) -> str:
    return f"{name:<26}" + "".join(f"{cell!s:>13}" for cell in cells)


if __name__ == "__main__":
    sys.exit(main())
