"""How sure a leader's grade is: the grades that come out under every possible grade of the unit.

A leader's grade rests on the unit's in three ways: its grade sets the ceiling of first grades, its
total is part of the score, and a third grade may lower the principal. So for each grade g that the
unit may have, the leaders are ranked at the unit's total and at both ends of its interval (scores
are linear in it), and then lowered by what holds under g: findings always, the unit's third grade
if g is the third.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from statistics import NormalDist

from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.leaders import LOWER, admitted_first, leader_score, mean_total
from aggregation.model.facts import Grade
from aggregation.model.results import ConsequenceKind, LeaderResult, Proposal, UnitResult
from aggregation.numbers import half_up

ORDER = (Grade.FIRST, Grade.SECOND, Grade.THIRD, Grade.FOURTH)
ENDS = 3
"""A unit's total as it is, and the two ends of its interval."""


@dataclass(frozen=True, slots=True)
class LeaderRace:
    """All that the grades of leaders rest on."""

    given: AppraisalInputs
    units: Mapping[str, UnitResult]
    leaders: Sequence[LeaderResult]
    gated: frozenset[str]


def possible_bases(race: LeaderRace) -> dict[str, dict[Grade, frozenset[Grade]]]:
    """Returns by leader and possible grade of the unit the grades before any lowering."""
    found: dict[str, dict[Grade, frozenset[Grade]]] = {}
    teams: dict[str, list[LeaderResult]] = {}
    for leader in race.leaders:
        if leader.to_grade and leader.unit in race.units:
            teams.setdefault(leader.unit, []).append(leader)
    totals = {code: _ends(race.given, unit) for code, unit in race.units.items()}
    for code, team in teams.items():
        for grade in race.units[code].possible:
            admitted = [_admitted(race, team, grade, end, totals) for end in range(ENDS)]
            for leader in team:
                bases = {Grade.FIRST if leader.leader in it else Grade.SECOND for it in admitted}
                found.setdefault(leader.leader, {})[grade] = frozenset(bases)
    return found


def possible_grades_of_leader(
    bases: Mapping[Grade, frozenset[Grade]], confirmed: Sequence[Proposal]
) -> tuple[Grade, ...]:
    """Returns the grades that a leader may have, best first, by the unit's possible grades.

    Args:
        bases: from `possible_bases`.
        confirmed: the confirmed proposals about the leader.
    """
    if any(p.kind is ConsequenceKind.GRADE_FOUR for p in confirmed):
        return (Grade.FOURTH,)
    down = [p for p in confirmed if p.kind is ConsequenceKind.DOWNGRADE]
    found: set[Grade] = set()
    for of_unit, before in bases.items():
        lowered = any(p.fact or of_unit is Grade.THIRD for p in down)
        found |= {LOWER[base] if lowered else base for base in before}
    return tuple(grade for grade in ORDER if grade in found)


def _ends(given: AppraisalInputs, unit: UnitResult) -> tuple[Decimal | None, ...]:
    """Returns the published total, and what it would be at the ends of its interval."""
    if unit.total is None or unit.exact is None:
        return (unit.total,) * ENDS
    reach = NormalDist().inv_cdf(0.5 + float(given.scheme.confidence_pct) / 200) * unit.error
    ends = (half_up(unit.exact + Fraction(it), given.scheme.places) for it in (-reach, reach))
    return (unit.total, *ends)


def _admitted(
    race: LeaderRace,
    team: Sequence[LeaderResult],
    grade: Grade,
    end: int,
    totals: Mapping[str, tuple[Decimal | None, ...]],
) -> frozenset[str]:
    """Returns who would be first if the unit of a team had this grade, at an end of its total."""
    rules, code = race.given.scheme.leaders, team[0].unit
    inside = race.given.parent is not None
    members = []
    # All parts of a unit have the unit's total in theirs and move with it.
    at = {unit: ends[end if unit == code or inside else 0] for unit, ends in totals.items()}
    for leader in team if rules.pool == "unit" else race.leaders:
        there = leader.to_grade and leader.unit in race.units
        if there and (leader.unit == code or race.units[leader.unit].standing is grade):
            total = mean_total(race.given.scheme, leader.unit_days, at)
            personal = leader.personal or Decimal(0)
            score = leader_score(race.given.scheme, leader.role, total, personal)
            members.append(replace(leader, unit_total=total, score=score))
    return admitted_first(rules, members, grade, race.gated)
