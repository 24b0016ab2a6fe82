"""Rows written into the ballots' table past the gate; the log finds them, not statistics.

Every counted ballot stands at its own position of the log, and its voter has a participation.
An insider without the log's key has no position to give.
A row without a position, a row at another's, or a voter too many gives the insider away.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.fraud.ballots import PATTERNS, Bools

ROWS = 60


def insert(ballots: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, Bools]:
    """Add praise for one unit: half without a position, half at positions of other ballots."""
    unit = str(rng.choice(ballots["unit"].unique()))
    forged = ballots[ballots["unit"] == unit].sample(ROWS, replace=True, random_state=rng)
    forged = forged.assign(
        voter=int(ballots["voter"].max()) + 1 + np.arange(ROWS), ratings=PATTERNS[0]
    )
    forged["position"] = np.where(np.arange(ROWS) < ROWS // 2, -1, forged["position"])
    table = pd.concat([ballots, forged], ignore_index=True)
    order = rng.permutation(len(table))
    return table.iloc[order].reset_index(drop=True), (np.arange(len(table)) >= len(ballots))[order]


def give_themselves_away(table: pd.DataFrame, participations: int) -> tuple[Bools, int]:
    """Count rows whose position is missing or taken twice, and voters beyond the participations.

    An honest twin counts too: the log's commitment tells the two apart.
    """
    position = table["position"].to_numpy()
    taken = np.bincount(position[position >= 0], minlength=len(table))
    twice = np.where(position >= 0, taken[np.maximum(position, 0)] > 1, True)
    return twice, int(table["voter"].nunique()) - participations
