"""``python -m tests.fuzz``: mangled updates and files, random conversations; prints figures."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from time import monotonic

from tests.fuzz.conversations import walk_often
from tests.fuzz.doors import DOORS, fuzz_doors
from tests.fuzz.files import Fuzzed, fuzz_files, kinds
from tests.fuzz.updates import fuzz_updates
from tests.servers import postgres


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--updates", type=int, default=100_000)
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=10_000, help="of each kind")
    parser.add_argument(
        "--postgres", action="store_true", help="where mangled files are brought in"
    )
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


def brought_in(given: argparse.Namespace, kind: str) -> dict[str, Fuzzed]:
    """Bring mangled files of a kind into a city, on SQLite or a PostgreSQL of its own."""
    if not given.postgres:
        return asyncio.run(fuzz_doors(given.files, given.seed, kind))
    with postgres() as cluster, cluster.database() as url:
        return asyncio.run(fuzz_doors(given.files, given.seed, kind, url))


def main() -> int:
    """Run, print, and judge: 0 when nothing unexpected happened."""
    given = options()
    logging.disable(logging.ERROR)  # of thousands of broken updates
    began = monotonic()
    fuzzed = asyncio.run(fuzz_updates(given.updates, given.seed))
    print(
        f"{fuzzed.sent} updates in {monotonic() - began:.0f} s: "
        f"answers {dict(fuzzed.statuses)}, {fuzzed.counts}"
    )
    print(
        f"  {fuzzed.letters} kept as dead letters, {fuzzed.ballots} ballots; faults: "
        f"{dict(fuzzed.faults) or 'none'}"
    )
    began = monotonic()
    walked = walk_often(given.conversations, given.seed)
    print(
        f"{walked.walks} conversations of {walked.steps} steps in {monotonic() - began:.0f} s:",
        end=" ",
    )
    print(
        f"{walked.ballots} ballots, ended at {dict(walked.ended)}; faults: "
        f"{len(walked.faults) or 'none'}"
    )
    print(*walked.faults[:20], sep="\n")
    broken = False
    for kind in DOORS:
        for name, result in brought_in(given, kind).items():
            faults = len(result.faults) or "none"
            print(f"{given.files} of {name} brought in: {dict(result.counts)}; faults: {faults}")
            print(*result.faults[:20], sep="\n", end="\n" if result.faults else "")
            broken |= bool(result.faults)
    for name in kinds():
        began = monotonic()
        result = fuzz_files(given.files, given.seed, name)[name]
        print(
            f"{given.files} of {name} in {monotonic() - began:.0f} s: {dict(result.counts)};",
            end=" ",
        )
        print(f"faults: {len(result.faults) or 'none'}")
        print(*result.faults[:20], sep="\n", end="\n" if result.faults else "")
        broken |= bool(result.faults)
    return 1 if fuzzed.faults or walked.faults or broken else 0


if __name__ == "__main__":
    sys.exit(main())
