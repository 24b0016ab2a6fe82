"""What the worth K of confirmed identities does: the error that it spares, the votes that it sells.

An answer more is worth having when it tells of the people who were drawn, and a danger when
somebody bought it. Both grow with K, so both are shown beside each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np

from aggregation.counts.ratings import VERIFIED
from aggregation.estimation.method2.measure import MeasuredCampaign, measure
from aggregation.scheme.evidence import EvidenceRules
from benchmarks.method2.cities import SCALE, City, Kind, city
from benchmarks.method2.families import LISTS, LOOSE, Outcome, outcome

WORTHS = (10, 20, 30, 60, 120)
BOUGHT = (30, 100, 300)
"""Confirmed identities that somebody has bought, all of them for one unit."""
GROUPS_BOUGHT = ("service_user", "resident")
"""Groups that whoever has a telephone may say to be in."""
CONFIRMED = tuple(n / 2 for n in LOOSE)
"""Half as many people confirm as come by the open link: 125 a unit."""
_COMMON = Kind("", (), LOOSE, between=4, mood=3, apart=-6, confirmed=CONFIRMED)
_LISTS, _EVEN = tuple(n / 2 for n in LISTS), (16.67,) * 6
SITUATIONS = (
    replace(_COMMON, name="50 vouched, the confirmed as drawn people", vouched=_LISTS),
    replace(
        _COMMON,
        name="50 vouched, the confirmed half way",
        vouched=_LISTS,
        confirmed_apart=-3,
        confirmed_mood=2,
    ),
    replace(
        _COMMON,
        name="50 vouched, the confirmed as the open link",
        vouched=_LISTS,
        confirmed_apart=-6,
        confirmed_mood=3,
    ),
    replace(
        _COMMON,
        name="100 vouched, the confirmed half way",
        vouched=_EVEN,
        confirmed_apart=-3,
        confirmed_mood=2,
    ),
    replace(
        _COMMON,
        name="none vouched, the confirmed half way",
        vouched=(0,) * 6,
        confirmed_apart=-3,
        confirmed_mood=2,
    ),
)
SPREAD = 6.0
"""Points by which units truly differ where ranks are moved."""


@dataclass(frozen=True)
class Sold:
    """What bought identities do to their unit: points up, and places of 24, each a mean."""

    points: float
    places: float


def honest(kind: Kind, worth: int, cities: int, seed: int) -> Outcome:
    """Measure cities in which nobody cheats, by this K.

    All units are alike, so that any sure difference is false.
    """
    return outcome(kind, cities, seed, _rules(worth))


def sold(kind: Kind, worth: int, cities: int, seed: int) -> list[Sold]:
    """Measure what identities bought for the worst unit of a city move, by this K.

    The cities are the same for every K and for each number of `BOUGHT`.
    """
    rng = np.random.default_rng([seed, sum(kind.name.encode())])
    moved: dict[int, list[tuple[float, int]]] = {bought: [] for bought in BOUGHT}
    for _ in range(cities):
        made = city(replace(kind, spread=SPREAD), rng)
        worst = min(made.true, key=lambda code: made.true[code])
        before = _found(made, worth)
        for bought, found in moved.items():
            after = _found(_with_bought(made, worst, bought), worth)
            points = after.units[worst].own.score - before.units[worst].own.score
            found.append((float(points), _place(before, worst) - _place(after, worst)))
    return [Sold(*np.mean(found, axis=0).tolist()) for found in moved.values()]


def _rules(worth: int) -> EvidenceRules:
    return EvidenceRules(verified_worth=Decimal(worth))


def _found(made: City, worth: int) -> MeasuredCampaign:
    points = dict.fromkeys(made.parts, SCALE)
    return measure(made.parts, made.family, points, _rules(worth))


def _with_bought(made: City, unit: str, bought: int) -> City:
    """Return the city with so many best answers more, halved between the groups open to all."""
    own, best = dict(made.parts[unit]), Fraction(SCALE[0])
    for name in GROUPS_BOUGHT:
        many = Fraction(bought, len(GROUPS_BOUGHT))
        evidence = own[name].evidence.by_channel(VERIFIED, best, many)
        own[name] = replace(own[name], evidence=evidence)
    return replace(made, parts={**made.parts, unit: own})


def _place(found: MeasuredCampaign, unit: str) -> int:
    """The place of a unit by its exact score, the best being 1."""
    own = found.units[unit].own.score
    return 1 + sum(one.own.score > own for one in found.units.values())
