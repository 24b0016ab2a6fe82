"""Works out what an upheld appeal amends: what is put right, and what follows for each subject."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.appraisal.corrections import Correction, CorrectionKind, corrected
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.standing import (
    GOOD,
    ORDER,
    Amendment,
    Change,
    YearView,
    standing_bodies,
    view_year,
)
from aggregation.model.facts import Verdict
from aggregation.model.results import ProposalStatus
from bot.appraisal.amended_content import WorkedOut, sealed_material, work_out
from bot.appraisal.appeal_records import Appeal
from bot.appraisal.correctable import Correctable, Said, correctables, read_correction
from bot.appraisal.plain_form import write_plain
from bot.appraisal.public_part import public_changes
from bot.appraisal.standing_years import StandingYear, read_shown_year
from bot.core.identity import Office
from bot.storage.database import reading
from survey_flows.errors import BadInput, Message, Place

Remedy = tuple[str, str, str]
"""The kind of a correction, what stands after it, and what it is about."""
VALUE = "value"
"""Begins the text of what puts right something of the material, such as ``value:8:law``."""


@dataclass(frozen=True, slots=True)
class Remedies:
    """What an upheld appeal can put right.

    ``values`` are the points, bonuses, deductions and posts of the subject; what is right of them
    is written by whoever answers.
    """

    choices: tuple[Remedy, ...]
    values: tuple[Correctable, ...]


async def require_standing(database: AsyncEngine, year: int) -> StandingYear:
    """Return a sealed year as it stands.

    Raises:
        BadInput: the year is not sealed.
    """
    async with reading(database) as connection:
        stands = await read_shown_year(connection, year)
    if stands is None:
        raise BadInput(Message("appraisal-not-sealed"), Place(subject=str(year)))
    return stands


async def remedies(database: AsyncEngine, appeal: Appeal) -> Remedies:
    """Return what an upheld appeal can put right: never anything that worsens the result."""
    stands = await require_standing(database, appeal.year)
    material = corrected(sealed_material(stands.content), stands.corrections)
    return await asyncio.to_thread(_remedies, stands, material, appeal.subject)


async def standing_material(
    database: AsyncEngine, year: int, subject: str
) -> tuple[Correctable, ...]:
    """Return what can be put right in the material about a unit or person of a sealed year.

    Raises:
        BadInput: the year is not sealed, or has no such unit or person.
    """
    stands = await require_standing(database, year)
    material = corrected(sealed_material(stands.content), stands.corrections)
    found = correctables(material, subject)
    if not found:
        raise BadInput(Message("appraisal-no-such-subject"), Place(subject=subject[:32]))
    return found


def _remedies(stands: StandingYear, material: AppraisalInputs, subject: str) -> Remedies:
    view = view_year(stands.content.bodies)
    found = [*_grades(view, subject), *_decisions(view, subject)]
    facts = sorted(fact.id for fact in material.facts if fact.subject == subject)
    found += [(CorrectionKind.FINDING, "", fact) for fact in facts]
    if subject in material.public:
        found.append((CorrectionKind.SCORE, "", ""))
    return Remedies(tuple(found), correctables(material, subject))


def _grades(view: YearView, subject: str) -> Iterable[Remedy]:
    now = view.results[subject]
    if now.grade is not None:
        for grade in ORDER[: ORDER.index(now.grade)]:
            yield CorrectionKind.GRADE, str(grade), ""


def _decisions(view: YearView, subject: str) -> Iterable[Remedy]:
    """Decisions that were a disadvantage and are reversed, and advantages that were declined."""
    for proposal in view.about(subject):
        good = proposal.kind in GOOD
        if proposal.status is ProposalStatus.CONFIRMED and not good:
            yield CorrectionKind.DECISION, str(Verdict.DECLINED), proposal.key
        elif proposal.status is ProposalStatus.DECLINED and good:
            yield CorrectionKind.DECISION, str(Verdict.CONFIRMED), proposal.key


async def chosen_corrections(
    database: AsyncEngine, appeal: Appeal, chosen: Sequence[str], reason: str, office: Office
) -> list[Correction]:
    """Return what the handler puts right, from texts such as ``grade:second:`` or ``value:8:law``.

    Raises:
        BadInput: none is chosen, one is not among `remedies`, or one cannot be read.
    """
    able = await remedies(database, appeal)
    stands = await require_standing(database, appeal.year)
    material = corrected(sealed_material(stands.content), stands.corrections)
    grade = view_year(stands.content.bodies).results[appeal.subject].grade
    known = {":".join(parts): parts for parts in able.choices}
    signed = (office.login, reason, office.now.isoformat(timespec="seconds"))
    found: list[Correction] = []
    for text in dict.fromkeys(filter(None, chosen)):
        if text in known:
            kind, after, what = known[text]
            before = str(grade or "") if kind == CorrectionKind.GRADE else ""
            said: Said = (CorrectionKind(kind), appeal.subject, what, before, after)
        else:
            # Two bonuses may be put right at once, each as the one before leaves them.
            said = _value(corrected(material, found), appeal, text, reason)
        found.append(Correction(*said, *signed))
    if not found:
        raise BadInput(Message("appraisal-remedy-missing"), Place(field="remedy"))
    return found


def _value(material: AppraisalInputs, appeal: Appeal, text: str, reason: str) -> Said:
    kind, after, what = (*text.split(":", 2), "", "")[:3]
    if kind != VALUE or what not in {it.what for it in correctables(material, appeal.subject)}:
        raise BadInput(Message("appraisal-remedy-missing"), Place(field="remedy"))
    return read_correction(
        material, appeal.subject, what, after, reason, f"{appeal.year}/{appeal.number}"
    )


async def draw_up(
    database: AsyncEngine,
    appeal: Appeal,
    corrections: Sequence[Correction],
    reason: str,
    lenient: bool = False,
) -> dict[str, Any]:
    """Return what an amendment says, for the second person and for the record.

    Args:
        database: where the year is.
        appeal: the appeal that it follows from.
        corrections: what is put right.
        reason: why.
        lenient: whether whoever asked keeps their result where the corrections would worsen it;
            else they are refused.

    Raises:
        BadInput: the year is not sealed, or whoever asked would fare worse.
    """
    stands = await require_standing(database, appeal.year)
    worked = await asyncio.to_thread(_changes, stands, corrections, appeal.subject, lenient)
    return {
        "year": appeal.year,
        "seal": stands.seal.number,
        "appeal": appeal.number,
        "round": appeal.standing.round,
        "subject": appeal.subject,
        "corrections": write_plain(tuple(corrections), tuple[Correction, ...]),
        "changes": write_plain(worked.changes, tuple[Change, ...]),
        "moved": sorted(worked.moved),
        "public": told_changes(stands, corrections, worked.changes),
        "before": stands.digest,
        "reason": reason,
    }


def told_changes(
    stands: StandingYear,
    corrections: Sequence[Correction],
    changes: Sequence[Change],
    cause: str = "",
) -> dict[str, Any]:
    """Return what everybody may read of an amendment that follows what stands."""
    made = Amendment(0, 0, "", "", tuple(changes), cause)
    city, *_ = standing_bodies(stands.content.bodies, [made])
    inputs = corrected(stands.inputs, corrections)
    return public_changes(city, inputs, corrections, changes, cause)


def _changes(
    stands: StandingYear, corrections: Sequence[Correction], subject: str, lenient: bool
) -> WorkedOut:
    worked = worked_out(stands, corrections, subject)
    if worked.worse and not lenient:
        raise BadInput(Message("appraisal-would-worsen"), Place(subject=subject))
    return worked


def worked_out(
    stands: StandingYear, corrections: Sequence[Correction], subject: str, cause: str = ""
) -> WorkedOut:
    """Return what corrections give of a sealed year as it stands."""
    so_far = corrected(sealed_material(stands.content), stands.corrections)
    standing = view_year(stands.content.bodies)
    return work_out(standing, so_far, corrections, subject, cause)
