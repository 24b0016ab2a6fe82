"""Corrections of a sealed year's material: what an answer, a recount or a court puts right."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from enum import StrEnum

from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.estimation.scores import UnitScore
from aggregation.model.facts import Decision, Finding, FindingKind, Grade, PastGrade, Verdict


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


PERSONAL = "personal"
"""The `Correction.what` of a leader's personal score."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing that is put right.

    Args:
        kind: what is put right.
        subject: the unit or person whom it is about.
        what: the proposal, the indicator, the finding, the investigation, the earlier year, or the
            release of a score.
        before: what stood; text. Of a decision the ISO day of the hearing, or empty.
        after: what stands from now on; text, empty where a finding is revoked. A finding and a line
            of an earlier year are JSON (`finding_text`, `line_text`), an ended investigation has
            its day.
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
