"""Corrections of a sealed year's material: what an answer, a recount or a court puts right."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.presence import last_day, main_post
from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.estimation.scores import UnitScore
from aggregation.model.dated import Held, Period, Post
from aggregation.model.facts import (
    Adjustment,
    Decision,
    Finding,
    FindingKind,
    Grade,
    PastGrade,
    Role,
    Verdict,
)


class CorrectionKind(StrEnum):
    """What is put right; a grade that an answer sets stays pinned, whatever else is corrected."""

    GRADE = "grade"
    DECISION = "decision"
    VALUE = "value"
    FINDING = "finding"
    """A finding was overturned."""
    SCORE = "score"
    ADDED = "added"
    """A finding about the year was established after its seal."""
    CLEARED = "cleared"
    """An investigation that left a grade open has ended."""
    LINE = "line"
    """The grade of an earlier year, which this year read, stands otherwise now."""
    BONUS = "bonus"
    """A bonus or a deduction was wrong, was missing, or should not be there."""
    POST = "post"
    """Who held a post from when until when was wrong."""


PERSONAL = "personal"
"""The `Correction.what` of a leader's personal score."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing that is put right.

    Args:
        kind: what is put right.
        subject: the unit or person whom it is about.
        what: the proposal, the indicator, the finding, the investigation, the earlier year, the
            release of a score, or the mark of a bonus (`bonus_mark`) or of a post (`post_mark`).
        before: what stood; text. Of a decision the ISO day of the hearing, or empty.
        after: what stands from now on; text, empty where a finding is revoked. A finding, a line of
            an earlier year, a bonus and a post are JSON (`finding_text`, `line_text`,
            `bonus_text`, `post_text`), an ended investigation has its day. A bonus or a post that
            is missing has no ``before``, one that should not be there no ``after``.
        by: who answered.
        reason: why.
        at: ISO time.
        score: the corrected public score.
        disclosed: what may be shown of it.
    """

    kind: CorrectionKind
    subject: str
    what: str
    before: str
    after: str
    by: str
    reason: str
    at: str
    score: UnitScore | None = None
    disclosed: DisclosedScore | None = None


def corrected(given: AppraisalInputs, corrections: Iterable[Correction]) -> AppraisalInputs:
    """The material with all corrections, in their order."""
    for correction in corrections:
        given = _corrected(given, correction)
    return given


def _corrected(given: AppraisalInputs, it: Correction) -> AppraisalInputs:
    if it.kind is CorrectionKind.GRADE:
        return replace(given, pinned={**given.pinned, it.subject: Grade(it.after)})
    if it.kind is CorrectionKind.DECISION:
        made = Decision(it.what, Verdict(it.after), it.by, it.reason, it.at, heard_on=it.before)
        others = (d for d in given.decisions if d.proposal != it.what)
        return replace(given, decisions=(*others, made))
    if it.kind is CorrectionKind.FINDING:
        return replace(given, facts=tuple(f for f in given.facts if f.id != it.what))
    if it.kind is CorrectionKind.VALUE:
        return _with_value(given, it)
    if it.kind is CorrectionKind.ADDED:
        return replace(given, facts=(*given.facts, read_finding(it.after)))
    if it.kind is CorrectionKind.CLEARED:
        rest = tuple(case for case in given.discipline if case.id != it.what)
        return replace(given, discipline=rest)
    if it.kind is CorrectionKind.LINE:
        line = read_line(it.after)
        other = (x for x in given.history if (x.subject, x.year) != (line.subject, line.year))
        return replace(given, history=(*other, line))
    if it.kind is CorrectionKind.BONUS:
        return _with_bonus(given, it)
    if it.kind is CorrectionKind.POST:
        return _with_post(given, it)
    public: Mapping[str, UnitScore] = given.public
    disclosed: Mapping[str, DisclosedScore] = given.disclosed
    if it.score is not None:
        public = {**public, it.subject: it.score}
    if it.disclosed is not None:
        disclosed = {**disclosed, it.subject: it.disclosed}
    return replace(given, public=public, disclosed=disclosed)


def _with_value(given: AppraisalInputs, it: Correction) -> AppraisalInputs:
    value = Decimal(it.after)
    if it.what == PERSONAL:
        return replace(given, personal={**given.personal, it.subject: value})
    return replace(given, indicators={**given.indicators, (it.subject, it.what): value})


def _with_bonus(given: AppraisalInputs, it: Correction) -> AppraisalInputs:
    rest = list(given.adjustments)
    if it.before:
        rest.remove(read_bonus(it.before))
    return replace(given, adjustments=(*rest, *([read_bonus(it.after)] if it.after else ())))


def _with_post(given: AppraisalInputs, it: Correction) -> AppraisalInputs:
    """The material with a post put right; the person moves with the main post of the last day."""
    rest = list(given.held_posts)
    if it.before:
        rest.remove(read_post(it.before))
    posts = (*rest, *([read_post(it.after)] if it.after else ()))
    main = main_post((x for x in posts if x.person == it.subject), last_day(given.year))
    leaders = tuple(
        replace(x, unit=main.unit, role=main.role, post=main.title or x.post)
        if main is not None and x.id == it.subject and (x.unit, x.role) != (main.unit, main.role)
        else x
        for x in given.leaders
    )
    return replace(given, posts=posts, leaders=leaders)


def bonus_mark(bonus: Adjustment) -> str:
    """The mark by which a bonus or deduction of a unit is named: it has no number of its own."""
    return sha256(bonus_text(bonus).encode()).hexdigest()[:8]


def bonus_text(bonus: Adjustment) -> str:
    """A bonus or deduction as the text of a correction."""
    said = asdict(bonus) | {"points": f"{bonus.points:f}"}
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


def read_bonus(text: str) -> Adjustment:
    """The bonus or deduction of a correction."""
    said = json.loads(text)
    return Adjustment(**(said | {"points": Decimal(said["points"])}))


def post_mark(post: Post) -> str:
    """The mark by which a post of a person is named: nobody begins twice in a unit on one day."""
    return f"{post.unit}/{post.period.begins.isoformat()}"


def post_text(post: Post) -> str:
    """A post as the text of a correction."""
    until = post.period.until
    days = {"begins": post.period.begins.isoformat(), "until": until.isoformat() if until else ""}
    said = {name: value for name, value in asdict(post).items() if name != "period"}
    return json.dumps(said | days, ensure_ascii=False, sort_keys=True)


def read_post(text: str) -> Post:
    """The post of a correction."""
    said = json.loads(text)
    begins, until = said.pop("begins"), said.pop("until")
    period = Period(date.fromisoformat(begins), date.fromisoformat(until) if until else None)
    kinds = {"role": Role(said["role"]), "held": Held(said["held"])}
    return Post(**(said | kinds), period=period)


def finding_text(finding: Finding) -> str:
    """A finding as the text of a correction."""
    return json.dumps(asdict(finding), ensure_ascii=False, sort_keys=True)


def read_finding(text: str) -> Finding:
    """The finding of a correction."""
    said = json.loads(text)
    return Finding(**(said | {"kind": FindingKind(said["kind"])}))


def line_text(line: PastGrade) -> str:
    """A line of an earlier year as the text of a correction."""
    return json.dumps(asdict(line), ensure_ascii=False, sort_keys=True)


def read_line(text: str) -> PastGrade:
    """The line of a correction."""
    said = json.loads(text)
    grade = None if said["grade"] is None else Grade(said["grade"])
    return PastGrade(**(said | {"grade": grade}))
