"""The values that R's packages gave (tests/golden/oracles), and the data they were asked about."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from aggregation.counts.scan import PatternCount
from tests.scoring import row

FOLDER = Path(__file__).parent / "golden" / "oracles"
POINTS_OF = {"1": "VD", "2": "D", "3": "B", "4": "S", "5": "VS"}
"""The conversion of InstEval's grades in the scripts."""


def read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="") as file:
        return list(csv.DictReader(file))


def values(name: str, case: str) -> Mapping[tuple[str, str], float]:
    """By unit and quantity."""
    return {(r["unit"], r["quantity"]): float(r["value"]) for r in read(name) if r["case"] == case}


def made() -> list[tuple[str, PatternCount]]:
    """Each made ballot with its rater; the stratum is area/size."""
    return [
        (
            r["rater"],
            row(
                r["ratings"],
                unit=r["unit"],
                stratum=f"{r['area']}/{r['size']}",
                weight=int(r["weight"]),
            ),
        )
        for r in read("made.csv")
    ]


def taught() -> list[tuple[str, PatternCount]]:
    """Each rating of a lecture with its student."""
    found = read("insteval_lecturers.csv")
    return [(r["s"], row(POINTS_OF[r["y"]], unit=r["d"], questionnaire="single")) for r in found]
