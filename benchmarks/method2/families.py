"""How often some unit is falsely «surely better», how often intervals hold, and the error."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

import numpy as np

from aggregation.estimation.method2.measure import MeasuredCampaign, measure
from aggregation.estimation.method2.variance import interval
from aggregation.ranking.ranks import JointInference, PairwiseComparison, TotalEstimate
from aggregation.scheme.evidence import EvidenceRules
from benchmarks.method2.cities import SCALE, City, Kind, city

EVEN = (16.67,) * 6
THIN = (40, 150, 31, 12, 8, 5)
LISTS = (2, 2, 3, 45, 40, 8)
"""Vouched answers where lists of deputies and grass roots are all there is."""
LOOSE = (62, 50, 88, 25, 12, 13)
"""Loose answers of a unit by group, 250 in all."""
KINDS = (
    Kind(
        "enterprise ~ Poisson(31), contrast +8, two groups empty",
        (100, 150, 31, 40, 0, 0),
        contrast=(0, 0, 8, 0, 0, 0),
    ),
    Kind("all thin, sd 0", THIN),
    Kind("all thin, sd 4", THIN, between=4),
    Kind("all thin, sd 8", THIN, between=8),
    Kind("clusters of 15 in 20, ICC 0.05", (75, 60, 105, 30, 15, 15), cluster=15),
    Kind("clusters of 60, ICC 0.05", (75, 60, 105, 30, 15, 15), cluster=60),
    Kind(
        "loose 250, even 100 vouched, unit sd 3",
        EVEN,
        LOOSE,
        between=4,
        mood=3,
        apart=-6,
    ),
    Kind(
        "loose 250, lists 50 vouched, unit sd 3",
        tuple(n / 2 for n in LISTS),
        LOOSE,
        between=4,
        mood=3,
        apart=-6,
    ),
    Kind(
        "loose 250, unequal mixes, unit sd 3",
        tuple(n / 2 for n in LISTS),
        LOOSE,
        between=4,
        mood=3,
        apart=-6,
        mixed=True,
    ),
    Kind(
        "loose 250, no vouched, unit sd 3",
        (0,) * 6,
        LOOSE,
        between=4,
        mood=3,
        apart=-6,
        mixed=True,
    ),
    Kind(
        "loose 250, lists, unit sd 6",
        tuple(n / 2 for n in LISTS),
        LOOSE,
        between=4,
        mood=6,
        apart=-6,
    ),
    Kind("four items, thin, sd 4", THIN, between=4, items=True),
    Kind(
        "four items, loose 250, lists",
        tuple(n / 2 for n in LISTS),
        LOOSE,
        between=4,
        mood=3,
        apart=-6,
        items=True,
    ),
    Kind("three families of 12 together, thin, sd 4", THIN, units=36, between=4, families=3),
    Kind("three families of 5 together, thin, sd 4", THIN, units=15, between=4, families=3),
    Kind("near the top, thin", THIN, level=93, between=2),
    Kind(
        "near the top, loose 250 alone, better by 6",
        (0,) * 6,
        LOOSE,
        level=92,
        between=2,
        mood=3,
        apart=6,
    ),
    Kind(
        "near the bottom, loose 250 alone, worse by 12",
        (0,) * 6,
        LOOSE,
        level=16,
        between=2,
        mood=3,
        apart=-12,
    ),
    Kind(
        "12 units, 120 loose, 20 vouched",
        tuple(n / 5 for n in LISTS),
        (30, 24, 42, 12, 6, 6),
        units=12,
        between=4,
        mood=3,
        apart=-6,
    ),
)


@dataclass(frozen=True)
class Outcome:
    """Of many cities: any false separation, coverage, RMSE within the city, states."""

    cities: int
    false: int
    coverage: float
    rmse: float
    error: float


def outcome(kind: Kind, cities: int, seed: int, rules: EvidenceRules | None = None) -> Outcome:
    """Measure a kind of city."""
    rules = rules or EvidenceRules()
    rng = np.random.default_rng([seed, sum(kind.name.encode())])
    false, held, squares, errors = 0, [], [], []
    for at in range(cities):
        made = city(kind, rng)
        found = measure(made.parts, made.family, dict.fromkeys(made.parts, SCALE), rules)
        false += separated_falsely(made, found, f"{seed}/{at}")
        held += [_holds(made, found, code) for code in found.units]
        squares.append(_within_city(made, found))
        errors += [sqrt(v.own) for v in found.variances.values()]
    return Outcome(
        cities, false, float(np.mean(held)), float(np.mean(squares)) ** 0.5, float(np.mean(errors))
    )


def estimates(found: MeasuredCampaign) -> dict[str, TotalEstimate]:
    """The scores as rank sets judge them."""
    return {
        code: TotalEstimate(unit.own.score + Fraction(v.pull), sqrt(v.whole), v.freedom, v.third)
        for code, unit in found.units.items()
        for v in [found.variances[code]]
    }


def separated_falsely(made: City, found: MeasuredCampaign, seed: str) -> bool:
    """Whether some unit is surely better than one that is truly as good."""
    compared = PairwiseComparison(
        estimates(found), together=JointInference(found.covariances(), seed)
    )
    true = np.array([made.true[code] for code in sorted(found.units)])
    return bool((compared.better & (true[:, None] <= true[None, :] + 1e-9)).any())


def _holds(made: City, found: MeasuredCampaign, code: str) -> bool:
    own, known = found.units[code].own, found.variances[code]
    low, high = interval(float(own.score), known.whole, known)
    return low <= made.true[code] <= high


def _within_city(made: City, found: MeasuredCampaign) -> float:
    off = np.array([float(u.own.score) - made.true[code] for code, u in found.units.items()])
    return float(np.var(off))
