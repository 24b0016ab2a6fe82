"""What people who stay away do to intervals, and to what is «surely better» by a declared bias.

Everybody is asked, and answers the more likely the less (or the more) content they are: 0.8 to 1.3
times as likely by answer, as a referee tried it. Where all units are alike in that, differences
hold; where half of them are the other way round, nothing but a declared bias helps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from aggregation.estimation.method2.measure import measure
from aggregation.estimation.method2.parts import group_parts
from aggregation.estimation.method2.variance import interval
from aggregation.ranking.ranks import JointInference, PairwiseComparison
from aggregation.scheme.evidence import EvidenceRules
from benchmarks.method2.cities import GROUPS, SCALE, SHARES, City, pmf, sums_of
from benchmarks.method2.families import estimates

ANSWERS = (60, 500, 5000)
BIASES = (0.0, 1.0, 2.0, 4.0, 6.0)
UNITS, LEVEL, SPREAD = 24, 76.0, 6.0
LIKELY = np.array([0.8, 0.925, 1.05, 1.175, 1.3])
"""How likely people are to answer, from the best answer to the worst."""


@dataclass(frozen=True)
class Stayed:
    """Of many cities: coverage, mean error, and by declared bias false and all sure pairs."""

    coverage: float
    error: float
    false: dict[float, float]
    sure: dict[float, float]


def stayed_away(answers: int, opposed: bool, cities: int, seed: int) -> Stayed:
    """Measure cities; ``opposed``: at half of the units the content are likelier to answer."""
    rng = np.random.default_rng([seed, answers, opposed])
    held, errors = [], []
    false = dict.fromkeys(BIASES, 0.0)
    sure = dict.fromkeys(BIASES, 0.0)
    for at in range(cities):
        made = _city(answers, opposed, rng)
        found = measure(made.parts, made.family, dict.fromkeys(made.parts, SCALE), EvidenceRules())
        for code, unit in found.units.items():
            known = found.variances[code]
            low, high = interval(float(unit.own.score), known.whole, known)
            held.append(low <= made.true[code] <= high)
            errors.append(float(unit.own.score) - made.true[code])
        true = np.array([made.true[code] for code in sorted(found.units)])
        worse = true[:, None] <= true[None, :]
        joint = JointInference(found.covariances(), f"{seed}/{at}")
        for bias in BIASES:
            better = PairwiseComparison(estimates(found), together=replace(joint, bias=bias)).better
            false[bias] += bool((better & worse).any()) / cities
            sure[bias] += better.sum() / (len(true) * (len(true) - 1) / 2) / cities
    return Stayed(float(np.mean(held)), float(np.mean(errors)), false, sure)


def _city(answers: int, opposed: bool, rng: np.random.Generator) -> City:
    parts, true = {}, {}
    for at in range(UNITS):
        code = f"{at:03}"
        mean = float(np.clip(LEVEL + SPREAD * rng.standard_normal(), 40, 97))
        likely = LIKELY[::-1] if opposed and at % 2 else LIKELY
        true[code] = mean
        parts[code] = {
            name: group_parts(
                Fraction(share, 100),
                {"": sums_of(_answered(answers * share // 100, mean, likely, rng))},
                {},
            )
            for name, share in zip(GROUPS, SHARES, strict=True)
        }
    return City(parts, true, dict.fromkeys(parts, "0"))


def _answered(
    count: int, mean: float, likely: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.int_]:
    """Answers of those who answer; `POINTS` runs from the best answer to the worst."""
    shares = pmf(mean) * likely
    return rng.multinomial(count, shares / shares.sum())
