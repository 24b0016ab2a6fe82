"""What scatters beyond single answers, estimated over all units by moments.

Groups differ from unit to unit (τ²), loose answers differ from vouched ones by unit (τ_u²) and by
unit and group beyond that (τ_e²), and contrasts are estimates themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import fsum

from aggregation.estimation.estimates import Estimate
from aggregation.estimation.method2.own_score import OwnScore
from aggregation.estimation.method2.parts import LOOSE, GroupParts, part_shares
from aggregation.scheme.evidence import EvidenceRules

WIDE = 10.0
"""The standard deviation (points) of a campaign's contrasts around no difference, if unknown."""
APART = 3.0
"""The same of a family's contrasts around the campaign's, and of loose people from unit to unit."""
MOOD_WEIGHT = 5.0
"""The weight of `APART` in τ_u², in Σ b_v·b_o."""
LARGEST = 2500.0
LEAST, MOST = 3.0, 1e6
"""The fewest and the most degrees of freedom of a component."""


@dataclass(frozen=True, slots=True)
class MeasuredUnit:
    """A unit with a score: its parts by group, and the score with its terms."""

    family: str
    parts: Mapping[str, GroupParts]
    own: OwnScore


@dataclass(frozen=True, slots=True)
class Components:
    """Variances in points², of one family where they are by family.

    ``between`` is τ², ``mood`` τ_u², ``loose`` τ_e². ``contrasts`` holds Var(c_g) by group, and
    ``loose_contrast`` is Var(c_o). ``freedom`` are the degrees of freedom of ``between``, and
    ``mood_freedom`` those of ``mood``, of which a campaign of few vouched answers knows little.
    """

    between: float
    mood: float
    loose: float
    contrasts: Mapping[str, float]
    loose_contrast: float
    freedom: float
    mood_freedom: float


@dataclass(frozen=True, slots=True)
class _Cell:
    """One group of one unit in floating point."""

    unit: str
    family: str
    group: str
    pull: float
    weight: float
    apart: float
    variance: float
    lean: float
    both: float
    difference: float
    noise: float


def components(units: Mapping[str, MeasuredUnit], rules: EvidenceRules) -> dict[str, Components]:
    """The components by family."""
    spread = answer_variances(part for unit in units.values() for part in unit.parts.items())
    cells = [
        cell
        for code, unit in sorted(units.items())
        for cell in _cells(code, unit, spread, float(rules.imagined))
    ]
    people = _loose(cells, float(rules.start))
    loose = people.each
    everywhere = _between(cells, loose)
    wide = _contrast_variances(
        cells, everywhere, float(rules.start), dict.fromkeys(spread, WIDE**2)
    )
    found = {}
    for family in sorted({unit.family for unit in units.values()}):
        own = [cell for cell in cells if cell.family == family]
        size = len({cell.unit for cell in own})
        pull = float(rules.family_pull)
        between = (size * _between(own, loose, everywhere) + pull * everywhere) / (size + pull)
        centre = {name: value + APART**2 for name, value in wide.items()}
        near = _contrast_variances(own, between, pull, centre)
        groups = len({cell.group for cell in own})
        freedom = max(1.0, size * (groups - 1) / 2)
        found[family] = Components(
            between, people.mood, loose, near, people.contrast, freedom, people.freedom
        )
    return found


def answer_variances(groups: Iterable[tuple[str, GroupParts]]) -> dict[str, float]:
    """The pooled variance of single answers by evaluator group, points²."""
    squares: dict[str, list[float]] = {}
    degrees: dict[str, int] = {}
    for name, group in groups:
        own = squares.setdefault(name, [])
        for it in group.estimates.values():
            own.append(it.n * float(it.square - it.mean**2))
            degrees[name] = degrees.get(name, 0) + it.n - 1
    every = fsum(value for own in squares.values() for value in own)
    pooled = every / sum(degrees.values()) if sum(degrees.values()) else LARGEST
    return {
        name: fsum(own) / degrees[name] if degrees.get(name) else pooled
        for name, own in sorted(squares.items())
    }


def _cells(
    code: str, unit: MeasuredUnit, spread: Mapping[str, float], imagined: float
) -> Iterable[_Cell]:
    for name, terms in unit.own.terms.items():
        if terms.common is None or not terms.share:
            continue
        vouched, worth = float(terms.vouched), float(terms.worth)
        group = unit.parts[name]
        parts = group.estimates
        shares = {
            key: float(direct / terms.pull)
            for key, (direct, _) in part_shares(group, terms, Fraction(), Fraction(1)).items()
        }
        own = [it for key, it in parts.items() if key[0] != LOOSE]
        apart = [(float(terms.each[key[1]]), it) for key, it in parts.items() if key[0] == LOOSE]
        answers = fsum(shares[key] ** 2 / float(it.effective) for key, it in parts.items())
        noise = 1 / _equal(own) if own else 0.0
        noise += fsum((e / worth) ** 2 / float(it.effective) for e, it in apart) if apart else 0.0
        both = vouched / (vouched + imagined) * worth / (worth + imagined)
        yield _Cell(
            code,
            unit.family,
            name,
            float(terms.pull),
            float(terms.weight),
            float(terms.common - unit.own.level),
            answers * spread[name],
            fsum(share for key, share in shares.items() if key[0] == LOOSE),
            both if own and apart else 0.0,
            _difference(own, apart) if own and apart else 0.0,
            noise * spread[name],
        )


def _equal(parts: Sequence[Estimate]) -> float:
    return fsum(float(it.effective) for it in parts)


def _difference(own: Sequence[Estimate], apart: Sequence[tuple[float, Estimate]]) -> float:
    """ȳ_o − ȳ_v."""
    vouched = fsum(it.n * float(it.mean) for it in own) / sum(it.n for it in own)
    return fsum(e * float(it.mean) for e, it in apart) / fsum(e for e, _ in apart) - vouched


def _by_unit(cells: Sequence[_Cell]) -> list[list[_Cell]]:
    found: dict[str, list[_Cell]] = {}
    for cell in cells:
        found.setdefault(cell.unit, []).append(cell)
    return list(found.values())


def _between(cells: Sequence[_Cell], loose: float, otherwise: float = 0.0) -> float:
    """τ² of the groups' means on the common level around their unit's level.

    With weights b, Σ b·(T − û)² has the expectation Σ l·(τ² + V), l = b(1 − 2ω) + ω²·Σb and ω a
    group's share in û. As if the contrasts were fitted to the unit too, l is taken times 1 − 1/p,
    which is a little too small, so that τ² errs upwards.
    """
    seen = noise = size = 0.0
    units = _by_unit(cells)
    if len(units) < 2:
        return otherwise
    more = 1 - 1 / len(units)
    for unit in units:
        pull, weight = fsum(c.pull for c in unit), fsum(c.weight for c in unit)
        for c in unit:
            part = c.pull / pull
            times = (c.weight * (1 - 2 * part) + part**2 * weight) * more
            seen += c.weight * c.apart**2
            noise += times * (c.variance + c.lean**2 * loose)
            size += times
    return max(0.0, (seen - noise) / size) if size > 0 else otherwise


@dataclass(frozen=True, slots=True)
class _LoosePeople:
    """τ_u² with its degrees of freedom, τ_e² and Var(c_o)."""

    mood: float
    freedom: float
    each: float
    contrast: float


def _loose(cells: Sequence[_Cell], start: float) -> _LoosePeople:
    units = [[c for c in unit if c.both] for unit in _by_unit(cells)]
    units = [unit for unit in units if unit]
    weights = [fsum(c.both for c in unit) for unit in units]
    total = fsum(weights)
    means = [
        fsum(c.both * c.difference for c in unit) / weight
        for unit, weight in zip(units, weights, strict=True)
    ]
    each = _loose_each(units, weights, means)
    seen = rest = room = 0.0
    middle = fsum(w * m for w, m in zip(weights, means, strict=True)) / total if total else 0.0
    for unit, weight, mean in zip(units, weights, means, strict=True):
        left = 1 - weight / total
        seen += weight * (mean - middle) ** 2
        rest += left * fsum(c.both**2 * (each + c.noise) for c in unit) / weight
        room += weight * left
    found = max(0.0, (seen - rest) / room) if room > 0 else 0.0
    pulled = (total * found + MOOD_WEIGHT * APART**2) / (total + MOOD_WEIGHT)
    # What is seen to be more is not pulled down: it would make units too surely different.
    mood = max(found, pulled)
    known = 1.0 if found > pulled else total / (total + MOOD_WEIGHT)
    freedom = max(MOOD_WEIGHT, len(units) - 1)
    if room > 0 and known:
        scatter = found + rest / room
        # Where all of a kind said the same, and units differ alike, nothing scatters.
        freedom = (len(units) - 1) * (mood / scatter / known) ** 2 if scatter else MOST
    error = fsum(
        weight**2 * mood + fsum(c.both**2 * (each + c.noise) for c in unit)
        for unit, weight in zip(units, weights, strict=True)
    )
    contrast = (error + start**2 * WIDE**2) / (total + start) ** 2
    return _LoosePeople(mood, min(max(freedom, LEAST), MOST), each, contrast)


def _loose_each(
    units: Sequence[Sequence[_Cell]], weights: Sequence[float], means: Sequence[float]
) -> float:
    """τ_e², from the groups of a unit around its mean."""
    inner = noise = size = 0.0
    for unit, weight, mean in zip(units, weights, means, strict=True):
        for c in unit:
            times = c.both * (1 - c.both / weight)
            inner += c.both * (c.difference - mean) ** 2
            noise += times * c.noise
            size += times
    return max(0.0, (inner - noise) / size) if size > 0 else 0.0


def _contrast_variances(
    cells: Sequence[_Cell], between: float, pull: float, centre: Mapping[str, float]
) -> dict[str, float]:
    """Var(c_g): of a fit with weights b, pulled with a weight to a centre of known variance."""
    size = len({c.unit for c in cells})
    more = size / (size - 1) if size > 1 else 1.0
    found = {}
    for name, wide in centre.items():
        own = [c for c in cells if c.group == name]
        error = fsum(c.weight**2 * (between + c.variance) for c in own) * more
        found[name] = (error + pull**2 * wide) / (fsum(c.weight for c in own) + pull) ** 2
    return found
