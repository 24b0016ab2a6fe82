"""A small regular campaign for tests of signals.

It has twelve honest units, beside which blocks of ballots are put.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from aggregation.fraud.ballot_table import BallotTable, Comments, read_ballots
from survey_flows.checks import registry

PLACES = {"VS": 2.0, "S": 1.0, "B": 0.0, "D": -1.0, "VD": -2.0}
SOURCES = ("counter", "invite", "open")
PATTERNS = (
    "VS VS S VS",
    "S S S S",
    "VS VS VS VS",
    "S B S S",
    "B B B B",
    "D D B D",
    "VD VD D VD",
    "VD VD VD VD",
    "S S B S",
)
MONDAY = 1_793_548_800 // 900
"""The midnight in UTC+8 at which the campaign begins, in quarters of an hour."""
FAST = 1 << registry()["too_fast"].bit
YOUNG = 1 << registry()["young_account"].bit
SIZE = 60
"""Ballots of each unit and source: one each three hours or so, 7:00 to midnight, on twelve days."""


def background(units: int = 12, prefix: str = "H") -> list[dict[str, Any]]:
    """Return ballots without chance: all units and sources have one mix, shifted a little."""
    return [
        {
            "unit": f"{prefix}{unit:02d}",
            "voter": f"{prefix}-{unit}-{source}-{number}",
            "source": source,
            "ratings": PATTERNS[(number * 5 + unit + at) % len(PATTERNS)],
            "bucket": MONDAY + (number % 12) * 96 + 28 + (number * 13 + unit * 7 + at * 3) % 68,
            "risk": YOUNG * ((number + unit + at) % 10 == 0),
        }
        for unit in range(units)
        for at, source in enumerate(SOURCES)
        for number in range(SIZE)
    ]


def block(name: str, spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Return ``count`` ballots for ``unit`` by ``sources`` in turn.

    They come ``every`` so many quarters from ``from`` (day, hour) on;
    without ``every`` they keep the background's hours.
    ``young`` and ``fast`` are the tenths of new accounts and hasty answers.
    ``also`` units get a second ballot by the same voter. ``at`` names the ballots' pattern.
    """
    rows = []
    for number in range(spec["count"]):
        patterns = spec["ratings"]
        usual = (number % 12) * 96 + 28 + number * 13 % 68
        day, hour = spec.get("from", (0, 0))
        row = {
            "unit": spec["unit"],
            "voter": f"{name}-{number}",
            "source": spec["sources"][number % len(spec["sources"])],
            "ratings": patterns[number % len(patterns)],
            "bucket": MONDAY
            + (day * 96 + hour * 4 + int(number * spec["every"]) if "every" in spec else usual),
            "risk": YOUNG * (number % 10 < spec.get("young", 1))
            | FAST * (number % 10 < spec.get("fast", 0)),
        }
        rows.append(row)
        also = spec.get("also", [])
        if also:
            rows.append(
                row | {"unit": also[number % len(also)], "ratings": spec.get("at", row["ratings"])}
            )
    return rows


def table(rows: list[dict[str, Any]]) -> BallotTable:
    return read_ballots(pd.DataFrame(rows), PLACES)


def remarks(spec: list[dict[str, Any]]) -> Comments:
    """Comments from ``unit`` and ``texts``, ``times`` over."""
    pairs = [
        (part["unit"], text)
        for part in spec
        for _ in range(part.get("times", 1))
        for text in part["texts"]
    ]
    return Comments([unit for unit, _ in pairs], [text for _, text in pairs])
