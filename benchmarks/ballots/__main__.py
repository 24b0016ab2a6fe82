"""``python -m benchmarks.ballots``: imports a million rows of ballots; goal under 60 s."""

from __future__ import annotations

import csv
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS = 1_000_000
UNITS = 108
GOAL_SECONDS = 60.0
MAPPING = """
respondent: who
unit: unit
group: {column: grp}
stratum: area
source: {constant: survey}
time: {column: when, zone: Asia/Shanghai}
items:
  contact: {constant: used}
  overall: {column: q1, values: &scale {5: VS, 4: S, 3: B, 2: D, 1: VD, 9: DK}}
  ease: {column: q2, values: *scale}
  speed: {column: q3, values: *scale}
  attitude: {column: q4, values: *scale}
campaign:
  id: million
  year: 2025
  title: {zh-Hans: 百万, en: A million}
  opens: 2025-11-01T00:00:00+08:00
  closes: 2025-12-01T00:00:00+08:00
  questionnaire: window
  category: C_social
  units:
"""


def main() -> int:
    file = Path(tempfile.gettempdir()) / f"minping-benchmark-{ROWS}.csv"
    if not file.exists():
        draft = file.with_suffix(".part")
        write(draft)
        draft.replace(file)
    with tempfile.TemporaryDirectory() as folder:
        mapping = Path(folder) / "map.yaml"
        units = (
            f"    - {{code: U{n:03d}, name: {{zh-Hans: 单位{n}, en: Unit {n}}}}}\n"
            for n in range(UNITS)
        )
        mapping.write_text(MAPPING + "".join(units), "utf-8")
        started = time.perf_counter()
        command = [
            sys.executable,
            "-m",
            "bot",
            "import",
            "ballots",
            str(file),
            "--map",
            str(mapping),
        ]
        subprocess.run(command, check=True, env=os.environ | {"MINPING_DATA": folder})
        seconds = time.perf_counter() - started
        megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        with sqlite3.connect(Path(folder) / "minping.sqlite3") as database:
            (stored,) = database.execute("SELECT count(*) FROM ballots").fetchone()
    print(
        f"{ROWS:,} rows in {seconds:.1f} s: {ROWS / seconds:,.0f} rows a second, "
        f"{megabytes:.0f} MB; stored {stored:,}"
    )
    good = seconds < GOAL_SECONDS and stored == ROWS
    print("goal reached" if good else f"goal missed: {GOAL_SECONDS:.0f} s, every row stored")
    return 0 if good else 1


def write(path: Path) -> None:
    chance = random.Random(20261123)
    groups = ("service_user", "resident", "enterprise", "deputy", "grassroots", "supervisor")
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["who", "unit", "grp", "area", "when", "q1", "q2", "q3", "q4"])
        for number in range(ROWS):
            unit, day = f"U{chance.randrange(UNITS):03d}", 1 + chance.randrange(28)
            moment = f"2025-11-{day:02d} {chance.randrange(24):02d}:{chance.randrange(60):02d}"
            scores = chance.choices("543219", (34, 30, 18, 8, 4, 6), k=4)
            rows.writerow(
                [
                    number,
                    unit,
                    chance.choice(groups),
                    f"area-{chance.randrange(9)}",
                    moment,
                    *scores,
                ]
            )


if __name__ == "__main__":
    sys.exit(main())
