"""What it costs that cross-cells are taken as the product of their margins."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from aggregation.estimation.method2.own_score import own_score
from aggregation.estimation.method2.parts import group_parts
from aggregation.scheme.evidence import EvidenceRules
from aggregation.scheme.population import WeightingTarget
from benchmarks.method2.cities import pmf, sums_of

AREAS, SIZES = {"N": 40, "S": 60}, {"large": 30, "small": 70}
EFFECTS = {"N": 5.0, "S": -5.0, "large": 6.0, "small": -6.0}
ONE = Fraction(1)


def product_cells(
    dependence: float, together: float, answers: int, runs: int, seed: int
) -> tuple[float, float, float]:
    """Bias and RMSE of the score by products, and RMSE without weighting, in points.

    ``dependence`` is by how much the cell N/large is larger than the product, ``together`` the
    interaction of area and size in points. Answers come in other shares than the people.
    """
    rng = np.random.default_rng([seed, int(100 * dependence), int(together), answers])
    people = {
        f"{area}/{size}": AREAS[area] / 100 * SIZES[size] / 100
        + dependence * (1 if (area == "N") == (size == "large") else -1)
        for area in AREAS
        for size in SIZES
    }
    means = {
        name: 72 + sum(EFFECTS[part] for part in name.split("/")) + together * (name == "N/large")
        for name in people
    }
    true = sum(people[name] * means[name] for name in people)
    reached = {name: share * (2.0 if "N" in name else 0.4) for name, share in people.items()}
    total = sum(reached.values())
    target = WeightingTarget({1: AREAS, 2: SIZES}, 10, ONE, ONE)
    off, plain = [], []
    for _ in range(runs):
        counts = rng.multinomial(answers, [share / total for share in reached.values()])
        sums = {
            name: sums_of(rng.multinomial(int(n), pmf(means[name])))
            for name, n in zip(people, counts, strict=True)
            if n
        }
        own = own_score(
            {"resident": group_parts(ONE, sums, {}, target).evidence}, {}, EvidenceRules()
        )
        assert own is not None
        off.append(float(own.score) - true)
        every = sum(float(part.wy) for part in sums.values())
        plain.append(every / sum(part.w for part in sums.values()) - true)
    return (
        float(np.mean(off)),
        float(np.mean(np.square(off))) ** 0.5,
        float(np.mean(np.square(plain))) ** 0.5,
    )
