"""Evidence for tests of scoring method 2, and the plainest possible oracle of its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from aggregation.estimation.method2.evidence import NOTHING, AnswerSums, GroupEvidence, UnitEvidence
from aggregation.estimation.method2.own_score import Contrasts, GroupContrast

Said = Sequence[tuple[float, float]]
"""Answers as pairs of fraud weight and score."""


def sums(said: Said) -> AnswerSums:
    """Return the sums of answers."""
    found = NOTHING
    for weight, score in said:
        found = found.with_ballots(Fraction(score), Fraction(weight))
    return found


def group(share: object, vouched: Said = (), **loose: Said) -> GroupEvidence:
    """Return a group without population figures."""
    channels = tuple(sorted((name, sums(said)) for name, said in loose.items()))
    return GroupEvidence(Fraction(str(share)), ((Fraction(1), sums(vouched)),), loose=channels)


def mean_of(n: int, mean: float) -> list[tuple[float, float]]:
    """Return ``n`` answers of 0 and 100 and one between with this mean."""
    total = Fraction(str(mean)) * n
    tops, rest = divmod(total, 100)
    return [(1, 100.0)] * int(tops) + [(1, float(rest))] + [(1, 0.0)] * (n - int(tops) - 1)


def naive_score(unit: UnitEvidence, contrasts: Contrasts, k: float = 30, most: float = 10) -> float:
    """The score by the formulas of the page, in floating point, step by step."""
    terms = {}
    for name, g in unit.items():
        c = contrasts.get(name, GroupContrast())
        rho, rho_o, both, phi = map(float, (c.level, c.loose, c.both, c.expected))
        e = x = t = 0.0
        for _, s in g.loose:
            if s.weight:
                w = float(s.weight)
                worth = most * w / (w + most)
                y, h = float(s.points) / w, float(s.bend) / w
                e, x, t = e + worth, x + worth * (y - rho_o * h), t + worth * (y - both * h)
        w_u, s_u, h_u = (float(getattr(g.unplaced, it)) for it in ("weight", "points", "bend"))
        filled = level = own = 0.0
        for p, c in g.cells:
            w, s, h = (float(getattr(c, it)) for it in ("weight", "points", "bend"))
            below = w + p * (e + w_u + k)
            filled += p * (w + p * (e + w_u)) / below
            own += p * (s + p * (x + s_u)) / below
            level += p * (s - rho * h + p * (t + s_u - rho * h_u)) / below
        terms[name] = (float(g.share), filled, level, phi, own)
    pull = sum(a * b for a, b, *_ in terms.values())
    u = sum(a * level for a, _, level, *_ in terms.values()) / pull
    return sum(
        a * (own + (1 - b) * (u + phi * u * (100 - u))) for a, b, _, phi, own in terms.values()
    )


def naive_contrasts(
    units: Mapping[str, UnitEvidence],
    families: Mapping[str, str],
    own: str,
    k: float = 30,
    most: float = 10,
) -> dict[str, tuple[float, float]]:
    """Return the contrast in points and ρ of each group of a unit, by numpy's least squares."""
    others = {code: unit for code, unit in units.items() if code != own}
    groups = sorted({name for unit in units.values() for name in unit})
    rows, apart, omega, bend_o = [], 0.0, 0.0, 0.0
    for code, unit in others.items():
        for name, g in unit.items():
            v, loose = (
                g.vouched,
                [
                    (most * float(s.weight) / (float(s.weight) + most), s)
                    for _, s in g.loose
                    if s.weight
                ],
            )
            e = sum(worth for worth, _ in loose)
            w = float(v.weight)
            if not w + e:
                continue
            y_o = sum(x * float(s.mean) for x, s in loose)
            h_o = sum(x * float(s.mean_bend) for x, s in loose)
            w_u, s_u, h_u = (float(getattr(g.unplaced, it)) for it in ("weight", "points", "bend"))
            b = mean = bend = lean = 0.0
            for p, c in g.cells:
                w_c, s_c, h_c = (float(getattr(c, it)) for it in ("weight", "points", "bend"))
                below = w_c + p * (e + w_u + k)
                b += p * (w_c + p * (e + w_u)) / below
                mean += p * (s_c + p * (s_u + y_o)) / below
                bend += p * (h_c + p * (h_u + h_o)) / below
                lean += p * p * h_o / below
            mean, bend, lean = mean / b, bend / b, lean / b
            rows.append((code, name, b, mean, lean, bend))
            if w and e:
                both = w / (w + k) * e / (e + k)
                omega, apart = omega + both, apart + both * (y_o / e - float(v.mean))
                bend_o += both * h_o / e
    rho_o = apart / (omega + 2) / (bend_o / omega) if omega and bend_o else 0.0
    rho_o = max(-0.0099, min(0.0099, round(rho_o, 6)))
    near = {code for code in others if families[code] == families[own]}
    wide = _fit(rows, groups, rho_o, 2.0, np.zeros(len(groups)))
    close = _fit([r for r in rows if r[0] in near], groups, rho_o, 5.0, wide)
    shares = {name: float(g.share) for name, g in units[own].items()}
    middle = sum(a * close[groups.index(name)] for name, a in shares.items())
    found = {}
    for name in shares:
        c = close[groups.index(name)] - middle
        wide_q = _mean([(b, h) for _, n, b, _, _, h in rows if n == name])
        parts = [(b, h) for code, n, b, _, _, h in rows if n == name and code in near]
        q = _mean([*parts, (5.0, wide_q)]) if parts or wide_q else 0.0
        found[name] = (c, max(-0.0099, min(0.0099, c / q)) if q else 0.0)
    return found


def _mean(parts: Sequence[tuple[float, float]]) -> float:
    total = sum(w for w, _ in parts)
    return sum(w * x for w, x in parts) / total if total else 0.0


def _fit(
    rows: Sequence[tuple[str, str, float, float, float, float]],
    groups: Sequence[str],
    rho_o: float,
    pull: float,
    centre: np.ndarray,
) -> np.ndarray:
    """Fit units' levels and groups' contrasts together, the latter pulled to a centre."""
    codes = sorted({row[0] for row in rows})
    design, target = [], []
    for code, name, b, mean, lean, _ in rows:
        line = np.zeros(len(codes) + len(groups))
        line[codes.index(code)] = line[len(codes) + groups.index(name)] = 1.0
        design.append(b**0.5 * line)
        target.append(b**0.5 * (mean - rho_o * lean))
    for at in range(len(groups)):
        line = np.zeros(len(codes) + len(groups))
        line[len(codes) + at] = pull**0.5
        design.append(line)
        target.append(pull**0.5 * centre[at])
    found = np.linalg.lstsq(np.array(design), np.array(target), rcond=None)[0]
    return np.asarray(found[len(codes) :])
