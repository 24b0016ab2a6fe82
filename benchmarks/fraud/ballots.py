"""Simulated ballots as columns, with the truth beside them that no signal sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from survey_flows.checks import registry

CODES = np.array(["VS", "S", "B", "D", "VD", "DK", "-"])
ITEMS = 4
QUESTIONNAIRE = "window"
SOURCES = np.array(["open", "invite", "counter", "sms"])
DAYS = 14
QUARTERS = DAYS * 96
START = 1_793_548_800 // 900
"""Monday, 2 November 2026, 00:00 at UTC+8, in quarters of an hour since 1970."""
YOUNG = 1 << registry()["young_account"].bit
HONEST = "honest"
PATTERNS = np.array([" ".join(row) for row in CODES[np.indices((7,) * ITEMS).reshape(ITEMS, -1).T]])

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Part:
    """Ballots of one origin in columns.

    ``quarter`` counts from `START`; ``answers`` is by ballot and item.
    """

    truth: str
    unit: Ints
    voter: Ints
    source: Ints
    quarter: Ints
    young: Bools
    answers: Ints
    group: NDArray[np.str_]
    stratum: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.unit)


def unit_names(numbers: Ints) -> NDArray[np.str_]:
    """U000, U001 …"""
    return np.char.mod("U%03d", numbers)


def frame(parts: Sequence[Part], rng: np.random.Generator) -> tuple[pd.DataFrame, NDArray[np.str_]]:
    """Return the table of ballots in a random order, as the mixer leaves it, and the truth of each.

    Of a voter's ballots for the same unit the last one counts.
    """
    ints = {
        name: np.concatenate([getattr(p, name) for p in parts])
        for name in ("unit", "voter", "source", "quarter")
    }
    young = np.concatenate([p.young for p in parts])
    answers = np.concatenate([p.answers for p in parts])
    table = pd.DataFrame(
        {
            "unit": unit_names(ints["unit"]),
            "voter": ints["voter"],
            "questionnaire": QUESTIONNAIRE,
            "grp": np.concatenate([p.group for p in parts]),
            "stratum": np.concatenate([p.stratum for p in parts]),
            "source": SOURCES[ints["source"]],
            "ratings": PATTERNS[np.ravel_multi_index(tuple(answers.T), (7,) * ITEMS)],
            "bucket": START + np.clip(ints["quarter"], 0, QUARTERS - 1),
            "risk": young * YOUNG,
            "truth": np.repeat([p.truth for p in parts], [len(p) for p in parts]),
        }
    )
    table = table.iloc[rng.permutation(len(table))].drop_duplicates(
        ["unit", "voter"], keep="last", ignore_index=True
    )
    table["position"] = np.arange(len(table))
    truth = table.pop("truth").to_numpy(dtype=str)
    return table, truth
