"""One simulated campaign for a seed: an attacked city, or one with a wave of honest anger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.fraud import attacks, city, honest
from benchmarks.fraud.ballots import HONEST, Part, frame

BALLOTS = 60_000
UNITS_EACH = 2
"""Units attacked in each way."""


@dataclass(frozen=True)
class Scenario:
    """``ballots`` as in the database, the ``truth`` of each row, and each target unit's attack."""

    ballots: pd.DataFrame
    truth: NDArray[np.str_]
    targets: dict[str, str]


def attacked(
    seed: int, ballots: int = BALLOTS, kinds: tuple[str, ...] = tuple(attacks.ATTACKS)
) -> Scenario:
    """A city in which two units are attacked in each way."""
    rng = np.random.default_rng([20261123, seed])
    town, crowd = _city(rng, ballots)
    volume = np.bincount(crowd.unit, minlength=city.UNITS)
    chosen = rng.choice(city.UNITS, UNITS_EACH * len(kinds), replace=False)
    parts, targets, free = [crowd], {}, int(crowd.voter.max()) + 1
    for at, unit in enumerate(chosen.tolist()):
        kind = kinds[at % len(kinds)]
        order = attacks.Order(unit, int(volume[unit] * rng.uniform(0.3, 0.5)), free)
        made = attacks.ATTACKS[kind](rng, order)
        parts += [
            made,
            attacks.blame_rival(rng, made) if kind == "staff" else attacks.cover(rng, town, made),
        ]
        targets[f"U{unit:03d}"] = kind
        free += order.size
    return _scenario(rng, parts, targets)


def angered(seed: int, ballots: int = BALLOTS, viral: bool = False) -> Scenario:
    """Draw a city without attacks in which one unit has a scandal.

    The scandal brings 50–200 % of the unit's usual volume, within days.
    """
    rng = np.random.default_rng([20261124, seed])
    town, crowd = _city(rng, ballots)
    unit = int(rng.integers(city.UNITS))
    size = int((crowd.unit == unit).sum() * rng.uniform(0.5, 2))
    angry = honest.wave(rng, town, unit, size, int(crowd.voter.max()) + 1, viral)
    return _scenario(rng, [crowd, angry], {f"U{unit:03d}": "wave"})


def _city(rng: np.random.Generator, ballots: int) -> tuple[city.City, Part]:
    town = city.build(rng, ballots)
    return town, honest.crowd(rng, town, ballots)


def _scenario(rng: np.random.Generator, parts: list[Part], targets: dict[str, str]) -> Scenario:
    table, truth = frame(parts, rng)
    return Scenario(table, truth, targets)


def is_honest(truth: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Honest ballots, the angry ones among them."""
    return (truth == HONEST) | (truth == "wave")
