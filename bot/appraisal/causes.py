"""Amendments that follow from no appeal: their causes, what they give, and their preparation.

A finding is revoked, a grade that an investigation left open is given, a finding is established
after the seal, the material was wrong, or an earlier year that the year read stands otherwise now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.appraisal.corrections import (
    PERSONAL,
    Correction,
    CorrectionKind,
    corrected,
    finding_text,
    line_text,
)
from aggregation.appraisal.finding_years import amends_sealed_year, finding_year
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.later_years import changed_lines
from aggregation.appraisal.standing import Cause, Change
from aggregation.model.dated import DisciplineKind
from aggregation.model.facts import Grade, Verdict
from aggregation.model.results import LeaderResult, Proposal, ProposalStatus
from bot.accounts.approvals import Approval, Approvals
from bot.appraisal.amended_content import WorkedOut, sealed_material
from bot.appraisal.amending import NUMBER, require_standing, told_changes, worked_out
from bot.appraisal.amendment_decisions import AMEND
from bot.appraisal.deciding import HEARD, check_hearing
from bot.appraisal.past_grades import final_lines
from bot.appraisal.plain_form import write_plain
from bot.appraisal.request_times import is_person
from bot.appraisal.standing_years import StandingYear, read_standing
from bot.appraisal.year import BINDING
from bot.core.identity import Office
from bot.records.notices import read_notices
from bot.records.recusals import require_unbarred
from bot.records.seals import sealed_years
from bot.records.store import read_findings
from bot.storage.database import reading
from survey_flows.canonical_json import canonical
from survey_flows.errors import BadInput, Message, Place

MOST_REASON, MOST_DOCUMENT, TOLD = 4000, 120, 40
NUMBERS = {grade: str(number) for number, grade in enumerate(Grade, 1)}


@dataclass(frozen=True, slots=True)
class CauseRequest:
    """What somebody says who amends a sealed year without an appeal.

    Args:
        cause: what it follows from.
        what: the finding, the investigation, the indicator, or the earlier year.
        document: the document that it rests on.
        reason: why.
        subject: whose material is corrected, or whose earlier grade it is.
        on: the ISO day on which the finding was revoked, or the investigation ended.
        value: the right points.
        false_material: whether the subject gained by false material of its own.
        heard_on: the ISO day of the hearing, for a disadvantage.
        verdicts: what is decided of proposals that follow, by key.
    """

    cause: Cause
    what: str
    document: str
    reason: str
    subject: str = ""
    on: str = ""
    value: str = ""
    false_material: bool = False
    heard_on: str = ""
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)

    @property
    def kind(self) -> Cause:
        """The cause as it is recorded."""
        false = self.cause is Cause.CORRECTION and self.false_material
        return Cause.FALSE if false else self.cause


@dataclass(frozen=True, slots=True)
class CausePreview:
    """What an amendment would do.

    Args:
        year: the year.
        request: what is asked.
        stands: the year as it stands.
        corrections: what is put right.
        worked: what follows for each subject.
        open: proposals that follow and that are decided with it; a binding one keeps it back.
    """

    year: int
    request: CauseRequest
    stands: StandingYear
    corrections: tuple[Correction, ...]
    worked: WorkedOut
    open: tuple[Proposal, ...]

    @property
    def subject(self) -> str:
        """Whom it is about."""
        return self.corrections[0].subject

    @property
    def changed(self) -> tuple[Change, ...]:
        """Whose grade, figures or proposals change."""
        rest = (it for it in self.worked.changes if it.subject not in self.worked.moved)
        return tuple(it for it in rest if not it.kept)

    @property
    def protected(self) -> tuple[Change, ...]:
        """Who would fare worse and keeps the result (受保护)."""
        return tuple(it for it in self.worked.changes if it.kept)

    @property
    def moved(self) -> tuple[Change, ...]:
        """Who only stands at another rank."""
        return tuple(it for it in self.worked.changes if it.subject in self.worked.moved)

    @property
    def undecided(self) -> tuple[Proposal, ...]:
        """Proposals that touch a grade and that have to be decided with it."""
        return tuple(p for p in self.open if p.kind in BINDING)

    @property
    def seen(self) -> str:
        """The digest of what is shown, by which a person says what they have seen."""
        put_right = [[it.kind, it.subject, it.what, it.after] for it in self.corrections]
        changes = [[it.subject, it.before, it.after, it.kept] for it in self.worked.changes]
        said = [self.stands.digest, put_right, changes, _cause(self.request)]
        return sha256(canonical({"seen": said}).encode()).hexdigest()[:16]

    @property
    def told(self) -> str:
        """The changes in signs that need no language: grades as numbers, «=» for protected."""
        lines = [
            f"{it.subject} =" if it.kept else f"{it.subject} {_sign(it.before)} → {_sign(it.after)}"
            for it in self.worked.changes
        ]
        return "\n".join([*lines[:TOLD], *(["…"] if len(lines) > TOLD else [])])


def _sign(grade: Grade | None) -> str:
    return "–" if grade is None else NUMBERS[grade]


def _cause(request: CauseRequest) -> dict[str, object]:
    """Return what the record keeps of a request beside its corrections."""
    return {
        "kind": str(request.kind),
        "what": request.what,
        "document": request.document.strip(),
        "on": request.on,
        "heard_on": request.heard_on,
    }


async def preview_cause(
    database: AsyncEngine, year: int, request: CauseRequest, office: Office
) -> CausePreview:
    """Return what an amendment would do: who changes, who is protected, who only moves in rank.

    Raises:
        BadInput: the year is not sealed or no notice of it is given, the request lacks something or
            does not fit the year, or who is about it would fare worse without false material.
    """
    _check_words(request)
    stands = await require_standing(database, year)
    async with reading(database) as connection:
        if not await read_notices(connection, year):
            raise BadInput(Message("appraisal-lift-instead"), Place(subject=str(year)))
        first = await _correction(connection, stands, request, office)
    found = await asyncio.to_thread(_work_out, stands, [first], request)
    corrections, open_ = [first], _open(found)
    decided = [p for p in open_ if p.key in request.verdicts]
    for proposal in decided:
        verdict = request.verdicts[proposal.key]
        signed = (office.login, request.reason.strip(), office.now.isoformat(timespec="seconds"))
        heard = check_hearing(proposal, verdict, request.heard_on, office.today)
        about = (CorrectionKind.DECISION, proposal.subject, proposal.key, heard, str(verdict))
        corrections.append(Correction(*about, *signed))
    if decided:
        found = await asyncio.to_thread(_work_out, stands, corrections, request)
    rest = tuple(p for p in open_ if p.key not in request.verdicts)
    return CausePreview(year, request, stands, tuple(corrections), found, rest)


def _work_out(
    stands: StandingYear, corrections: Sequence[Correction], request: CauseRequest
) -> WorkedOut:
    subject = corrections[0].subject
    found = worked_out(stands, corrections, subject, request.kind)
    if found.worse and request.kind is Cause.CORRECTION:
        raise BadInput(Message("appraisal-correction-worsens"), Place(subject=subject))
    return found


def _open(found: WorkedOut) -> tuple[Proposal, ...]:
    """Return what is proposed anew about those who may fare worse, and waits for a decision."""
    known = {p.key for it in found.standing.proposals.values() for p in it}
    return tuple(
        p
        for subject in sorted(found.free)
        for p in found.after.about(subject)
        if p.status is ProposalStatus.PROPOSED and (p.key not in known or p.kind in BINDING)
        if p.kind in BINDING or p.kind in HEARD
    )


async def _correction(
    connection: AsyncConnection, stands: StandingYear, request: CauseRequest, office: Office
) -> Correction:
    material = corrected(sealed_material(stands.content), stands.corrections)
    if request.cause is Cause.OVERTURNED:
        said = _overturned(material, request, office.today)
    elif request.cause is Cause.DEFERRED:
        said = _deferred(stands, material, request, office.today)
    elif request.cause is Cause.LATE:
        said = await _late(connection, stands, material, request)
    elif request.cause is Cause.CORRECTION:
        said = _value(material, request)
    else:
        said = await _line(connection, material, request)
    signed = (office.login, request.reason.strip(), office.now.isoformat(timespec="seconds"))
    return Correction(*said, *signed)


Said = tuple[CorrectionKind, str, str, str, str]
"""Kind, subject, what, before and after of a correction."""


def _overturned(material: AppraisalInputs, request: CauseRequest, today: date) -> Said:
    fact = next((it for it in material.facts if it.id == request.what), None)
    if fact is None:
        raise BadInput(Message("appraisal-no-finding"), Place(subject=request.what[:32]))
    _day(request.on, date.fromisoformat(fact.established or fact.date), today)
    return CorrectionKind.FINDING, fact.subject, fact.id, "", ""


def _deferred(
    stands: StandingYear, material: AppraisalInputs, request: CauseRequest, today: date
) -> Said:
    cases = {it.id: it for it in material.discipline if it.kind is DisciplineKind.INVESTIGATION}
    case = cases.get(request.what)
    people: dict[str, LeaderResult] = {
        it.leader: it for body in stands.content.bodies for it in body.leaders
    }
    if case is None or case.person not in people or not people[case.person].state.deferred:
        raise BadInput(Message("appraisal-not-deferred"), Place(subject=request.what[:32]))
    day = _day(request.on, case.begins, today)
    return CorrectionKind.CLEARED, case.person, case.id, "", day.isoformat()


async def _late(
    connection: AsyncConnection,
    stands: StandingYear,
    material: AppraisalInputs,
    request: CauseRequest,
) -> Said:
    year, late = stands.content.year, stands.content.inputs.scheme.late
    sealed = await sealed_years(connection)
    facts = await read_findings(connection)
    known = {(it.id, it.subject, it.date) for it in material.facts}
    fact = next(
        (
            it
            for it in facts
            if it.id == request.what and not it.revoked
            if (it.id, it.subject, it.date) not in known
            if date.fromisoformat(it.date).year == year
        ),
        None,
    )
    if fact is None:
        raise BadInput(Message("appraisal-no-finding"), Place(subject=request.what[:32]))
    if not amends_sealed_year(fact, sealed, late):
        counts = finding_year(fact, sealed, late)
        message = Message("appraisal-late-counts-later", year=counts)
        raise BadInput(message, Place(subject=fact.id))
    return CorrectionKind.ADDED, fact.subject, fact.id, "", finding_text(fact)


def _value(material: AppraisalInputs, request: CauseRequest) -> Said:
    subject, what = request.subject, request.what
    values = {i: points for (s, i), points in material.indicators.items() if s == subject}
    if subject in material.personal:
        values[PERSONAL] = material.personal[subject]
    if what not in values:
        raise BadInput(Message("appraisal-no-value"), Place(subject=subject[:32]))
    if not NUMBER.fullmatch(request.value) or Decimal(request.value) > 100:
        message = Message("appraisal-remedy-value", text=request.value[:20])
        raise BadInput(message, Place(field="value"))
    if Decimal(request.value) == values[what]:
        raise BadInput(Message("appraisal-same-value"), Place(field="value"))
    return CorrectionKind.VALUE, subject, what, f"{values[what]:f}", request.value


async def _line(
    connection: AsyncConnection, material: AppraisalInputs, request: CauseRequest
) -> Said:
    year = int(request.what) if request.what.isdecimal() and len(request.what) == 4 else 0
    earlier = await read_standing(connection, year)
    lines = {it.subject: it for it in final_lines(earlier.content.bodies)} if earlier else {}
    now = lines.get(request.subject)
    before = [it for it in material.history if (it.year, it.subject) == (year, request.subject)]
    if now is None or not changed_lines(before, [now]):
        raise BadInput(Message("appraisal-same-line"), Place(subject=request.subject[:32]))
    was = str(before[-1].grade) if before and before[-1].grade is not None else ""
    return CorrectionKind.LINE, now.subject, str(year), was, line_text(now)


def _check_words(request: CauseRequest) -> None:
    if not request.reason.strip() or not request.document.strip():
        raise BadInput(Message("appraisal-cause-unsigned"), Place(field="reason"))
    for text, most in ((request.reason, MOST_REASON), (request.document, MOST_DOCUMENT)):
        if len(text.strip()) > most:
            raise BadInput(Message("appraisal-text-too-long", max=most), Place(field="reason"))


def _day(text: str, first: date, last: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not first <= day <= last:
        message = Message("appraisal-cause-day", first=first.isoformat(), last=last.isoformat())
        raise BadInput(message, Place(field="on"))
    return day


def _is_day(text: str, last: date) -> bool:
    """Return whether a text is a day that has come."""
    try:
        return date.fromisoformat(text) <= last
    except ValueError:
        return False


async def prepare_cause(
    database: AsyncEngine,
    approvals: Approvals,
    year: int,
    request: CauseRequest,
    seen: str,
    office: Office,
) -> Approval:
    """Prepare an amendment for a second person; where one is enough it is done at once.

    Args:
        database: where the year is.
        approvals: what two people decide.
        year: the year.
        request: what is asked.
        seen: `CausePreview.seen` of what the person has looked at.
        office: who prepares it.

    Raises:
        BadInput: as `preview_cause`, what was seen is not what it gives now, a proposal that
            touches a grade is not decided, false material without a hearing, or the person must
            stand aside.
    """
    preview = await preview_cause(database, year, request, office)
    async with reading(database) as connection:
        await require_unbarred(connection, year, preview.subject, office.login)
    if seen != preview.seen:
        raise BadInput(Message("appraisal-seal-changed"), Place(subject=str(year)))
    if preview.undecided:
        keys = tuple(p.key for p in preview.undecided)
        raise BadInput(Message("appraisal-decide-with-it", keys=keys), Place(subject=str(year)))
    if request.false_material and not _is_day(request.heard_on, office.today):
        raise BadInput(Message("appraisal-not-heard"), Place(subject=preview.subject))
    details = _details(preview, office)
    name = f"{year}/{preview.subject}/{request.kind}"
    return await approvals.prepare(AMEND, name, details, office.login)


def _details(preview: CausePreview, office: Office) -> dict[str, Any]:
    stands, request = preview.stands, preview.request
    return {
        "year": preview.year,
        "seal": stands.seal.number,
        "appeal": 0,
        "round": 0,
        "subject": preview.subject,
        "corrections": write_plain(preview.corrections, tuple[Correction, ...]),
        "changes": write_plain(preview.worked.changes, tuple[Change, ...]),
        "moved": sorted(preview.worked.moved),
        "public": told_changes(
            stands, preview.corrections, preview.worked.changes, str(request.kind)
        ),
        "before": stands.digest,
        "reason": request.reason.strip(),
        "cause": _cause(request),
        "document": request.document.strip(),
        "told": preview.told,
        "answer": False,
        "text": "",
        "timezone": office.timezone,
        "procedure": stands.content.inputs.scheme.procedure.model_dump(mode="json"),
        "person": is_person(stands, preview.subject),
    }
