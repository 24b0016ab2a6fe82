"""The standing result of a year: what was sealed, with all amendments, for all readers alike.

An amendment is the difference that a correction makes. Who asked for it never fares worse by it.
Others whom it would worsen keep what they have, which is noted; others whom it betters are bettered
(Chinese law calls both 申诉不加重).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from aggregation.model.facts import Grade
from aggregation.model.names import GRADES
from aggregation.model.reason_lines import Label, ReasonLine
from aggregation.model.results import (
    AppraisalResult,
    Certainty,
    ConsequenceKind,
    LeaderResult,
    Proposal,
    ProposalStatus,
    QuotaUse,
    UnitResult,
)
from survey_flows.messages import Message

ORDER = (*Grade, None)
"""From the best to the worst; a subject without a grade has nothing to lose."""
GOOD = (ConsequenceKind.COMMENDATION, ConsequenceKind.PROMOTION_FILE)
"""Consequences that nobody minds; every other one is a disadvantage."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an amendment does to one subject.

    ``kept``: the correction would worsen it, so that it keeps what it has. ``unit`` or ``leader``
    is the result from now on, with its proposals and reasons; both are None for one that is kept.
    """

    subject: str
    before: Grade | None
    after: Grade | None
    kept: bool
    unit: UnitResult | None = None
    leader: LeaderResult | None = None
    proposals: tuple[Proposal, ...] = ()
    trail: tuple[ReasonLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Amendment:
    """An amendment of a year: its number, what it follows from, why, and its changes.

    ``appeal`` is the number of the appeal, or 0 where ``cause`` says what else it follows from.
    """

    number: int
    appeal: int
    subject: str
    reason: str
    changes: tuple[Change, ...]
    cause: str = ""


class Cause(StrEnum):
    """What an amendment follows from, beside appeals."""

    OVERTURNED = "overturned"
    """A finding of the year was revoked."""
    DEFERRED = "deferred"
    """A grade that an investigation left open is given (补定)."""
    LATE = "late"
    """A finding about the year was established later, and the scheme says `late: amend`."""
    CORRECTION = "correction"
    """The material was wrong."""
    FALSE = "false"
    """The material was wrong, and whom it is about gained by having falsified it."""
    LINE = "line"
    """The grade of an earlier year that the year read stands otherwise now."""


CAUSES: Mapping[str, Message] = {
    "": Message("appraisal-amended"),
    Cause.OVERTURNED: Message("appraisal-amended-overturned"),
    Cause.DEFERRED: Message("appraisal-amended-deferred"),
    Cause.LATE: Message("appraisal-amended-late"),
    Cause.CORRECTION: Message("appraisal-amended-correction"),
    Cause.FALSE: Message("appraisal-amended-false"),
    Cause.LINE: Message("appraisal-amended-line"),
}
"""What reasons say of an amendment, by its cause."""


def is_after_review(numbers: Iterable[int], amendments: Iterable[Amendment]) -> bool:
    """Whether one of these amendments follows from a review or an appeal (经复核改定)."""
    appealed = {it.number for it in amendments if not it.cause}
    return any(number in appealed for number in numbers)


Bodies = Sequence[AppraisalResult]
Standing = UnitResult | LeaderResult


def standing_bodies(sealed: Bodies, amendments: Iterable[Amendment]) -> tuple[AppraisalResult, ...]:
    """The results that stand: the sealed ones of the city and inside units, amended in order."""
    bodies = tuple(sealed)
    for amendment in amendments:
        bodies = tuple(_amended(body, amendment) for body in bodies)
    return bodies


def _amended(body: AppraisalResult, amendment: Amendment) -> AppraisalResult:
    changes = {it.subject: it for it in amendment.changes if it.subject in body.trail}
    if not changes:
        return body
    new = {subject: it for subject, it in changes.items() if not it.kept}
    number = amendment.number
    units = tuple(_unit(new.get(u.unit), u, number) for u in body.units)
    leaders = tuple(_leader(new.get(x.leader), x, number) for x in body.leaders)
    others = [p for p in body.proposals if p.subject not in new]
    proposals = [*others, *(p for it in new.values() for p in it.proposals)]
    trail = dict(body.trail)
    for subject, it in changes.items():
        lines = trail[subject] if it.kept else it.trail
        trail[subject] = (*lines, _line(it, amendment))
    return replace(
        body,
        units=units,
        leaders=leaders,
        proposals=tuple(sorted(proposals, key=lambda p: p.key)),
        quotas=tuple(_quota(use, units) for use in body.quotas),
        leagues=_leagues(body.leagues, units),
        trail=trail,
    )


def _unit(change: Change | None, unit: UnitResult, number: int) -> UnitResult:
    if change is None or change.unit is None:
        return unit
    return replace(change.unit, amended=(*unit.amended, number))


def _leader(change: Change | None, leader: LeaderResult, number: int) -> LeaderResult:
    if change is None or change.leader is None:
        return leader
    return replace(change.leader, amended=(*leader.amended, number))


def _line(it: Change, amendment: Amendment) -> ReasonLine:
    why = Message("appraisal-amended-number", number=amendment.number)
    if _is_told_why(it, amendment):
        why = Message("appraisal-amended-why", number=amendment.number, reason=amendment.reason)
    if it.kept:
        return ReasonLine(Message("appraisal-kept"), Message("appraisal-kept-how"), (why,))
    value: Label = Message("appraisal-amended-figures")
    if it.before is not it.after:
        value = Message("appraisal-amended-grade", before=_name(it.before), after=_name(it.after))
    return ReasonLine(CAUSES[amendment.cause], value, (why,))


def _is_told_why(it: Change, amendment: Amendment) -> bool:
    """Whether a subject reads the reason: what follows from somebody's own case is theirs alone."""
    about = (one for one in amendment.changes if one.subject == amendment.subject)
    of_unit = any(one.unit is not None for one in about)
    return not amendment.cause or of_unit or it.subject == amendment.subject


def _name(grade: Grade | None) -> Message:
    return Message("appraisal-without-grade") if grade is None else GRADES[grade]


def _quota(use: QuotaUse, units: Iterable[UnitResult]) -> QuotaUse:
    """The places as they are given after an amendment, with a note where they were overrun."""
    grades = Counter(u.grade for u in units if u.family == use.category and u.grade is not None)
    given = {grade: grades[grade] for grade in use.given}
    if given == dict(use.given):
        return use
    note = ReasonLine(Message("appraisal-places"), Message("appraisal-places-amended"))
    return replace(use, given=given, notes=(*(n for n in use.notes if n != note), note))


def _leagues(
    leagues: Mapping[str, tuple[str, ...]], units: Sequence[UnitResult]
) -> dict[str, tuple[str, ...]]:
    ranks = {u.unit: u.rank or 0 for u in units}
    return {
        league: tuple(sorted(codes, key=lambda code: (ranks[code], code)))
        for league, codes in leagues.items()
    }


@dataclass(frozen=True, slots=True)
class YearView:
    """The results of a year by subject."""

    results: Mapping[str, Standing]
    proposals: Mapping[str, tuple[Proposal, ...]]
    trail: Mapping[str, tuple[ReasonLine, ...]]

    def about(self, subject: str) -> tuple[Proposal, ...]:
        """The proposals that concern a subject."""
        return self.proposals.get(subject, ())


def view_year(bodies: Bodies) -> YearView:
    """The results of the city and inside units by subject."""
    results: dict[str, Standing] = {}
    proposals: dict[str, tuple[Proposal, ...]] = {}
    trail: dict[str, tuple[ReasonLine, ...]] = {}
    for body in bodies:
        results |= {unit.unit: unit for unit in body.units}
        results |= {leader.leader: leader for leader in body.leaders}
        trail |= body.trail
        for proposal in body.proposals:
            earlier = proposals.get(proposal.subject, ())
            proposals[proposal.subject] = (*earlier, proposal)
    return YearView(results, proposals, trail)


def changes_of(
    standing: YearView,
    before: YearView,
    after: YearView,
    may_worsen: Collection[str] = (),
) -> tuple[Change, ...]:
    """What a correction does to each subject of a year, by subject.

    Args:
        standing: what stands.
        before: what the material gives without the correction, by the present engine.
        after: what it gives with the correction.
        may_worsen: who gets the result also if it is worse: whom a late finding is about, whose
            grade was deferred, who gained by false material.
    """
    found: dict[str, Change] = {}
    # The units of a body come before its leaders, and outer bodies before inner ones.
    for subject, it in after.results.items():
        known = subject in standing.results and subject in before.results
        if known and _facts(before, subject) != _facts(after, subject):
            found[subject] = _change(standing, after, it, found, subject in may_worsen)
    return tuple(found[subject] for subject in sorted(found))


def _change(
    standing: YearView, after: YearView, it: Standing, found: Mapping[str, Change], free: bool
) -> Change:
    leader = isinstance(it, LeaderResult)
    subject, old = _subject(it), standing.results[_subject(it)]
    unit = found.get(it.unit) if leader else None
    kept = (unit is not None and unit.kept) or is_worse(standing, after, subject)
    if kept and not free:
        return Change(subject, old.grade, old.grade, True)
    return Change(
        subject,
        old.grade,
        it.grade,
        False,
        it if isinstance(it, UnitResult) else None,
        it if isinstance(it, LeaderResult) else None,
        after.about(subject),
        after.trail[subject],
    )


def moves_only_in_rank(standing: YearView, change: Change) -> bool:
    """Whether a unit keeps grade, figures and proposals, and stands at another rank alone."""
    old, new = standing.results[change.subject], change.unit
    if change.kept or new is None or not isinstance(old, UnitResult):
        return False
    proposals = {(p.key, p.status) for p in change.proposals}
    was = {(p.key, p.status) for p in standing.about(change.subject)}
    same = (old.grade, old.standing, old.certainty, old.total, old.barred, was)
    now = (new.grade, new.standing, new.certainty, new.total, new.barred, proposals)
    return same == now and old.rank != new.rank


def is_worse(standing: YearView, after: YearView, subject: str) -> bool:
    """Whether a subject would fare worse: by its grade, by how sure it is, or by a proposal."""
    old, now = standing.results[subject], after.results[subject]
    if old.grade is not None and now.grade is not old.grade:
        return ORDER.index(now.grade) > ORDER.index(old.grade)
    low = now.grade in (Grade.THIRD, Grade.FOURTH)
    surer = now.certainty is Certainty.SETTLED and old.certainty is not Certainty.SETTLED
    return (low and surer) or bool(_burdens(after, subject) - _burdens(standing, subject))


def has_lower_figure(standing: YearView, after: YearView, subject: str) -> bool:
    """Whether a subject's total or score would be lower than the one that stands."""
    old, now = _figure(standing.results[subject]), _figure(after.results[subject])
    return old is not None and now is not None and now < old


def _figure(it: Standing) -> Decimal | None:
    return it.total if isinstance(it, UnitResult) else it.score


def _burdens(year: YearView, subject: str) -> set[str]:
    return {
        p.key
        for p in year.about(subject)
        if p.kind not in GOOD and p.status is not ProposalStatus.DECLINED
    }


def _facts(year: YearView, subject: str) -> tuple[object, ...]:
    """What a subject is told of its result, without how near the others are."""
    it = year.results[subject]
    proposals = {(p.key, p.status) for p in year.about(subject)}
    if isinstance(it, UnitResult):
        return (it.grade, it.standing, it.certainty, it.total, it.rank, it.barred, proposals)
    return (it.grade, it.base, it.certainty, it.score, it.lowered_by, proposals)


def _subject(it: Standing) -> str:
    return it.unit if isinstance(it, UnitResult) else it.leader
