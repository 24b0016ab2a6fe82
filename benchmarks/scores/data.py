"""Ballots for the benchmark: 2.5 million over 108 units, four rated items each, seeded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from bot.resources import shipped_questionnaires
from bot.scheme_files import shipped_scheme

BALLOTS = 2_500_000
UNITS = 108
ITEMS = 4
CODES = np.array(["VS", "S", "B", "D", "VD", "DK", "-"])
SHARES = np.array([0.34, 0.30, 0.17, 0.08, 0.04, 0.05, 0.02])
QUESTIONNAIRE = "window"


def categories() -> dict[str, str]:
    """Category of each unit; the scheme's categories in turn."""
    names = list(shipped_scheme().categories)
    return {f"U{number:03d}": names[number % len(names)] for number in range(UNITS)}


def make(path: Path, ballots: int = BALLOTS) -> None:
    """Write the ballots as Parquet."""
    assert len(shipped_questionnaires()[QUESTIONNAIRE].rated) == ITEMS
    chance = np.random.default_rng(20261123)
    answers = chance.choice(len(CODES), size=(ITEMS, ballots), p=SHARES)
    # Answers of one person agree: each later item repeats the first six times in ten.
    answers[1:] = np.where(chance.random((ITEMS - 1, ballots)) < 0.6, answers[0], answers[1:])
    patterns = np.array([" ".join(row) for row in CODES[np.array(np.unravel_index(range(7**ITEMS), (7,) * ITEMS)).T]])
    columns = {
        "campaign": pa.array(np.full(ballots, "2026")),
        "unit": pick(chance, list(categories()), ballots),
        "questionnaire": pa.array(np.full(ballots, QUESTIONNAIRE)),
        "grp": pick(chance, list(shipped_scheme().groups), ballots),
        "stratum": pick(chance, [f"district-{number}" for number in range(9)], ballots),
        "source": pick(chance, ["invited", "open"], ballots),
        "weight": pa.array(chance.choice([0, 1, 2, 4], p=[0.02, 0.02, 0.06, 0.9], size=ballots)),
        "ratings": pa.array(patterns[np.ravel_multi_index(tuple(answers), (7,) * ITEMS)]),
    }
    parquet.write_table(pa.table(columns), path)


def pick(chance: np.random.Generator, names: list[str], size: int) -> pa.Array:
    return pa.array(np.array(names)[chance.integers(len(names), size=size)])
