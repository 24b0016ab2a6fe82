"""The peers: other software that computes the same scores.

Each runs in a process of its own and prints JSON.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.scores.data import categories
from bot.campaigns.scheme_files import shipped_scheme

POINTS = {"VS": 100.0, "S": 80.0, "B": 60.0, "D": 30.0, "VD": 0.0}
CAP = 0.3
DOES = {
    "pandas": "scores only",
    "svy": "means and standard errors by unit, group and source",
    "R survey": "means and standard errors by unit, group and source",
}


def run(peer: str, files: list[Path]) -> dict[str, Any] | None:
    """Scores by unit, seconds and megabytes of a peer; None where it is not installed."""
    if peer == "R survey":
        return run_r(files)
    if importlib.util.find_spec(peer) is None:
        return None
    command = [sys.executable, "-m", f"benchmarks.scores.peer_{peer}", *map(str, files)]
    found = json.loads(
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    )
    return found | {"does": DOES[peer]}


def run_r(files: list[Path]) -> dict[str, Any] | None:
    """Run R on a CSV of the ballots, which is not timed; its means come back as a CSV."""
    known = shutil.which("Rscript")
    if (
        known is None
        or subprocess.run(
            [known, "-e", "library(survey)"], capture_output=True, check=False
        ).returncode
    ):
        return None
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        table, means = Path(folder) / "ballots.csv", Path(folder) / "means.csv"
        duckdb.read_parquet([str(file) for file in files]).write_csv(str(table))
        command = [known, str(Path(__file__).with_name("peer_survey.R")), str(table), str(means)]
        seconds, megabytes = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True
        ).stdout.split()
        with means.open() as file:
            rows = [
                (row["cell"], float(row["weight"]), float(row["mean"]))
                for row in csv.DictReader(file)
            ]
    cells = {tuple(cell.split("|")): (weight, mean) for cell, weight, mean in rows}
    told = {"seconds": float(seconds), "megabytes": float(megabytes), "does": DOES["R survey"]}
    return told | {"scores": unit_scores(cells)}


def unit_scores(cells: Mapping[Any, tuple[float, float]]) -> dict[str, float]:
    """Return each unit's score from (sum of weights, mean) by unit, group and source.

    The open link's share is capped.
    """
    scores = {}
    for unit, category in categories().items():
        shares = shipped_scheme().categories[category].group_weights
        means = {group: group_mean(cells, unit, group) for group in shares}
        scores[unit] = round(
            sum(float(share) * means[group] for group, share in shares.items()) / 100, 6
        )
    return scores


def group_mean(cells: Mapping[Any, tuple[float, float]], unit: str, group: str) -> float:
    (opened, open_mean), (vouched, mean) = cells[unit, group, "open"], cells[unit, group, "invited"]
    share = min(CAP, opened / (opened + vouched))
    return share * open_mean + (1 - share) * mean
