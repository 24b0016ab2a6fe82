"""``python -m benchmarks.files``: a million ballots as CSV and Parquet, 200,000 contacts as XLSX.

Goals: CPU seconds and megabytes of the whole command, ballots under 15 s, contacts under 8 s,
300 MB each.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.ballots.__main__ import MAPPING, UNITS, write

BALLOT_ROWS, CONTACT_ROWS = 1_000_000, 200_000
MEGABYTES = 300.0
GOALS = {"csv": 15.0, "parquet": 15.0, "contacts": 8.0}
"""CPU seconds by kind."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.files", description=__doc__)
    parser.add_argument("--only", choices=sorted(GOALS))
    chosen = parser.parse_args()
    missed = False
    for kind in [chosen.only] if chosen.only else GOALS:
        # A process of its own: the highest memory of children is that of the largest one.
        child = os.fork()
        if child == 0:
            os._exit(measure(kind))
        missed |= os.waitpid(child, 0)[1] != 0
    return int(missed)


def measure(kind: str) -> int:
    file = made(kind)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bot"]
        if kind == "contacts":
            command += ["contacts", "import", str(file)]
        else:
            units = (
                f"    - {{code: U{n:03d}, name: {{zh-Hans: 单位{n}, en: Unit {n}}}}}\n"
                for n in range(UNITS)
            )
            mapping = Path(folder) / "map.yaml"
            mapping.write_text(MAPPING + "".join(units), "utf-8")
            command += ["import", "ballots", str(file), "--map", str(mapping)]
        subprocess.run(command, check=True, env=os.environ | {"MINPING_DATA": folder})
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    good = seconds < GOALS[kind] and megabytes < MEGABYTES
    print(
        f"{kind}: {seconds:.1f} s CPU (goal {GOALS[kind]:.0f}), {megabytes:.0f} MB (goal"
        f" {MEGABYTES:.0f}): {'reached' if good else 'missed'}",
        flush=True,
    )
    return 0 if good else 1


def made(kind: str) -> Path:
    """Return the file of a kind; it is made once and kept in the temporary folder."""
    endings = {"csv": "csv", "parquet": "parquet", "contacts": "xlsx"}
    path = Path(tempfile.gettempdir()) / f"minping-benchmark-files-{kind}.{endings[kind]}"
    if not path.exists():
        draft = path.with_name(f"draft-{path.name}")
        {"csv": write, "parquet": write_parquet, "contacts": write_contacts}[kind](draft)
        draft.replace(path)
    return path


def write_parquet(path: Path) -> None:
    from pyarrow import csv, parquet

    parquet.write_table(csv.read_csv(made("csv")), path)


def write_contacts(path: Path) -> None:
    from xlsxwriter import Workbook

    heads = ["channel", "address", "language", "group", "area", "size", "consent", "list"]
    with Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head)
        for row in range(1, CONTACT_ROWS + 1):
            texts = {0: "telegram", 2: "zh", 3: "resident", 4: f"4301{row % 20:02d}"}
            sheet.write_number(row, 1, 10**9 + row)
            for place, text in (texts | {7: f"名单{row % 9}"}).items():
                sheet.write_string(row, place, text)
            sheet.write_number(row, 6, 46082, day)


if __name__ == "__main__":
    sys.exit(main())
