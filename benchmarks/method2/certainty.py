"""States of a first year, calibration of probabilities, and what a rival's ballots do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from scipy.stats import kendalltau

from aggregation.estimation.method2.measure import measure
from aggregation.estimation.method2.states import unit_state
from aggregation.estimation.method2.trial import worst_move
from aggregation.ranking.draws import Matrix
from aggregation.ranking.odds import drawn_grades, possible_scores
from aggregation.ranking.shapes import possible_scores as shaped_scores
from aggregation.scheme.evidence import EvidenceRules
from benchmarks.method2.cities import SCALE, Kind, city
from benchmarks.method2.families import LISTS, LOOSE

BINS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0001)
FIRST, THIRD, UNITS = 4, 2, 24
VOUCHED = (0, 5, 20, 30, 40, 50, 100)


def states(vouched: int, cities: int, seed: int) -> tuple[dict[str, float], float]:
    """Shares of units by state at so many vouched answers (lists), and Kendall with the truth."""
    kind = Kind(
        "first year",
        tuple(vouched * n / 100 for n in LISTS),
        LOOSE,
        spread=6,
        between=4,
        mood=3,
        apart=-6,
    )
    rules, rng = EvidenceRules(), np.random.default_rng([seed, vouched])
    counted: dict[str, int] = {}
    agreement = []
    for _ in range(cities):
        made = city(kind, rng)
        found = measure(made.parts, made.family, dict.fromkeys(made.parts, SCALE), rules)
        for unit in found.units.values():
            evidence = {name: group.evidence for name, group in unit.parts.items()}
            move = worst_move(evidence, unit.own, ("open", "invited"), rules)
            state = unit_state(unit.own, move, True, rules.states)
            counted[state.value] = counted.get(state.value, 0) + 1
        codes = sorted(found.units)
        scores = [float(found.units[code].own.score) for code in codes]
        agreement.append(kendalltau(scores, [made.true[code] for code in codes]).statistic)
    total = sum(counted.values())
    return {name: n / total for name, n in sorted(counted.items())}, float(np.mean(agreement))


def rivals(ballots: int, loose: bool, units: int, cities: int, seed: int) -> tuple[float, float]:
    """Points, mean and greatest, by which ballots of 100 at one rival move the other units."""
    kind = Kind(
        "rivals",
        tuple(n / 2 for n in LISTS),
        LOOSE,
        units=units,
        between=4,
        mood=3,
        apart=-6,
    )
    rules, rng, moved = EvidenceRules(), np.random.default_rng([seed, ballots, units]), []
    for _ in range(cities):
        made = city(kind, rng)
        points = dict.fromkeys(made.parts, SCALE)
        before = measure(made.parts, made.family, points, rules)
        group = made.parts["000"]["enterprise"]
        best, many = Fraction(100), Fraction(ballots)
        evidence = (
            group.evidence.by_channel("open", best, many)
            if loose
            else group.evidence.in_cell(0, best, many)
        )
        own = {**made.parts["000"], "enterprise": replace(group, evidence=evidence)}
        after = measure({**made.parts, "000": own}, made.family, points, rules)
        moved += [
            abs(float(after.units[code].own.score - it.own.score))
            for code, it in before.units.items()
            if code != "000"
        ]
    return float(np.mean(moved)), float(np.max(moved))


SHAPES = (
    "normal",
    "few far below",
    "few far above",
    "two clusters",
    "t3",
    "three clusters",
    "near equal",
    "ceiling",
)


def true_scores(shape: str, rng: np.random.Generator) -> Matrix:
    """True scores of a family of one shape."""
    z = rng.standard_normal(UNITS)
    if shape == "few far below":
        return np.asarray(90 - 4 * rng.exponential(1, UNITS))
    if shape == "few far above":
        return np.asarray(70 + 4 * rng.exponential(1, UNITS))
    if shape == "two clusters":
        return np.where(rng.random(UNITS) < 0.3, 68.0, 82.0) + z
    if shape == "three clusters":
        return rng.choice([66.0, 76.0, 86.0], UNITS) + z
    if shape == "t3":
        return np.asarray(76 + 3 * rng.standard_t(3, UNITS))
    if shape == "near equal":
        return np.asarray(76 + 0.3 * z)
    if shape == "ceiling":
        return np.asarray(96 - np.abs(4 * z))
    return np.asarray(76 + 5 * z)


def calibration(shape: str, cities: int, seed: int, shaped: bool) -> list[tuple[float, float, int]]:
    """By bin of a first or a third grade's probability: told, happened, how many."""
    rng = np.random.default_rng([seed, SHAPES.index(shape)])
    told: list[Matrix] = []
    real: list[Matrix] = []
    everybody = np.ones(UNITS, dtype=bool)
    for at in range(cities):
        true = true_scores(shape, rng)
        errors = 22 / np.sqrt(np.exp(rng.uniform(np.log(30), np.log(5000), UNITS)))
        seen = true + errors * rng.standard_normal(UNITS)
        covariance = np.diag(errors**2)
        draw = shaped_scores if shaped else possible_scores
        drawn = draw(seen, covariance, f"{seed}/{shape}/{at}", 999)
        told += [part.mean(axis=0) for part in drawn_grades(drawn, everybody, FIRST, THIRD)]
        real += [part[0] for part in drawn_grades(true[None, :], everybody, FIRST, THIRD)]
    return _binned(np.concatenate(told), np.concatenate(real))


def _binned(told: Matrix, real: Matrix) -> list[tuple[float, float, int]]:
    found: list[tuple[float, float, int]] = []
    for low, high in pairwise(BINS):
        chosen = (told >= low) & (told < high)
        if chosen.any():
            found.append(
                (float(told[chosen].mean()), float(real[chosen].mean()), int(chosen.sum()))
            )
    return found


def worst_bin(bins: Sequence[tuple[float, float, int]]) -> float:
    """The largest gap of a bin of 100 cases and more, in standard errors of what happened."""
    gaps = [
        abs(told - real) / max((told * (1 - told) / n) ** 0.5, 1e-3)
        for told, real, n in bins
        if n >= 100
    ]
    return max(gaps, default=0.0)
