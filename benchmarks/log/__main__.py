"""``python -m benchmarks.log``: a million ballots through ``minping verify``; goal under 60 s."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TypeVar

from bot.bundles import pack, unpack
from bot.notary import public_key
from bot.verifying import Wanted, verify
from survey_flows.merkle import Leaves, consistency_proof, inclusion_proof
from tests.bundles import CATEGORIES, SHEET, Campaign, rated
from tests.logs import ORIGIN, SEED, Log

BALLOTS = 1_000_000
GOAL_SECONDS = 60.0
T = TypeVar("T")


def timed(what: str, work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    print(f"{what:32} {seconds:8.2f} s")
    return result, seconds


def campaign(ballots: int) -> Campaign:
    chance = Random(1)
    case = Campaign(Log(chance))
    case.register()
    for number in range(ballots):
        voter, unit = f"{number % (ballots * 9 // 10):064x}", chance.choice(list(CATEGORIES))
        case.vote(voter, unit, rated(chance, len(SHEET.rated)), chance.choice(["resident", "service_user"]))
    case.close()
    return case


def main() -> int:
    ballots = int(sys.argv[1]) if len(sys.argv) > 1 else BALLOTS
    case, _ = timed("make the log", lambda: campaign(ballots))
    packed, _ = timed("pack the bundle", lambda: pack(case.bundle()))
    tree = Leaves(case.log.hashes())
    size = len(case.log.entries)
    older = case.log.checkpoint(size // 2)
    timed("prove inclusion, from leaves", lambda: inclusion_proof(tree, size // 3, size))
    timed("prove consistency, kept subtrees", lambda: consistency_proof(tree, size // 2, size))
    wanted = Wanted([public_key(SEED, ORIGIN)], receipt=case.codes[-1], since=older)
    del case, tree
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        path.write_bytes(packed)
        files, reading = timed("unpack", lambda: unpack(path))
        checks, checking = timed("verify", lambda: verify(files, wanted))
    for check in checks:
        print(f"{'ok' if check.ok else 'FAIL':4}  {check.what}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(packed) / 2**20:.0f} MB packed, peak memory {peak:.0f} MB (the making included)")
    return int(not all(check.ok for check in checks) or reading + checking >= GOAL_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
