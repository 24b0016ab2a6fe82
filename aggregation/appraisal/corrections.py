"""Corrections of a sealed year's material: what an answer, a recount or a court puts right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.estimation.scores import UnitScore
from aggregation.model.facts import Decision, Grade, Verdict


class CorrectionKind(StrEnum):
    """What is put right; a grade that an answer sets stays pinned, whatever else is corrected."""

    GRADE = "grade"
    DECISION = "decision"
    VALUE = "value"
    FINDING = "finding"
    SCORE = "score"


PERSONAL = "personal"
"""The `Correction.what` of a leader's personal score."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing that is put right.

    Args:
        kind: what is put right.
        subject: the unit or person whom it is about.
        what: the proposal, the indicator, the finding, or the release of a score.
        before: what stood; text.
        after: what stands from now on; text, empty where a finding is revoked.
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
        made = Decision(it.what, Verdict(it.after), it.by, it.reason, it.at)
        others = (d for d in given.decisions if d.proposal != it.what)
        return replace(given, decisions=(*others, made))
    if it.kind is CorrectionKind.FINDING:
        return replace(given, facts=tuple(f for f in given.facts if f.id != it.what))
    if it.kind is CorrectionKind.VALUE:
        return _with_value(given, it)
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
