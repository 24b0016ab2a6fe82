"""The reason trail: each figure and finding with its inputs and its line of the scheme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce

from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.leaders import LeaderPool
from aggregation.appraisal.outlook_lines import outlook_lines
from aggregation.appraisal.score_lines import score_lines
from aggregation.appraisal.totals import UnitTotal
from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.model.facts import Grade, Paper, PastGrade
from aggregation.model.names import (
    CERTAINTIES,
    CONSEQUENCES,
    GRADES,
    PROPOSAL_STATUSES,
    STATES,
    flag_label,
    flags_by_code,
)
from aggregation.model.reason_lines import Label, ReasonLine
from aggregation.model.results import (
    Certainty,
    ConsequenceKind,
    LeaderResult,
    Proposal,
    QuotaUse,
    TotalComponent,
    UnitResult,
)
from aggregation.numbers import half_up
from aggregation.scheme.inner_units import PARENT
from aggregation.scheme.scheme import POOLED, PUBLIC
from survey_flows.messages import Message, Named

WAITS = Message("appraisal-waits")
NOT_INDICATORS = {
    PUBLIC: Message("appraisal-public-part"),
    PARENT: Message("appraisal-parent-part"),
}
"""The parts of a total that the scheme does not name as indicators."""


@dataclass(frozen=True, slots=True)
class TrailInputs:
    """Everything that the reasons cite."""

    given: AppraisalInputs
    totals: dict[str, UnitTotal]
    units: tuple[UnitResult, ...]
    quotas: tuple[QuotaUse, ...]
    leaders: tuple[LeaderResult, ...]
    pools: tuple[LeaderPool, ...]
    proposals: tuple[Proposal, ...]
    past: Mapping[tuple[str, int], PastGrade]
    disciplined: Mapping[str, tuple[str, ...]]


def trails(found: TrailInputs) -> dict[str, tuple[ReasonLine, ...]]:
    """The reasons by unit code and leader id."""
    consequences: dict[str, list[ReasonLine]] = {}
    for proposal in found.proposals:
        consequences.setdefault(proposal.subject, []).extend(_proposal(proposal))
    uses = {use.category: use for use in found.quotas}
    places = {member: pool for pool in found.pools for member in pool.members}
    reasons: dict[str, tuple[ReasonLine, ...]] = {}
    for unit in found.units:
        lines = [
            *_within(found),
            *_total(found, unit),
            *_standing(found, unit, uses.get(unit.family)),
        ]
        lines += _no_reward(found, unit.unit, unit.grade)
        reasons[unit.unit] = (*lines, *consequences.get(unit.unit, ()))
    for leader in found.leaders:
        lines = [
            *_state(leader),
            *_score(leader),
            *_grade(found, leader, places.get(leader.leader)),
            *_no_reward(found, leader.leader, leader.grade),
        ]
        reasons[leader.leader] = (*lines, *consequences.get(leader.leader, ()))
    return reasons


def _number(value: Fraction | None) -> str:
    return "—" if value is None else str(half_up(value, 4).normalize().__format__("f"))


def _within(found: TrailInputs) -> Iterator[ReasonLine]:
    """The reasons for the places of a unit's parts."""
    parent = found.given.parent
    if parent is not None:
        sure = Certainty.SETTLED if parent.confirmed else Certainty.PROVISIONAL
        called = Named(parent.zh, parent.en)
        where = (Message("appraisal-source-says", source=f"units.{parent.code}", says=called),)
        label = Message("appraisal-parent-grade")
        yield _graded(label, parent.standing, sure, where, "unit_quota")


def _total(found: TrailInputs, unit: UnitResult) -> Iterator[ReasonLine]:
    total = found.totals[unit.unit]
    for part in unit.components:
        yield _component(found, unit, part)
        if part.id == PUBLIC:
            yield from _public_score(found, unit)
    for item in total.adjustments:
        yield ReasonLine(item.reason, f"{item.points:+f}", (item.source,), "adjustments")
    if total.adjustments:
        limits = found.given.scheme.adjustments
        value = Message(
            "appraisal-adjustment-limits",
            points=f"{unit.adjustment:+f}",
            most=f"+{limits.bonus_max}",
            least=f"-{limits.deduct_max}",
        )
        fields = "adjustments.bonus_max, adjustments.deduct_max"
        yield ReasonLine(Message("appraisal-adjustments"), value, (), fields)
    if unit.total is not None:
        parts = " + ".join(_number(c.contribution) for c in unit.components)
        sum_ = f"{parts} {unit.adjustment:+f} = {_number(unit.exact)} → {unit.total}"
        yield ReasonLine(Message("appraisal-total"), sum_, (), "places")


def _public_score(found: TrailInputs, unit: UnitResult) -> Iterator[ReasonLine]:
    score, disclosed = found.given.public.get(unit.unit), found.given.disclosed.get(unit.unit)
    if score is not None and score.bounded is not None and disclosed is not None:
        yield from score_lines(score.bounded, disclosed, found.given.scheme, unit.category)


def _component(found: TrailInputs, unit: UnitResult, part: TotalComponent) -> ReasonLine:
    label = _part_name(found, part.id)
    value = f"{_number(part.points)} × {part.weight}% = {_number(part.contribution)}"
    field = f"categories.{unit.category}.weights.{part.id}"
    return ReasonLine(label, value, _sources(found, unit, part.id), field)


def _part_name(found: TrailInputs, part: str) -> Named | Message:
    name = found.given.scheme.indicators.get(part)
    return Named(name.zh, name.en) if name else NOT_INDICATORS[part]


def _sources(found: TrailInputs, unit: UnitResult, part: str) -> tuple[Label, ...]:
    if part == PARENT and found.given.parent is not None:
        return (f"units.{found.given.parent.code}.total",)
    if part != PUBLIC:
        return (f"indicators.{unit.unit}.{part}",)
    source = f"public.{unit.unit}"
    score = found.given.public.get(unit.unit)
    if score is None:
        return (f"{source}: 0",)
    disclosed = found.given.disclosed.get(unit.unit)
    if disclosed is None:
        return (source, *_flags(found, score.flags))
    says = reduce(_and_fact, _facts(found, disclosed))
    told = Message("appraisal-source-says", source=source, says=says)
    return (told, *_flags(found, disclosed.flags))


def _facts(found: TrailInputs, disclosed: DisclosedScore) -> Iterator[Message]:
    """What the reasons may show of a public score."""
    scheme, valid = found.given.scheme, disclosed.n_valid
    shown = f"<{scheme.min_n.publish_cell}*" if valid is None else str(valid)
    yield Message("appraisal-valid-ballots", count=shown)
    if disclosed.low is not None and disclosed.high is not None:
        low, high = f"{disclosed.low:.2f}", f"{disclosed.high:.2f}"
        yield Message("appraisal-interval", low=low, high=high)
    if scheme.graded_score != "direct" and disclosed.score is not None:
        yield Message("appraisal-direct-score", points=_number(disclosed.score))


def _and_fact(left: Message, right: Message) -> Message:
    return Message("appraisal-fact-and", left=left, right=right)


def _flags(found: TrailInputs, flags: Iterable[str]) -> Iterator[Label]:
    by_code = flags_by_code(flags, found.given.scheme.groups)
    return (flag_label(code, groups) for code, groups in by_code.items())


def _standing(found: TrailInputs, unit: UnitResult, use: QuotaUse | None) -> Iterator[ReasonLine]:
    for why in unit.barred:
        yield ReasonLine(Message("appraisal-barred"), why, (), "rules.manipulation, veto")
    yield from _rank(found, unit)
    if unit.outlook is not None:
        yield from outlook_lines(unit.outlook)
    if unit.insufficient:
        label = Message("appraisal-insufficient")
        yield ReasonLine(label, unit.decided_by or WAITS, (), "min_n.unit")
    if unit.refused is not None:
        yield ReasonLine(Message("appraisal-given-refused"), unit.refused, (), "unit_quota")
    yield from _quota(unit, use) if use else _ceiling_standing(unit)


def _rank(found: TrailInputs, unit: UnitResult) -> Iterator[ReasonLine]:
    if unit.rank is None:
        return
    called = found.given.scheme.family_name(unit.family)
    pooled = unit.family == POOLED
    where = "leagues" if unit.league else "categories"
    family = Named(called.zh, called.en) if pooled else f"{where}.{unit.family}"
    value = f"{unit.rank}/{unit.of}"
    yield ReasonLine(Message("appraisal-rank"), value, (family,), _tie_field(found))
    if unit.low is not None:
        # From a variance and a mean answers follow: by method 2 it is for auditors.
        known = Message("appraisal-variance", variance=f"{unit.variance:.4f}")
        inputs = (known,) if found.given.scheme.evidence is None else ()
        value = f"{unit.low}–{unit.high}"
        yield ReasonLine(Message("appraisal-rank-set"), value, inputs, "confidence_pct")


def _tie_field(found: TrailInputs) -> Message:
    parts = (_part_name(found, part) for part in found.given.scheme.tie_breaks)
    order = (Message("appraisal-total-first"), *parts)
    return Message("appraisal-tie-breaks", field="tie_breaks", order=order)


def _quota(unit: UnitResult, use: QuotaUse) -> Iterator[ReasonLine]:
    places = "/".join(str(n) for n in use.places.values())
    given = "/".join(str(n) for n in use.given.values())
    value = Message("appraisal-places-use", places=places, given=given, units=use.size)
    yield ReasonLine(Message("appraisal-places"), value, (), "unit_quota")
    yield from use.notes
    yield _graded(Message("appraisal-grade"), unit.grade, unit.certainty, (), "unit_quota")


def _ceiling_standing(unit: UnitResult) -> Iterator[ReasonLine]:
    if unit.standing is not None:
        field = "leaders.league_first, leaders.league_third"
        label = Message("appraisal-standing")
        yield _graded(label, unit.standing, unit.certainty, (), field)


def _graded(
    label: Message,
    grade: Grade | None,
    certainty: Certainty | None,
    inputs: tuple[Label, ...],
    field: str,
) -> ReasonLine:
    words = GRADES[grade] if grade is not None else WAITS
    if certainty is not None:
        sure = CERTAINTIES[certainty]
        words = Message("appraisal-with-certainty", grade=words, certainty=sure)
    return ReasonLine(label, words, inputs, field)


def _state(leader: LeaderResult) -> Iterator[ReasonLine]:
    """Why a leader is not appraised, or waits alone."""
    found, name = leader.state, STATES[leader.state.state]
    if found.reason is not None:
        kind = "appraisal-state-deferred" if found.deferred else "appraisal-state-with-reason"
        value = Message(kind, state=name, reason=found.reason)
        yield ReasonLine(Message("appraisal-state"), value, (), "presence")


def _unit_days(leader: LeaderResult) -> tuple[Label, ...]:
    """The totals that a leader's score rests on, with days where there are several."""
    if len(leader.unit_days) < 2:
        return (f"units.{leader.unit}.total",)
    return tuple(
        Message("appraisal-days-in-unit", unit=f"units.{unit}.total", days=days)
        for unit, days in leader.unit_days
    )


def _score(leader: LeaderResult) -> Iterator[ReasonLine]:
    total = "—" if leader.unit_total is None else str(leader.unit_total)
    field = f"leaders.shares.{leader.role}"
    source = _unit_days(leader)
    yield ReasonLine(Message("appraisal-unit-total"), total, source, f"{field}.unit")
    source = (f"personal.{leader.leader}",)
    own = Message("appraisal-personal-score")
    personal = "—" if leader.personal is None else str(leader.personal)
    yield ReasonLine(own, personal, source, f"{field}.personal")
    if leader.score is not None:
        label = Message("appraisal-leader-score")
        yield ReasonLine(label, str(leader.score), (), f"{field}, places")


def _grade(
    found: TrailInputs, leader: LeaderResult, pool: LeaderPool | None
) -> Iterator[ReasonLine]:
    if pool is not None:
        yield pool.line
    if leader.base is not None:
        label = Message("appraisal-grade-by-score")
        yield _graded(label, leader.base, None, (), "leaders.first_pct")
    for key in leader.lowered_by:
        kind = CONSEQUENCES[ConsequenceKind(key.split("/")[2])]
        yield ReasonLine(Message("appraisal-lowered"), kind, (key,), "rules")
    label = Message("appraisal-grade")
    yield _graded(label, leader.grade, leader.certainty, (f"units.{leader.unit}",), "")
    if len(leader.possible) > 1:
        grades = tuple(GRADES[grade] for grade in leader.possible)
        value = Message("appraisal-possible-grades-value", grades=grades)
        label = Message("appraisal-possible-grades")
        yield ReasonLine(label, value, (f"units.{leader.unit}",), "leaders.first_pct, rules")
    yield from _last_year(found, leader)


def _no_reward(found: TrailInputs, subject: str, grade: Grade | None) -> Iterator[ReasonLine]:
    """Why a first grade is not rewarded."""
    why = found.disciplined.get(subject, ())
    if grade is Grade.FIRST and why:
        value = Message("appraisal-no-reward-value")
        yield ReasonLine(Message("appraisal-no-reward"), value, why, "rules.first_grade")


def _last_year(found: TrailInputs, leader: LeaderResult) -> Iterator[ReasonLine]:
    past = found.past.get((leader.leader, found.given.year - 1))
    if past is None:
        return
    label = Message("appraisal-grade-last-year")
    source = (f"history.{past.subject}.{past.year}: {past.unit} {past.post}".strip(),)
    if past.grade is None:
        yield ReasonLine(label, Message("appraisal-not-appraised"), source)
    else:
        sure = Certainty.SETTLED if past.confirmed else Certainty.PROVISIONAL
        yield _graded(label, past.grade, sure, source, "")


def _proposal(proposal: Proposal) -> Iterable[ReasonLine]:
    label = Message("appraisal-proposal-of", consequence=CONSEQUENCES[proposal.kind])
    status = PROPOSAL_STATUSES[proposal.status]
    if proposal.discretionary:
        status = Message("appraisal-discretionary", status=status)
    yield ReasonLine(label, status, (proposal.key,), f"rules.{proposal.rule}")
    yield from map(_ground, proposal.grounds)
    if proposal.decision is not None:
        made = proposal.decision
        value = Message("appraisal-decided-by", name=made.by, reason=made.reason, at=made.at)
        yield ReasonLine(Message("appraisal-decided"), value)
        if made.paper is not None:
            yield ReasonLine(Message("appraisal-paper"), paper_words(made.paper))


def paper_words(paper: Paper) -> Message:
    """Return what a decision rests on, in words."""
    said = {"organ": paper.organ, "document": paper.document, "day": paper.decided_on}
    return Message("appraisal-paper-said", **said, by=paper.released_by)


def _ground(line: ReasonLine) -> ReasonLine:
    return replace(line, label=Message("appraisal-ground", ground=line.label))
