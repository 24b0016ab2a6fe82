"""Ballots for the benchmark: 108 units, four rated items each, seeded, in parts of 2.5 million.

A part is whole or absent: an interrupted run goes on with the next part.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from bot.campaigns.scheme_files import shipped_scheme
from bot.core.shipped_files import shipped_questionnaires
from bot.terminal.progress import bar

PART = 2_500_000
UNITS = 108
ITEMS = 4
CODES = np.array(["VS", "S", "B", "D", "VD", "DK", "-"])
SHARES = np.array([0.34, 0.30, 0.17, 0.08, 0.04, 0.05, 0.02])
QUESTIONNAIRE = "window"
BYTES = 5
"""Of a ballot in a part, at most."""


def categories() -> dict[str, str]:
    """Category of each unit; the scheme's categories in turn."""
    names = list(shipped_scheme().categories)
    return {f"U{number:03d}": names[number % len(names)] for number in range(UNITS)}


def prepare(folder: Path, ballots: int) -> list[Path]:
    """Return the files of that many ballots; make the missing ones."""
    assert len(shipped_questionnaires()[QUESTIONNAIRE].rated) == ITEMS
    folder.mkdir(parents=True, exist_ok=True)
    sizes = [min(PART, ballots - start) for start in range(0, ballots, PART)]
    files = [folder / f"ballots-{number:03d}-{size}.parquet" for number, size in enumerate(sizes)]
    missing = [(file, size) for file, size in zip(files, sizes, strict=True) if not file.exists()]
    needed = BYTES * sum(size for _, size in missing)
    if needed > shutil.disk_usage(folder).free:
        raise SystemExit(f"{needed / 1e9:.1f} GB are needed in {folder}")
    with bar("ballots") as tell:
        for done, (file, size) in enumerate(missing, 1):
            draft = file.with_suffix(".part")
            make(draft, size, int(file.name.split("-")[1]))
            draft.replace(file)
            tell(done, len(missing))
    return files


def make(path: Path, ballots: int, number: int) -> None:
    """Write the part with this number as Parquet."""
    chance = np.random.default_rng([20261123, number])
    drawn = np.searchsorted(SHARES.cumsum(), chance.random((ITEMS, ballots), dtype=np.float32))
    answers = np.minimum(drawn, len(CODES) - 1)
    # Answers of one person agree: each later item repeats the first six times in ten.
    answers[1:] = np.where(
        chance.random((ITEMS - 1, ballots), dtype=np.float32) < 0.6, answers[0], answers[1:]
    )
    every = np.array(np.unravel_index(range(len(CODES) ** ITEMS), (len(CODES),) * ITEMS)).T
    patterns = [" ".join(row) for row in CODES[every]]
    columns = {
        "campaign": named(np.zeros(ballots, dtype=np.int32), ["2026"]),
        "unit": pick(chance, list(categories()), ballots),
        "questionnaire": named(np.zeros(ballots, dtype=np.int32), [QUESTIONNAIRE]),
        "grp": pick(chance, list(shipped_scheme().groups), ballots),
        "stratum": pick(chance, [f"district-{number}" for number in range(9)], ballots),
        "source": pick(chance, ["invited", "open"], ballots),
        "weight": pa.array(chance.choice([0, 1, 2, 4], p=[0.02, 0.02, 0.06, 0.9], size=ballots)),
        "ratings": named(
            np.ravel_multi_index(tuple(answers), (len(CODES),) * ITEMS).astype(np.int32), patterns
        ),
    }
    parquet.write_table(pa.table(columns), path)


def pick(chance: np.random.Generator, names: list[str], size: int) -> pa.Array:
    return named(chance.integers(len(names), size=size, dtype=np.int32), names)


def named(places: np.ndarray, names: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(places), pa.array(names))
