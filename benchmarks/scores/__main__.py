"""``python -m benchmarks.scores``: 100 million answers to a table with ranks and grades.

The answers are in Parquet; the goal is 15 s and 1 GB, by method 2. The peers are beside method 1,
whose scores a textbook has.
Each side runs in a process of its own, so that its time and its peak of memory are its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.scores import data, peers

ANSWERS = (1_000_000, 10_000_000, 100_000_000)
BALLOTS = 400_000_000
"""The answers of 100 million ballots."""
GOAL_SECONDS, GOAL_MEGABYTES = 15.0, 1024.0
GRADED, TEXTBOOK = 2, 1
"""The methods: of what is graded now, and of what the peers compute."""
PEERS = {"pandas": 10_000_000, "svy": 200_000, "R survey": 200_000}
"""The answers for each peer: as many as it holds, or gets done in a few minutes."""
COLUMNS = {
    "answers": 11,
    "ballots": 11,
    "rows": 10,
    "seconds": 7,
    "scan": 7,
    "CPU": 7,
    "MB": 5,
    "µs/ballot": 9,
}
AGREE = 1e-5
WASTE = 1.1
"""How many times ten the factor may be for ten times the answers.

The clock of a shared machine is not exact.
"""


def main() -> int:
    chosen = read_arguments()
    folder, sizes = chosen.folder, [*ANSWERS, *([BALLOTS] if chosen.ballots else [])]
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before; "
        f"{chosen.times} runs of each, the middle one"
    )
    found = {answers: measured(folder, answers, chosen.times) for answers in sizes}
    print(" ".join(f"{name:>{width}}" for name, width in COLUMNS.items()))
    for answers, run in found.items():
        print(
            " ".join(
                f"{cell:>{width}}"
                for cell, width in zip(row(answers, run), COLUMNS.values(), strict=True)
            )
        )
    print(f"load {os.getloadavg()[0]:.1f} after")
    agree = chosen.alone or compare_all(folder)
    return 0 if good(found) and agree else 1


def row(answers: int, run: dict[str, Any]) -> list[str]:
    ballots = answers // data.ITEMS
    times = [run[name] for name in ("seconds", "scan_seconds", "cpu_seconds")]
    whole = [f"{number:,}" for number in (answers, ballots, run["rows"])]
    return [
        *whole,
        *(f"{time:.2f}" for time in times),
        f"{run['megabytes']:.0f}",
        f"{times[0] / ballots * 1e6:.2f}",
    ]


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scores", description=__doc__)
    place = Path(tempfile.gettempdir()) / "minping-benchmark-scores"
    parser.add_argument("--folder", type=Path, default=place, help="where the ballots are kept")
    parser.add_argument("--times", type=int, default=3, help="runs of each size; default 3")
    parser.add_argument("--ballots", action="store_true", help="100 million ballots too")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    return parser.parse_args()


def measured(folder: Path, answers: int, times: int) -> dict[str, Any]:
    """Return the run with the middle time, and with the largest memory of all."""
    files = data.prepare(folder, answers // data.ITEMS)
    runs = sorted((ours(files, GRADED) for _ in range(times)), key=lambda run: run["seconds"])
    return runs[len(runs) // 2] | {"megabytes": max(run["megabytes"] for run in runs)}


def ours(files: list[Path], method: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.scores.ours", str(method), *map(str, files)]
    result: dict[str, Any] = json.loads(
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    )
    return result


def compare_all(folder: Path) -> bool:
    """Print every peer beside us; return whether all scores agree."""
    agreed = [compare(folder, peer, answers) for peer, answers in PEERS.items()]
    return all(agreed)


def compare(folder: Path, peer: str, answers: int) -> bool:
    files = data.prepare(folder, answers // data.ITEMS)
    mine = ours(files, TEXTBOOK)
    theirs = peers.run(peer, files)
    if theirs is None:
        print(f"{peer:8} {answers:>11,} answers: not installed, skipped")
        return True
    difference = max(abs(mine["scores"][unit] - score) for unit, score in theirs["scores"].items())
    times, memory = theirs["seconds"] / mine["seconds"], theirs["megabytes"] / mine["megabytes"]
    print(
        f"{peer:8} {answers:>11,} answers: {theirs['seconds']:.2f} s, "
        f"{theirs['megabytes']:.0f} MB;",
        end=" ",
    )
    print(
        f"minping {mine['seconds']:.2f} s, {mine['megabytes']:.0f} MB; "
        f"ratios {times:.1f} and {memory:.1f};",
        end=" ",
    )
    print(f"scores within {difference:.0e} ({theirs['does']})")
    return bool(difference < AGREE)


def good(found: dict[int, dict[str, Any]]) -> bool:
    largest = found[ANSWERS[-1]]
    reached = largest["seconds"] < GOAL_SECONDS and largest["megabytes"] < GOAL_MEGABYTES
    goal = f"{GOAL_SECONDS:.0f} s and {GOAL_MEGABYTES:.0f} MB for {ANSWERS[-1]:,} answers"
    print(f"goal {'reached' if reached else 'missed'}: {goal}")
    steps = list(pairwise(ANSWERS))
    growth = [found[large]["seconds"] / found[small]["seconds"] for small, large in steps]
    linear = all(
        times < WASTE * large / small for times, (small, large) in zip(growth, steps, strict=True)
    )
    told = " and ".join(f"×{times:.1f}" for times in growth)
    print(f"growth {'linear or better' if linear else 'worse than linear'}: {told} for ×10")
    return reached and linear


if __name__ == "__main__":
    sys.exit(main())
