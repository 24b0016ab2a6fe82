"""Amendments that follow from no appeal: what one would do, and its preparation."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.appraisal.corrections import Correction, CorrectionKind, corrected
from aggregation.appraisal.ground_days import GroundDays
from aggregation.appraisal.standing import Cause, Change
from aggregation.model.results import HEARD, Proposal, ProposalStatus
from bot.accounts.approvals import Approval, Approvals
from bot.accounts.programs import who_answers
from bot.appraisal.amended_content import WorkedOut, sealed_material
from bot.appraisal.amending import require_standing, told_changes, worked_out
from bot.appraisal.amendment_decisions import AMEND
from bot.appraisal.cause_requests import CauseRequest, check_words, first_correction, recorded
from bot.appraisal.days import day_between
from bot.appraisal.deciding import check_days
from bot.appraisal.ground_days import read_ground_days
from bot.appraisal.plain_form import write_plain
from bot.appraisal.request_times import is_person
from bot.appraisal.standing_years import StandingYear
from bot.appraisal.told_changes import told_change
from bot.appraisal.year import BINDING
from bot.core.identity import Office
from bot.records.notices import read_notices
from bot.records.recusals import require_others_unbarred, require_unbarred
from bot.storage.database import reading
from survey_flows.canonical_json import canonical
from survey_flows.errors import BadInput, Message, Place

TOLD = 40
"""So many changes are shown to the second person; the record has all of them."""


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
        said = [self.stands.digest, put_right, self.says, recorded(self.request)]
        return sha256(canonical({"seen": said}).encode()).hexdigest()[:16]

    @property
    def says(self) -> dict[str, str]:
        """What changes of each subject, in signs that need no language."""
        standing = self.worked.standing
        return {it.subject: told_change(standing, it) for it in self.worked.changes}

    @property
    def told(self) -> str:
        """The changes, one line for each subject."""
        lines = [f"{subject} {said}" for subject, said in self.says.items()]
        return "\n".join([*lines[:TOLD], *(["…"] if len(lines) > TOLD else [])])


async def preview_cause(
    database: AsyncEngine, year: int, request: CauseRequest, office: Office
) -> CausePreview:
    """Return what an amendment would do: who changes, who is protected, who only moves in rank.

    Raises:
        BadInput: the year is not sealed or no notice of it is given, the request lacks something or
            does not fit the year, who it is about would fare worse without false material, or the
            hearing does not lie between the ground and today.
    """
    check_words(request)
    stands = await require_standing(database, year)
    async with reading(database) as connection:
        if not await read_notices(connection, year):
            raise BadInput(Message("appraisal-lift-instead"), Place(subject=str(year)))
        first = await first_correction(connection, stands, request, office)
    found = await asyncio.to_thread(_work_out, stands, [first], request)
    corrections, open_ = [first], _open(found)
    decided = [p for p in open_ if p.key in request.verdicts]
    days = await _ground_days(database, stands, first, office)
    for proposal in decided:
        verdict = request.verdicts[proposal.key]
        signed = (office.login, request.reason.strip(), office.now.isoformat(timespec="seconds"))
        heard = check_days(days, proposal, verdict, request.heard_on, office)
        about = (CorrectionKind.DECISION, proposal.subject, proposal.key, heard, str(verdict))
        corrections.append(Correction(*about, *signed))
    if decided:
        found = await asyncio.to_thread(_work_out, stands, corrections, request)
    rest = tuple(p for p in open_ if p.key not in request.verdicts)
    return CausePreview(year, request, stands, tuple(corrections), found, rest)


async def _ground_days(
    database: AsyncEngine, stands: StandingYear, first: Correction, office: Office
) -> GroundDays:
    """Return the days of what the proposals that follow rest on."""
    material = corrected(sealed_material(stands.content), [*stands.corrections, first])
    campaigns = [it.campaign for it in stands.releases]
    given = (stands.content.year, campaigns, material.facts, office.timezone)
    async with reading(database) as connection:
        return await read_ground_days(connection, *given)


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
        answers = await who_answers(connection, office.login)
        if answers == office.login:
            await require_unbarred(connection, year, preview.subject, answers)
        else:
            # A program is not told why: that concerns the person alone.
            await require_others_unbarred(connection, year, (preview.subject,), (answers,))
    if seen != preview.seen:
        raise BadInput(Message("appraisal-seal-changed"), Place(subject=str(year)))
    if preview.undecided:
        keys = tuple(p.key for p in preview.undecided)
        raise BadInput(Message("appraisal-decide-with-it", keys=keys), Place(subject=str(year)))
    if request.false_material:
        # The points that turn out to be false stand since the organ confirmed them.
        first = date.fromisoformat(preview.stands.seal.decided_on)
        place = Place(subject=preview.subject)
        day_between(request.heard_on, first, office.today, "appraisal-hearing-day", place)
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
        "cause": recorded(request),
        "document": request.document.strip(),
        "told": preview.told,
        "answer": False,
        "text": "",
        "timezone": office.timezone,
        "procedure": stands.content.inputs.scheme.procedure.model_dump(mode="json"),
        "person": is_person(stands, preview.subject),
    }
