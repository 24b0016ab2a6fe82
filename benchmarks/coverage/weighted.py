"""Coverage for answers weighted to the population, and for differences between units.

The differences are between units that the same people rated.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial

import numpy as np
from scipy.stats import norm

from aggregation.counts.ratings import PatternOutcome
from aggregation.counts.scan import ScoreCell
from aggregation.estimation.estimates import CellSums
from aggregation.estimation.intervals import interval
from aggregation.estimation.rater_covariance import Influence, RaterAnswer, score_covariances
from aggregation.estimation.weighting import weighted_estimate
from aggregation.scheme.population import WeightingTarget
from benchmarks.coverage.cases import POPULATIONS, SCALE, Part, answers, mean

Strata = dict[str, tuple[str, int, int]]
"""By stratum: the population that it is like, expected answers, people."""
LOWER, UPPER = Fraction(1, 5), Fraction(5)
LOPSIDED: Strata = {
    "N/large": ("satisfied", 120, 20),
    "N/small": ("satisfied", 60, 30),
    "S/large": ("split", 25, 15),
    "S/small": ("split", 20, 35),
}
CEILINGS: Strata = {name: ("ceiling", n, people) for name, (_, n, people) in LOPSIDED.items()}
MANY: Strata = {
    f"{at:02}": (list(POPULATIONS)[at % 3], 12 + 3 * (at % 5), 10 + at) for at in range(20)
}
LIKES = 0.5
"""The rater's own leniency: the correlation of one person's ratings of two units."""


def covered(
    strata: Strata, margins: bool, runs: int, chance: np.random.Generator
) -> tuple[float, float]:
    """The share of runs whose interval holds the truth, and the mean width."""
    people = sum(count for _, _, count in strata.values())
    truth = sum(count / people * mean(population) for population, _, count in strata.values())
    ends = np.array([_interval(strata, _target(strata, margins), chance) for _ in range(runs)])
    return float(((ends[:, 0] <= truth) & (truth <= ends[:, 1])).mean()), float(
        (ends[:, 1] - ends[:, 0]).mean()
    )


def _target(strata: Strata, margins: bool) -> WeightingTarget:
    figures: dict[int, dict[str, int]] = {}
    for name, (_, _, people) in strata.items():
        for at, value in enumerate(name.split("/"), 1) if margins else [(0, name)]:
            own = figures.setdefault(at, {})
            own[value] = own.get(value, 0) + people
    return WeightingTarget(figures, 10, LOWER, UPPER)


def _interval(
    strata: Strata, target: WeightingTarget, chance: np.random.Generator
) -> tuple[float, float]:
    sizes = np.array([n for _, n, _ in strata.values()])
    drawn = chance.multinomial(sizes.sum(), sizes / sizes.sum()).tolist()
    sums: dict[str, CellSums] = {
        name: answers(Part(population, n), chance)
        for (name, (population, _, _)), n in zip(strata.items(), drawn, strict=True)
        if n
    }
    found = weighted_estimate(sums, target)
    assert found is not None
    return interval(found.estimate, SCALE)


def difference(
    common: int, alone: int, known: bool, runs: int, chance: np.random.Generator
) -> tuple[float, float]:
    """Return the coverage of ±1.96 standard errors around a difference of two units.

    It is returned with and without their covariance.
    ``common`` people rate both units, and ``alone`` more rate each of them.
    """
    cuts, points = (
        norm.ppf(np.cumsum(POPULATIONS["satisfied"])[:-1]),
        np.array([100, 80, 60, 30, 0]),
    )
    cells = [ScoreCell(unit, "resident", False) for unit in ("A", "B")]
    outcomes = [PatternOutcome(Fraction(int(p)), "S", "five", False) for p in points]
    covers, widths = 0, 0.0
    for _ in range(runs):
        lenient = chance.standard_normal(common + 2 * alone)
        who = [
            np.r_[:common, common : common + alone],
            np.r_[:common, common + alone : common + 2 * alone],
        ]
        said = [
            np.searchsorted(
                cuts, LIKES**0.5 * lenient[w] + (1 - LIKES) ** 0.5 * chance.standard_normal(len(w))
            )
            for w in who
        ]
        y = [points[places] for places in said]
        n = common + alone
        moves = {
            cell: Influence(Fraction(1, 4 * n), Fraction(int(values.sum()), n), Fraction(n, n - 1))
            for cell, values in zip(cells, y, strict=True)
        }
        ballots = [
            RaterAnswer(int(r), cell, 4, int(place))
            for cell, raters, places in zip(cells, who, said, strict=True)
            for r, place in zip(raters, places, strict=True)
        ]
        shared = (
            score_covariances(ballots, outcomes, moves, 10).get(("A", "B"), 0.0) if known else 0.0
        )
        error = (sum(float(values.var(ddof=1)) / n for values in y) - 2 * shared) ** 0.5
        covers += abs(float(y[0].mean() - y[1].mean())) <= 1.96 * error
        widths += 2 * 1.96 * error
    return covers / runs, widths / runs


Measure = Callable[[int, np.random.Generator], tuple[float, float]]
CASES: dict[str, Measure] = {
    "four cells, lopsided answers": partial(covered, LOPSIDED, False),
    "the same, at the ceiling": partial(covered, CEILINGS, False),
    "twenty cells, some joined": partial(covered, MANY, False),
    "raked to two margins": partial(covered, LOPSIDED, True),
    "the same, at the ceiling ": partial(covered, CEILINGS, True),
    "difference of two units, half the raters in common": partial(difference, 100, 100, True),
    "difference, all in common": partial(difference, 200, 0, True),
}
BLIND: dict[str, Measure] = {
    "difference, all in common, covariance ignored": partial(difference, 200, 0, False)
}
"""The measures without the correction; they have no target."""
