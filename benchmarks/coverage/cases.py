"""Simulated campaigns with a known truth.

Items are answered in accord, groups have several sizes, and some scores are near the ceiling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
from scipy.stats import norm

from aggregation.estimation.estimates import CellSums, Estimate, combine, estimate
from aggregation.estimation.intervals import interval

FLOOR, TOP = 0.93, 0.97
POINTS = np.array([100, 80, 60, 30, 0])
SCALE = [Fraction(int(p)) for p in POINTS]
ITEMS = np.array([40, 20, 20, 20])
"""The overall item and three dimensions, % of the ballot score."""
ACCORD = 0.65
"""Correlation of two items, before they are cut into codes."""
WEIGHTS, LIGHT = np.array([4, 2, 1]), (0.8, 0.15, 0.05)
"""Fraud weights in quarters, and how common they are."""
POPULATIONS = {
    "satisfied": (0.35, 0.3, 0.2, 0.1, 0.05),
    "split": (0.1, 0.2, 0.3, 0.2, 0.2),
    "ceiling": (0.85, 0.1, 0.03, 0.01, 0.01),
    "near certain": (0.95, 0.03, 0.01, 0.005, 0.005),
}


@dataclass(frozen=True, slots=True)
class Part:
    """``answers`` from a population, with a weight in the whole."""

    population: str
    answers: int
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Case:
    """One simulated case; ``fraud`` gives the ballots fraud weights."""

    name: str
    parts: tuple[Part, ...]
    fraud: bool = False


SIZES = (5, 7, 10, 20, 50, 100, 300, 1000, 2000)
SCHEME = ((400, 30), (900, 30), (60, 20), (40, 10), (35, 5), (30, 5))
"""Answers and weights of the groups of a unit."""
MIXED = (Part("satisfied", 40, 25), Part("ceiling", 60, 20), Part("split", 30, 35))
CASES = (
    *(Case(f"one group, {name}", (Part(name, n),)) for name in POPULATIONS for n in SIZES),
    *(Case(f"one group, {name}, fraud weights", (Part(name, 60),), True) for name in POPULATIONS),
    *(Case(f"six groups, {name}", (Part(name, 30),) * 6) for name in POPULATIONS),
    *(Case(f"ten groups, {name}", (Part(name, 10),) * 10) for name in ("satisfied", "ceiling")),
    Case("three groups, fraud weights", MIXED, True),
    Case(
        "groups by the default scheme", tuple(Part("satisfied", n, weight) for n, weight in SCHEME)
    ),
    Case("weight on few at the ceiling", (Part("ceiling", 30, 60), Part("ceiling", 1000, 40))),
    Case(
        "weight on few at the ceiling, others split",
        (Part("ceiling", 30, 70), Part("split", 1000, 30)),
    ),
    Case(
        "weight on few near certain, others split",
        (Part("near certain", 30, 90), Part("split", 1000, 10)),
    ),
    Case("half on thirty, half on a thousand", (Part("satisfied", 30), Part("satisfied", 1000))),
)


def covered(case: Case, runs: int, chance: np.random.Generator) -> tuple[float, float]:
    """The share of runs whose interval holds the truth, and the mean width in points."""
    total = sum(part.weight for part in case.parts)
    shares = [Fraction(part.weight, total) for part in case.parts]
    truth = sum(
        float(share) * mean(part.population) for share, part in zip(shares, case.parts, strict=True)
    )
    ends = np.array([interval(_whole(case, shares, chance), SCALE) for _ in range(runs)])
    return float(((ends[:, 0] <= truth) & (truth <= ends[:, 1])).mean()), float(
        (ends[:, 1] - ends[:, 0]).mean()
    )


def _whole(case: Case, shares: Sequence[Fraction], chance: np.random.Generator) -> Estimate:
    parts = [estimate(answers(part, chance, case.fraud)) for part in case.parts]
    whole = combine((share, part) for share, part in zip(shares, parts, strict=True) if part)
    assert whole is not None
    return whole


def answers(part: Part, chance: np.random.Generator, fraud: bool = False) -> CellSums:
    """The sums of simulated ballots; their scores are whole points."""
    cuts = norm.ppf(np.cumsum(POPULATIONS[part.population])[:-1])
    common, own = (
        chance.standard_normal((part.answers, 1)),
        chance.standard_normal((part.answers, 4)),
    )
    latent = ACCORD**0.5 * common + (1 - ACCORD) ** 0.5 * own
    y = POINTS[np.searchsorted(cuts, latent)] @ ITEMS // 100
    w = chance.choice(WEIGHTS, part.answers, p=LIGHT) if fraud else np.full(part.answers, 4)
    sums = [w.sum(), w @ y, w @ y**2, w @ w, w**2 @ y, w**2 @ y**2]
    return CellSums(1, part.answers, *map(int, sums), part.answers, int(y.sum()))


@cache
def mean(population: str) -> float:
    """The true mean: that of an item, since all have the same distribution."""
    return float(np.dot(POPULATIONS[population], POINTS))
