"""Ranks and grades of units worked out anew from what everybody is told of them.

A reader without persons' data and without exact scores knows each unit's points, its public score
as it was told, and its total. The total must follow from the points within what rounding leaves
open; family, rank and grade must follow from the totals and the rules exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from aggregation.appraisal.grading import grade_family, ranked_families
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.totals import UnitTotal, net_adjustment
from aggregation.model.facts import Adjustment, AppraisedUnit, Grade, UnitDecision
from aggregation.numbers import Key, half_up
from aggregation.scheme.scheme import PUBLIC, Scheme

BARRED = ("told",)
"""That a unit is barred from the first grade; why does not matter to the grades."""


@dataclass(frozen=True, slots=True)
class ToldUnit:
    """A unit as everybody is told of it.

    Args:
        unit: its code, names, category and leagues.
        indicators: its points, 0–100, by indicator.
        adjustments: points of its bonuses (> 0) and deductions (< 0).
        score: its public score, rounded half up to the scheme's places; None: not told.
        total: its total; None for a unit with too few answers to be ranked.
        tentative: whether its score rests on answers that nobody vouches for.
        barred: whether the first grade is closed to it.
        given: the grade that a person gave it for want of answers.
    """

    unit: AppraisedUnit
    indicators: Mapping[str, Decimal]
    adjustments: tuple[Decimal, ...]
    score: Decimal | None
    total: Decimal | None
    tentative: bool = False
    barred: bool = False
    given: Grade | None = None


@dataclass(frozen=True, slots=True)
class ToldStanding:
    """What follows for a unit: ``grades`` are those that may follow, one unless it is tentative."""

    family: str
    league: str | None
    rank: int | None
    of: int
    grades: tuple[Grade | None, ...]


def total_range(scheme: Scheme, told: ToldUnit) -> tuple[Decimal, Decimal] | None:
    """The least and the greatest total that the told points allow; None without a told score.

    The exact public score lies within half a unit of the last decimal that is told.
    """
    weights = scheme.categories[told.unit.category].weights
    weight = weights.get(PUBLIC, Decimal(0))
    if weight and told.score is None:
        return None
    made = [Adjustment(told.unit.code, points, "", "") for points in told.adjustments]
    known = Fraction(net_adjustment(made, scheme.adjustments))
    for name, share in weights.items():
        if name != PUBLIC:
            known += Fraction(told.indicators[name]) * Fraction(share) / 100
    part = Fraction(told.score or 0) * Fraction(weight) / 100
    slack = Fraction(weight) / 100 / (2 * 10**scheme.places)
    low, high = (half_up(known + part + side * slack, scheme.places) for side in (-1, 1))
    return low, high


def stand_again(year: int, scheme: Scheme, told: Iterable[ToldUnit]) -> dict[str, ToldStanding]:
    """The family, rank and grade of each unit, by code, from told totals and the rules.

    A tentative unit is never third, and first only if that is settled, which needs exact scores:
    then both grades may follow.
    """
    units = sorted(told, key=lambda it: it.unit.code)
    by_code = {it.unit.code: it for it in units}
    given = _inputs(year, scheme, units)
    bars = {it.unit.code: BARRED for it in units if it.barred}
    found: dict[str, ToldStanding] = {}
    for family in ranked_families(given, [_total(scheme, it) for it in units]):
        for made in grade_family(given, family, bars, sure=False)[0]:
            grades = _grades(made.grade, made.rank is not None and by_code[made.unit].tentative)
            facts = (made.family, made.league, made.rank, made.of)
            found[made.unit] = ToldStanding(*facts, grades)
    return found


def _grades(grade: Grade | None, tentative: bool) -> tuple[Grade | None, ...]:
    if not tentative or grade in (None, Grade.SECOND):
        return (grade,)
    return (Grade.FIRST, Grade.SECOND) if grade is Grade.FIRST else (Grade.SECOND,)


def _inputs(year: int, scheme: Scheme, units: Sequence[ToldUnit]) -> AppraisalInputs:
    made = (UnitDecision(it.unit.code, it.given, "", "", "") for it in units if it.given)
    return AppraisalInputs(
        year=year,
        scheme=scheme,
        units=tuple(it.unit for it in units),
        leaders=(),
        indicators={},
        personal={},
        public={},
        unit_decisions=tuple(made),
    )


def _total(scheme: Scheme, told: ToldUnit) -> UnitTotal:
    key = None if told.total is None else (told.total, *_tie_breaks(scheme, told))
    return UnitTotal(told.unit, (), (), Decimal(0), None, 0.0, told.total, key)


def _tie_breaks(scheme: Scheme, told: ToldUnit) -> Key:
    used = scheme.categories[told.unit.category].weights
    points = {**told.indicators, PUBLIC: told.score}
    values = (points.get(name) if name in used else None for name in scheme.tie_breaks)
    return tuple(half_up(Fraction(value or 0), scheme.places) for value in values)
