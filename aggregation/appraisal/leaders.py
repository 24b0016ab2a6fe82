"""Leaders' scores (R13), the ceilings of the first grade, and confirmed lowerings (R5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.model.facts import Grade, Leader, Role
from aggregation.model.reason_lines import ReasonLine
from aggregation.model.results import (
    Certainty,
    ConsequenceKind,
    LeaderResult,
    Proposal,
    ProposalStatus,
    UnitResult,
)
from aggregation.model.standings import AppraisalState, SubjectState
from aggregation.numbers import half_up
from aggregation.scheme.parts import LeaderRules
from aggregation.scheme.scheme import Scheme
from survey_flows.messages import Message

Units = Mapping[str, UnitResult]
LOWER = {Grade.FIRST: Grade.SECOND, Grade.SECOND: Grade.THIRD}
"""One grade down, never below third: only a rule gives the fourth grade (R6)."""


@dataclass(frozen=True, slots=True)
class LeaderPool:
    """Leaders who share one ceiling of first grades."""

    name: str
    ceiling: int
    members: tuple[str, ...]
    admitted: frozenset[str]

    @property
    def line(self) -> ReasonLine:
        """The ceiling as a line of reasons."""
        value = Message(
            "appraisal-ceiling-use",
            used=len(self.admitted),
            ceiling=self.ceiling,
            leaders=len(self.members),
        )
        inputs = (Message("appraisal-pool", name=self.name),)
        field = "leaders.first_pct, leaders.pool"
        return ReasonLine(Message("appraisal-leader-ceiling"), value, inputs, field)


def leader_result(
    given: AppraisalInputs,
    leader: Leader,
    units: Units,
    state: SubjectState,
    days: tuple[tuple[str, int], ...],
) -> LeaderResult:
    """The leader's score, from the units' totals by days in the post and the personal score.

    A unit that a person graded for want of answers has no total, so the personal score counts
    alone. A unit that still waits for a person leaves its leaders without score and grade. Who is
    not appraised has neither, and who lacks a personal score waits alone. ``days`` are those in the
    main post of each unit.
    """
    personal, unit = given.personal.get(leader.id), units.get(leader.unit)
    if personal is None and state.state is AppraisalState.APPRAISED:
        message = Message("appraisal-personal-score-missing")
        state = SubjectState(AppraisalState.WAITING, message)
    total = mean_total(given.scheme, days, {code: it.total for code, it in units.items()})
    standing = unit is not None and unit.standing is not None
    graded = personal is not None and standing and state.state is AppraisalState.APPRAISED
    score = leader_score(given.scheme, leader.role, total, personal or Decimal(0))
    return LeaderResult(
        leader=leader.id,
        zh=leader.zh,
        en=leader.en,
        unit=leader.unit,
        role=leader.role,
        post=leader.post,
        unit_total=total,
        personal=personal,
        score=score if graded else None,
        base=None,
        grade=None,
        certainty=None,
        state=state,
        unit_days=days,
    )


def mean_total(
    scheme: Scheme, days: Iterable[tuple[str, int]], totals: Mapping[str, Decimal | None]
) -> Decimal | None:
    """The mean of units' totals by days, rounded half up; None if no unit has one."""
    known = [(here, total) for unit, here in days if (total := totals.get(unit)) is not None]
    if not known:
        return None
    if len(known) == 1:
        return known[0][1]
    mean = sum((here * Fraction(total) for here, total in known), Fraction(0))
    return half_up(mean / sum(here for here, _ in known), scheme.places)


def leader_score(scheme: Scheme, role: Role, total: Decimal | None, personal: Decimal) -> Decimal:
    """The score of a leader whose unit has this total; without one the personal score alone."""
    if total is None:
        return half_up(personal, scheme.places)
    share = scheme.leaders.shares[role]
    return _joined(share.unit, total, share.personal, personal, scheme.places)


@lru_cache(maxsize=20_000)
def _joined(
    of_unit: Decimal, total: Decimal, of_person: Decimal, personal: Decimal, places: int
) -> Decimal:
    """The two parts by their percentages; each is tried for every grade that a unit may have."""
    exact = Fraction(of_unit) * Fraction(total) + Fraction(of_person) * Fraction(personal)
    return half_up(exact / 100, places)


def leader_pools(
    rules: LeaderRules, leaders: Iterable[LeaderResult], units: Units, gated: frozenset[str]
) -> list[LeaderPool]:
    """The pools of leaders, each with the leaders whom it admits to the first grade.

    A leader in ``gated`` is out (R6, R7), and the next one moves up; so is one whose personal score
    is below the scheme's floor. Only who is graded counts, also who still waits for a score. The
    rank is by score, then by personal score; a tie across the ceiling stays out, since «at most»
    binds.
    """
    groups: dict[str, list[LeaderResult]] = {}
    for leader in leaders:
        standing = units[leader.unit].standing if leader.unit in units else None
        if standing is not None and leader.to_grade:
            groups.setdefault(leader.unit if rules.pool == "unit" else standing.value, []).append(
                leader
            )
    return [_pool(rules, name, groups[name], units, gated) for name in sorted(groups)]


def _pool(
    rules: LeaderRules,
    name: str,
    members: Sequence[LeaderResult],
    units: Units,
    gated: frozenset[str],
) -> LeaderPool:
    standing = units[members[0].unit].standing or Grade.SECOND
    admitted = admitted_first(rules, members, standing, gated)
    ceiling = _ceiling(rules, members, standing)
    return LeaderPool(name, ceiling, tuple(sorted(m.leader for m in members)), admitted)


def _ceiling(rules: LeaderRules, members: Sequence[LeaderResult], standing: Grade) -> int:
    return int(len(members) * rules.first_pct[standing] / 100)


def admitted_first(
    rules: LeaderRules, members: Sequence[LeaderResult], standing: Grade, gated: frozenset[str]
) -> frozenset[str]:
    """The members of a pool that its ceiling admits to the first grade."""
    ceiling = _ceiling(rules, members, standing)
    open_ = (m for m in members if m.appraised and m.leader not in gated)
    eligible = [m for m in open_ if _may_be_first(rules, m, standing)]
    keys = [_key(m) for m in eligible]
    return frozenset(m.leader for m in eligible if sum(key >= _key(m) for key in keys) <= ceiling)


def _may_be_first(rules: LeaderRules, leader: LeaderResult, standing: Grade) -> bool:
    third_unit = standing is Grade.THIRD and leader.role is Role.PRINCIPAL
    open_ = not third_unit or rules.third_unit_principal_may_be_first
    return open_ and (leader.personal or Decimal(0)) >= rules.personal_floor


def _key(leader: LeaderResult) -> tuple[Decimal, Decimal]:
    return leader.score or Decimal(0), leader.personal or Decimal(0)


def leader_grade(
    leader: LeaderResult,
    admitted: frozenset[str],
    unit: UnitResult | None,
    about: Sequence[Proposal],
    possible: tuple[Grade, ...],
) -> LeaderResult:
    """The leader's grade after the confirmed lowerings.

    It is lowered once, however many confirmed grounds there are (R9). A place that a lowering frees
    is not filled again, since the ceiling says «at most». It is settled if ``possible``
    (`aggregation.appraisal.leader_certainty`) has one grade.
    """
    confirmed = [p for p in about if p.status is ProposalStatus.CONFIRMED]
    fourth = tuple(p.key for p in confirmed if p.kind is ConsequenceKind.GRADE_FOUR)
    if fourth:
        base = None if unit is None or unit.standing is None else Grade.SECOND
        return replace(
            leader,
            base=base,
            grade=Grade.FOURTH,
            certainty=Certainty.SETTLED,
            lowered_by=fourth,
            possible=(Grade.FOURTH,),
        )
    if unit is None or unit.standing is None or not leader.appraised:
        return leader
    base = Grade.FIRST if leader.leader in admitted else Grade.SECOND
    down = [p for p in confirmed if p.kind is ConsequenceKind.DOWNGRADE]
    grade = LOWER[base] if down else base
    return replace(
        leader,
        base=base,
        grade=grade,
        certainty=Certainty.SETTLED if len(possible) == 1 else Certainty.PROVISIONAL,
        lowered_by=tuple(p.key for p in down),
        possible=possible,
    )
