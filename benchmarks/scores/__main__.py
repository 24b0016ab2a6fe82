"""``python -m benchmarks.scores``: 10 million answers scored from Parquet; goal under 5 s and 1 GB.

Each side runs in a process of its own, so that its time and its peak of memory are its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.scores import data

GOAL_SECONDS = 5.0
GOAL_MEGABYTES = 1024.0
AGREE = 1e-5


def main() -> int:
    path = Path(tempfile.gettempdir()) / f"minping-benchmark-{data.BALLOTS}.parquet"
    if not path.exists():
        draft = path.with_suffix(".part")
        data.make(draft)
        draft.replace(path)
    ours, peer = run("ours", path), run("peer", path)
    difference = max(abs(ours["scores"][unit] - score) for unit, score in peer["scores"].items())
    print(f"{data.BALLOTS * data.ITEMS:,} answers, {data.BALLOTS:,} ballots, {data.UNITS} units")
    print(f"minping   {ours['seconds']:6.2f} s  {ours['megabytes']:6.0f} MB  (scan {ours['scan_seconds']:.2f} s to")
    print(f"          {ours['rows']:,} rows; exact, with variances and intervals)")
    print(f"pandas    {peer['seconds']:6.2f} s  {peer['megabytes']:6.0f} MB  (scores only)")
    print(f"ratio     {peer['seconds'] / ours['seconds']:6.2f}     {peer['megabytes'] / ours['megabytes']:6.2f}")
    print(f"largest difference of a score: {difference:.1e} points")
    good = ours["seconds"] < GOAL_SECONDS and ours["megabytes"] < GOAL_MEGABYTES and difference < AGREE
    print("goal reached" if good else f"goal missed: {GOAL_SECONDS:.0f} s, {GOAL_MEGABYTES:.0f} MB, equal scores")
    return 0 if good else 1


def run(side: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", f"benchmarks.scores.{side}", str(path)]
    result: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return result


if __name__ == "__main__":
    sys.exit(main())
