"""``python -m benchmarks.log``: a million ballots through ``minping verify``; goal below 5 min."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TypeVar

from benchmarks.log.kept import measure
from bot.crypto.note_signatures import public_key
from bot.verification.bundle import pack
from survey_flows.merkle import Leaves, consistency_proof, inclusion_proof
from tests.bundles import CATEGORIES, DEFINITION, SHEET, Campaign, rated
from tests.logs import ORIGIN, SEED, Log

BALLOTS = 1_000_000
GOAL_SECONDS = 300.0
"""Of the processor: checking the gate's signatures takes about 0.11 ms a ballot."""
T = TypeVar("T")


def timed(what: str, work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    print(f"{what:32} {seconds:8.2f} s")
    return result, seconds


def campaign(ballots: int) -> Campaign:
    chance = Random(1)
    DEFINITION["quotas"] = []
    case = Campaign(Log(chance))
    case.register()
    for number in range(ballots):
        voter, unit = f"{number % (ballots * 9 // 10):064x}", chance.choice(list(CATEGORIES))
        case.vote(
            voter,
            unit,
            rated(chance, len(SHEET.rated)),
            chance.choice(["resident", "service_user"]),
        )
    case.close()
    return case


def make(ballots: int) -> tuple[bytes, str, str]:
    """The packed bundle, a receipt, and an older checkpoint."""
    case, _ = timed("make the log", lambda: campaign(ballots))
    packed, _ = timed("pack the bundle", lambda: pack(case.bundle()))
    tree, size = Leaves(case.log.hashes()), len(case.log.entries)
    timed("prove inclusion, from leaves", lambda: inclusion_proof(tree, size // 3, size))
    timed("prove consistency, kept subtrees", lambda: consistency_proof(tree, size // 2, size))
    return packed, case.codes[-1], case.log.checkpoint(size // 2)


def main() -> int:
    ballots = int(sys.argv[1]) if len(sys.argv) > 1 else BALLOTS
    measure(ballots)
    packed, code, older = make(ballots)
    with tempfile.TemporaryDirectory() as folder:
        bundle, since = Path(folder) / "bundle.zip", Path(folder) / "older.txt"
        bundle.write_bytes(packed)
        since.write_text(older)
        key = public_key(SEED, ORIGIN).write()
        words = ["verify", str(bundle), "--key", key, "--receipt", code, "--since", str(since)]
        command = [sys.executable, "-m", "bot", *words]
        done, _ = timed("minping verify", lambda: subprocess.run(command, check=False))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(f"{len(packed) / 2**20:.0f} MB packed, peak memory of the command {peak:.0f} MB")
    print(f"{seconds:.1f} s of the processor")
    return int(done.returncode or seconds >= GOAL_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
