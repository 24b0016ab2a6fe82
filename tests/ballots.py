"""Ballots drawn by chance for tests of the scan, and the plainest count of them."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from aggregation.counts.scan import KEYS, PatternCount

CODES = ("VS", "S", "B", "D", "VD", "DK", "-")


def drawn(seed: int, count: int = 600) -> list[dict[str, object]]:
    chance = random.Random(seed)
    return [
        {
            "campaign": chance.choice(["2026", "2025年"]),
            "unit": chance.choice(["TAX", "市税务局", "é", "Z'; --"]),
            "voter": number.to_bytes(32, "big"),
            "questionnaire": "window",
            "grp": chance.choice(["resident", "deputy", "service_user"]),
            "stratum": chance.choice(["", "岳麓区", "a b"]),
            "source": chance.choice(["open", "invited"]),
            "weight": chance.choice([0, 1, 2, 4]),
            "ratings": " ".join(chance.choices(CODES, k=4)),
            "facts": "{}",
            "bucket": 1,
            "risk": 0,
        }
        for number in range(count)
    ]


def counted(ballots: list[dict[str, object]], campaign: str) -> list[PatternCount]:
    """The scan, ballot by ballot."""
    keys = ("unit", "questionnaire", "grp", "stratum", "source", "weight", "ratings")
    found: dict[tuple[object, ...], int] = {}
    for ballot in ballots:
        if ballot["campaign"] == campaign:
            key = tuple(ballot[name] for name in keys)
            found[key] = found.get(key, 0) + 1
    return [PatternCount(*key, count) for key, count in sorted(found.items())]  # type: ignore[arg-type, type-var]


def write_parquet(path: Path, ballots: list[dict[str, object]]) -> Path:
    names = [name for name in ballots[0] if name != "voter"]
    parquet.write_table(
        pa.table({name: [ballot[name] for ballot in ballots] for name in names}), path
    )
    return path


EMPTY = pa.table(
    {
        name: pa.array([], pa.int64() if name == "weight" else pa.string())
        for name in ("campaign", *KEYS)
    }
)
"""No ballots, with every column that the scan needs."""
