"""Scores and intervals of method 2 from single ballots, by the lines of docs/scoring.md alone.

The arithmetic below knows that page, docs/grades.md, numpy and scipy, and nothing of the code that
it checks.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np
import pytest
from scipy.stats import beta, norm, t

from aggregation.counts.scan import PatternCount
from aggregation.estimation.scores import score_units
from aggregation.ranking.ranks import JointInference, PairwiseComparison, TotalEstimate
from tests.scoring import DISTRICT, ECON, GROUPS, QUESTIONNAIRES, bounded_scheme, row

POINTS = {"VS": 100.0, "S": 80.0, "B": 60.0, "D": 30.0, "VD": 0.0}
K, MOST, START, PULL = 30.0, 10.0, 2.0, 5.0
FAMILIES = {"A": "econ", "B": "econ", "C": "econ", "D": "econ", "E": "district", "F": "district"}
SHARES = {
    "econ": {name: a / 100 for name, a in zip(GROUPS, ECON, strict=True)},
    "district": {name: a / 100 for name, a in zip(GROUPS, DISTRICT, strict=True) if a},
}


def made_rows(seed: int, top: bool) -> list[PatternCount]:
    """Six units with thin groups; A has loose answers alone, all best ones if ``top``."""
    rng = np.random.default_rng(seed)
    rows = []
    for at, (unit, family) in enumerate(FAMILIES.items()):
        for g, name in enumerate(SHARES[family]):
            for source, people in (("personal", 3 + 4 * g), ("open", 25 - 3 * g)):
                if unit == "A" and source == "personal":
                    continue
                chances = np.array([0.4, 0.3, 0.15, 0.1, 0.05]) + 0.02 * np.array([-at, g, 1, 1, 1])
                said = rng.choice(list(POINTS), people, p=chances / chances.sum())
                for code in ["VS"] * people if top and unit == "A" else said.tolist():
                    keys = {"unit": unit, "grp": name, "source": source, "questionnaire": "single"}
                    rows.append(row(code, weight=int(rng.choice([1, 2, 4, 4, 4])), **keys))
    return rows


@dataclass
class Part:
    """The answers of a group by one kind of link."""

    n: int
    weight: float
    mean: float
    square: float
    bend: float
    kish: float
    equal: float


def part(answers: list[tuple[float, float]]) -> Part:
    w, y = (np.array(x) for x in zip(*answers, strict=True))
    n, mean, square = len(w), (w @ y) / w.sum(), (w @ y**2) / w.sum()
    kish = w.sum() ** 2 / (w @ w)
    own = n / (n - 1) * (w**2 @ (y - mean) ** 2) / w.sum() ** 2 if n > 1 else 0.0
    equal = min(n, (square - mean**2) * n / (n - 1) / own) if own > 1e-12 else kish
    return Part(n, w.sum(), mean, square, 100 * mean - square, kish, equal)


class Group:
    """A group of a unit: its parts, and B, b, M and H before contrasts."""

    def __init__(self, share: float, said: dict[str, list[tuple[float, float]]]) -> None:
        self.a = share
        self.parts = {kind: part(answers) for kind, answers in said.items() if answers}
        self.worth = {
            kind: it.weight if kind == "personal" else MOST * it.weight / (it.weight + MOST)
            for kind, it in self.parts.items()
        }
        self.loose = self.worth.get("open", 0.0)
        self.vouched = self.worth.get("personal", 0.0)
        self.all = self.vouched + self.loose
        self.b = self.all / (self.all + K)
        self.s = {kind: worth / self.all for kind, worth in self.worth.items()}
        self.mean = sum(self.s[kind] * it.mean for kind, it in self.parts.items())
        self.bend = sum(self.s[kind] * it.bend for kind, it in self.parts.items())
        self.w = self.vouched / (self.vouched + K) * self.loose / (self.loose + K)

    def moved(self, level: float, loose: float) -> float:
        """M with a multiple of y(100 − y) for all answers, and one for loose ones."""
        lean = self.s["open"] * self.parts["open"].bend if "open" in self.parts else 0.0
        return self.mean - level * self.bend - loose * lean

    @property
    def apart(self) -> float:
        return self.parts["open"].mean - self.parts["personal"].mean


Units = dict[str, dict[str, Group]]
Components = dict[str, Any]
"""The variances of a family by name, Var(c) by group."""


def within(value: float) -> float:
    return max(-0.0099, min(0.0099, value))


def fitted(units: Units, loose: float, pull: float, centre: dict[str, float]) -> dict[str, float]:
    """Least squares of M = u + c with weights b, pulled to a centre."""
    names = sorted(centre)
    left, right = pull * np.eye(len(names)), pull * np.array([centre[name] for name in names])
    for unit in units.values():
        b = np.array([unit[name].b if name in unit else 0.0 for name in names])
        m = np.array([unit[name].moved(0, loose) if name in unit else 0.0 for name in names])
        left += np.diag(b) - np.outer(b, b) / b.sum()
        right += b * (m - (b @ m) / b.sum())
    return dict(zip(names, np.linalg.solve(left, right).tolist(), strict=True))


def contrasts(units: Units, own: str) -> tuple[dict[str, tuple[float, float]], float]:
    """(ρ, φ) by group, and ρ_o, from all units but one."""
    others = {code: unit for code, unit in units.items() if code != own}
    family = {code: unit for code, unit in others.items() if FAMILIES[code] == FAMILIES[own]}
    both = [g for unit in others.values() for g in unit.values() if g.w]
    omega = sum(g.w for g in both)
    c_o = sum(g.w * g.apart for g in both) / (omega + START)
    loose = within(c_o / (sum(g.w * g.parts["open"].bend for g in both) / omega))
    wide = fitted(others, loose, START, dict.fromkeys(GROUPS, 0.0))
    near = fitted(family, loose, PULL, wide)
    middle = sum(a * near[name] for name, a in SHARES[FAMILIES[own]].items())

    def room(unit: dict[str, Group]) -> float:
        level = sum(g.a * g.b * g.mean for g in unit.values())
        level /= sum(g.a * g.b for g in unit.values())
        return level * (100 - level)

    def mean_bend(among: Units, name: str) -> tuple[float, float]:
        known = [unit[name] for unit in among.values() if name in unit]
        return sum(g.b * g.bend for g in known), sum(g.b for g in known)

    rooms = sum(map(room, others.values())) / len(others)
    rooms = (sum(map(room, family.values())) + PULL * rooms) / (len(family) + PULL)
    found = {}
    for name in SHARES[FAMILIES[own]]:
        c = near[name] - middle
        (all_bend, all_b), (bend, b) = mean_bend(others, name), mean_bend(family, name)
        found[name] = (
            within(c / ((bend + PULL * all_bend / all_b) / (b + PULL))),
            within(c / rooms),
        )
    return found, loose


class Scored:
    """A unit's score with what the variance needs."""

    def __init__(self, unit: dict[str, Group], rho: dict[str, tuple[float, float]], loose: float):
        self.unit, self.rho, self.loose = unit, rho, loose
        self.pull = {name: g.a * g.b for name, g in unit.items()}
        whole = sum(self.pull.values())
        common = {
            name: g.mean - self._bent(name, g)  # T
            for name, g in unit.items()
        }
        self.level = sum(self.pull[name] * common[name] for name in unit) / whole
        self.delta = {name: common[name] - self.level for name in unit}
        self.filled = sum(g.a * (1 - g.b) for g in unit.values())
        room = self.level * (100 - self.level)
        self.score = sum(
            g.a * (g.b * g.moved(0, loose) + (1 - g.b) * (self.level + rho[name][1] * room))
            for name, g in unit.items()
        )
        self.bow = (
            1
            + (100 - 2 * self.level)
            * sum(g.a * (1 - g.b) * rho[name][1] for name, g in unit.items())
            / self.filled
        )
        self.direct = {
            (name, kind): g.a * worth / (g.all + K)
            for name, g in unit.items()
            for kind, worth in g.worth.items()
        }
        self.by_level = {key: d * self.filled / whole for key, d in self.direct.items()}
        self.alpha = {key: d + self.by_level[key] for key, d in self.direct.items()}

    def steep(self, name: str, kind: str) -> float:
        return within(self.rho[name][0] + self.loose) if kind == "open" else self.rho[name][0]

    def _bent(self, name: str, g: Group) -> float:
        return sum(g.s[kind] * self.steep(name, kind) * it.bend for kind, it in g.parts.items())


def components(scored: dict[str, Scored]) -> dict[str, Components]:
    """τ², τ_u², τ_e², Var(c), Var(c_o) and degrees of freedom by family."""
    above: dict[str, float] = defaultdict(float)
    below: dict[str, int] = defaultdict(int)
    for it in scored.values():
        for name, g in it.unit.items():
            for p in g.parts.values():
                above[name] += p.n * (p.square - p.mean**2)
                below[name] += p.n - 1
    spread = {name: above[name] / below[name] for name in above}

    def a_(name: str, g: Group) -> float:
        return spread[name] * sum(g.s[kind] ** 2 / p.kish for kind, p in g.parts.items())

    def noise(name: str, g: Group) -> float:
        return spread[name] * (1 / g.parts["personal"].kish + 1 / g.parts["open"].kish)

    met = [[(name, g) for name, g in it.unit.items() if g.w] for it in scored.values()]
    met = [unit for unit in met if unit]
    weights = [sum(g.w for _, g in unit) for unit in met]
    means = [sum(g.w * g.apart for _, g in u) / o for u, o in zip(met, weights, strict=True)]
    seen = chance = size = 0.0
    for unit, omega, mean in zip(met, weights, means, strict=True):
        for name, g in unit:
            seen += g.w * (g.apart - mean) ** 2
            chance += g.w * (1 - g.w / omega) * noise(name, g)
            size += g.w * (1 - g.w / omega)
    each = max(0.0, (seen - chance) / size)
    total = sum(weights)
    middle = sum(o * m for o, m in zip(weights, means, strict=True)) / total
    seen = rest = size = 0.0
    for unit, omega, mean in zip(met, weights, means, strict=True):
        seen += omega * (mean - middle) ** 2
        own = sum(g.w**2 * (each + noise(name, g)) for name, g in unit)
        rest += (1 - omega / total) * own / omega
        size += omega * (1 - omega / total)
    raw = max(0.0, (seen - rest) / size)
    pulled = (total * raw + 5 * 3**2) / (total + 5)
    mood = max(raw, pulled)
    known = 1.0 if raw > pulled else total / (total + 5)
    mood_freedom = max(3.0, (len(met) - 1) * (mood / (raw + rest / size) / known) ** 2)
    loose_contrast = sum(
        o**2 * mood + sum(g.w**2 * (each + noise(name, g)) for name, g in unit)
        for unit, o in zip(met, weights, strict=True)
    )
    loose_contrast = (loose_contrast + 2**2 * 10**2) / (total + 2) ** 2

    def between(units: list[Scored]) -> float:
        seen = chance = size = 0.0
        for it in units:
            b_all, whole = sum(g.b for g in it.unit.values()), sum(it.pull.values())
            for name, g in it.unit.items():
                omega = it.pull[name] / whole
                times = (g.b * (1 - 2 * omega) + omega**2 * b_all) * (1 - 1 / len(units))
                seen += g.b * it.delta[name] ** 2
                chance += times * (a_(name, g) + g.s.get("open", 0.0) ** 2 * each)
                size += times
        return max(0.0, (seen - chance) / size)

    everywhere = between(list(scored.values()))

    def contrast(units: list[Scored], name: str, tau: float, pull: float, centre: float) -> float:
        own = [it.unit[name] for it in units if name in it.unit]
        error = sum(g.b**2 * (tau + a_(name, g)) for g in own) * len(units) / (len(units) - 1)
        return (error + pull**2 * centre) / (sum(g.b for g in own) + pull) ** 2

    found: dict[str, Components] = {}
    for family in SHARES:
        own = [it for code, it in scored.items() if FAMILIES[code] == family]
        tau = (len(own) * between(own) + 5 * everywhere) / (len(own) + 5)
        wide = {name: contrast(list(scored.values()), name, everywhere, 2, 100) for name in spread}
        found[family] = {
            "tau": tau,
            "tau_freedom": max(1.0, len(own) * (len(SHARES[family]) - 1) / 2),
            "mood": mood,
            "mood_freedom": mood_freedom,
            "each": each,
            "c": {name: contrast(own, name, tau, 5, wide[name] + 9) for name in wide},
            "c_o": loose_contrast,
        }
    return found


def interval(it: Scored, c: Components) -> tuple[float, ...]:
    """The variance, its degrees of freedom, and the ends of both intervals."""
    x = np.array(list(POINTS.values()))
    answers, moved, below = 0.0, 0.0, 0.0
    for (name, kind), alpha in it.alpha.items():
        p, g = it.unit[name].parts[kind], 0.24 * alpha
        mean = (p.equal * p.mean + g * x.sum()) / (p.equal + 5 * g)
        square = (p.equal * p.square + g * (x**2).sum()) / (p.equal + 5 * g)
        v = (square - mean**2) / max(p.equal + 5 * g + 2 * alpha - 1, 2 * alpha)
        loose = it.loose if kind == "open" else 0.0
        bow = 100 - 2 * p.mean
        r = it.direct[name, kind] * (1 - loose * bow)
        r += it.by_level[name, kind] * it.bow * (1 - it.steep(name, kind) * bow)
        answers, moved = answers + r**2 * v, moved + r * (mean - p.mean)
        below += (r**2 * v) ** 2 / max(p.n - 1, 1)
    shares: dict[str, float] = defaultdict(float)
    for (name, _), alpha in it.alpha.items():
        shares[name] += alpha
    loose_parts = [alpha for (_, kind), alpha in it.alpha.items() if kind == "open"]
    gaps = {name: it.unit[name].a - share for name, share in shares.items()}
    y = sum(gap**2 for gap in gaps.values()) * c["tau"] + sum(a**2 for a in loose_parts) * c["each"]
    z = sum(loose_parts) ** 2 * c["mood"]
    own = answers + y + z
    common = sum(gap**2 * c["c"][name] for name, gap in gaps.items())
    common += sum(loose_parts) ** 2 * c["c_o"]
    freedom = own**2 / (below + y**2 / c["tau_freedom"] + z**2 / c["mood_freedom"])
    ends = [end for var in (own + common, own) for end in _ends(it.score, moved, var, freedom)]
    return (own + common, freedom, *ends)


def _ends(score: float, moved: float, variance: float, freedom: float) -> tuple[float, float]:
    m = min(max((score + moved) / 100, 1e-6), 1 - 1e-6)
    v = variance * (t.ppf(0.975, max(freedom, 1)) / 1.959964) ** 2 / 1e4
    u = min(m, 1 - m)
    inner = min(v, m * (1 - m) * u / (1 + u))
    size = m * (1 - m) / inner - 1
    low, high = beta.ppf([0.025, 0.975], m * size, (1 - m) * size)
    low = max(0.0, m - sqrt((m - low) ** 2 + 1.959964**2 * (v - inner)))
    high = min(1.0, m + sqrt((m - high) ** 2 + 1.959964**2 * (v - inner)))
    return min(100 * low, score), max(100 * high, score)


@pytest.mark.parametrize("top", [False, True])
def test_a_stranger_gets_the_same_scores_and_intervals_from_the_page(top: bool) -> None:
    rows = made_rows(41, top)
    said: dict[str, dict[str, dict[str, list[tuple[float, float]]]]] = {
        unit: {name: {"personal": [], "open": []} for name in SHARES[family]}
        for unit, family in FAMILIES.items()
    }
    for it in rows:
        said[it.unit][it.grp][it.source].append((it.weight / 4, POINTS[it.ratings]))
    units = {
        unit: {name: Group(SHARES[FAMILIES[unit]][name], kinds) for name, kinds in groups.items()}
        for unit, groups in said.items()
    }
    scored = {unit: Scored(units[unit], *contrasts(units, unit)) for unit in units}
    by_family = components(scored)
    found = score_units(rows, FAMILIES, QUESTIONNAIRES, bounded_scheme(unit=1))
    for unit, it in scored.items():
        figures = found[unit].bounded
        assert figures is not None
        assert float(figures.own.score) == pytest.approx(it.score, abs=1e-3)
        variance, freedom, *ends = interval(it, by_family[FAMILIES[unit]])
        assert found[unit].variance == pytest.approx(variance, rel=1e-3)
        assert figures.variance.freedom == pytest.approx(freedom, rel=1e-2)
        told = [found[unit].low, found[unit].high, figures.low, figures.high]
        assert told == pytest.approx(ends, abs=0.02)
    if top:
        assert scored["A"].score == pytest.approx(100)
        assert 100 - (found["A"].low or 100) > 1.96 * sqrt(found["A"].variance)


def drawn(seed: str, rows: int, columns: int) -> np.ndarray:
    """The normal draws of docs/grades.md."""
    stream = hashlib.shake_256(seed.encode()).digest(8 * rows * columns)
    whole = np.frombuffer(stream, dtype="<u8") >> np.uint64(11)
    return np.asarray(norm.ppf((whole + 0.5) / 2**53).reshape(rows, columns))


def test_a_stranger_gets_the_same_sure_pairs_from_the_page() -> None:
    """Six totals with errors, covariances, skewness and few degrees of freedom."""
    totals = [90.0, 87.0, 84.5, 84.25, 79.0, 72.0]
    errors, free = [1.0, 0.5, 2.0, 0.7, 1.1, 0.9], [40.0, 12.0, 5.0, 90.0, 30.0, 8.0]
    thirds, shared, bias = [-1.0, -0.02, -3.0, 0.0, 0.1, 0.3], 0.2, 0.4
    codes = list("ABCDEF")
    size = range(len(codes))
    v = np.diag(np.square(errors)) + shared * (1 - np.eye(len(codes)))
    z, e_ = {}, {}
    for j, k in ((j, k) for j in size for k in size if j != k):
        e_[j, k] = sqrt(v[j, j] + v[k, k] - 2 * shared)
        value = (totals[j] - totals[k] - bias) / e_[j, k]
        skew = (thirds[j] - thirds[k]) / e_[j, k] ** 3
        value = min(value, value + skew * value**2 / 3 + skew**2 * value**3 / 27 + skew / 6)
        welch = (v[j, j] + v[k, k]) ** 2 / (v[j, j] ** 2 / free[j] + v[k, k] ** 2 / free[k])
        z[j, k] = float(norm.isf(t.sf(value, welch)))
    values, vectors = np.linalg.eigh(v)
    off = drawn("seed", 4999, len(codes)) @ (vectors * np.sqrt(values)).T
    left, rounds = set(z), 0
    sure: set[tuple[int, int]] = set()
    while True:
        largest = np.max([(off[:, j] - off[:, k]) / e_[j, k] for j, k in left], axis=0)
        new = {pair for pair in left if z[pair] > np.sort(largest)[4750 - 1]}
        if not new:
            break
        left, sure, rounds = left - new, sure | new, rounds + 1
    compared = PairwiseComparison(
        {
            code: TotalEstimate(Fraction(totals[at]), errors[at], free[at], thirds[at])
            for at, code in enumerate(codes)
        },
        together=JointInference(
            {(one, two): shared for one in codes for two in codes if one < two}, "seed", bias
        ),
    )
    assert {(int(j), int(k)) for j, k in zip(*compared.better.nonzero(), strict=True)} == sure
    assert rounds > 1
    assert 0 < len(sure) < 15
