"""What an amendment without an appeal asks for, and what it puts right in the material.

A finding is revoked, a grade that an investigation left open is given, a finding is established
after the seal, the material was wrong, or an earlier year that the year read stands otherwise now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.appraisal.corrections import (
    Correction,
    CorrectionKind,
    corrected,
    finding_text,
    line_text,
)
from aggregation.appraisal.finding_years import amends_sealed_year, finding_year
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.later_years import changed_lines
from aggregation.appraisal.standing import Cause
from aggregation.model.dated import DisciplineKind
from aggregation.model.facts import Verdict
from aggregation.model.results import LeaderResult
from bot.appraisal.amended_content import sealed_material
from bot.appraisal.correctable import Said, read_correction
from bot.appraisal.days import day_between
from bot.appraisal.past_grades import final_lines
from bot.appraisal.standing_years import StandingYear, read_standing
from bot.core.identity import Office
from bot.records.seals import sealed_years
from bot.records.store import read_findings
from survey_flows.errors import BadInput, Message, Place

MOST_REASON, MOST_DOCUMENT = 4000, 120


@dataclass(frozen=True, slots=True)
class CauseRequest:
    """What somebody says who amends a sealed year without an appeal.

    Args:
        cause: what it follows from.
        what: the finding, the investigation, the earlier year, or what of the material is put right
            (`bot.appraisal.correctable`).
        document: the document that it rests on.
        reason: why.
        subject: whose material is corrected, or whose earlier grade it is.
        on: the ISO day on which the finding was revoked, or the investigation ended.
        value: what is right: points, or the days of a post.
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


def recorded(request: CauseRequest) -> dict[str, object]:
    """Return what the record keeps of a request beside its corrections."""
    return {
        "kind": str(request.kind),
        "what": request.what,
        "document": request.document.strip(),
        "on": request.on,
        "heard_on": request.heard_on,
    }


async def first_correction(
    connection: AsyncConnection, stands: StandingYear, request: CauseRequest, office: Office
) -> Correction:
    """Return what a cause puts right in the material as it stands.

    Raises:
        BadInput: the cause does not fit the year, or the request lacks something.
    """
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


def _overturned(material: AppraisalInputs, request: CauseRequest, today: date) -> Said:
    fact = next((it for it in material.facts if it.id == request.what), None)
    if fact is None:
        raise BadInput(Message("appraisal-no-finding"), Place(subject=request.what[:32]))
    found = date.fromisoformat(fact.established or fact.date)
    day_between(request.on, found, today, "appraisal-cause-day", Place(field="on"))
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
    day = day_between(request.on, case.begins, today, "appraisal-cause-day", Place(field="on"))
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
    about = (request.subject, request.what, request.value)
    return read_correction(material, *about, request.reason.strip(), request.document.strip())


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


def check_words(request: CauseRequest) -> None:
    """Refuse a request without reason or document.

    Raises:
        BadInput: one is missing or too long.
    """
    if not request.reason.strip() or not request.document.strip():
        raise BadInput(Message("appraisal-cause-unsigned"), Place(field="reason"))
    for text, most in ((request.reason, MOST_REASON), (request.document, MOST_DOCUMENT)):
        if len(text.strip()) > most:
            raise BadInput(Message("appraisal-text-too-long", max=most), Place(field="reason"))
