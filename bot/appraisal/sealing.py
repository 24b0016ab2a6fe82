"""Prepares the seal of a year, or its lifting before the public notice; compares a seal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.model.results import ProposalStatus
from bot.accounts.approvals import WAITING, Approval, Approvals
from bot.appraisal.commitments import text_digest
from bot.appraisal.days import day_between
from bot.appraisal.deciding import is_unheard, lacks_paper
from bot.appraisal.filing_decisions import FILING
from bot.appraisal.ground_days import ground_days_of, parts_of
from bot.appraisal.organ_reports import missing_reports, read_reports
from bot.appraisal.public_part import public_part
from bot.appraisal.seal_decisions import LIFT, SEAL, liftable_seal
from bot.appraisal.sealed_content import SealedContent, SealedRelease, write_content
from bot.appraisal.seen_year import year_digest
from bot.appraisal.standing_years import read_standing
from bot.appraisal.year import BINDING, AppraisedYear, compute_year, open_year
from bot.campaigns.escrows import kept_escrows
from bot.campaigns.registered import counting_campaigns
from bot.campaigns.states import CLOSED
from bot.core.identity import Office
from bot.records.record_rows import Record
from bot.records.seals import is_sealed, keep_draft, refuse_sealed
from bot.records.year_record import read_record
from bot.storage.database import reading
from bot.storage.schema.accounts import approvals
from survey_flows.errors import BadInput, Message, Place, Problem, gathered

FEW = 5
"""So many obstacles of a kind are named; the others are counted."""
SALT = 16
"""Bytes of a seal's salt."""
LONGEST_ORGAN, LONGEST_DOCUMENT, LONGEST_REASON = 80, 120, 4000


@dataclass(frozen=True, slots=True)
class SealPreview:
    """A year as it would be sealed now.

    Args:
        appraised: the year.
        obstacles: why it cannot be sealed; none where it can.
        seen: the digest of the material, by which a person says what they have seen.
    """

    appraised: AppraisedYear
    obstacles: tuple[Message, ...]
    seen: str


@dataclass(frozen=True, slots=True)
class SealOrder:
    """What a person says who seals a year.

    Args:
        organ: the body that confirmed the list by name.
        document: that body's document.
        decided_on: its day, in ISO.
        seen: the digest of the material that the person has seen.
        typed: the year, typed by hand.
    """

    organ: str
    document: str
    decided_on: str
    seen: str
    typed: str


async def preview_seal(
    database: AsyncEngine, year: int, campaigns: Sequence[str] = ()
) -> SealPreview:
    """Returns the year as it would be sealed now, with all that keeps it from being sealed.

    Raises:
        BadInput: the year is sealed already, or as `bot.appraisal.year.compute_year`.
    """
    async with reading(database) as connection:
        await refuse_sealed(connection, year)
    seen, appraised = "", None
    # The first look makes a campaign's first release; and somebody may enter something meanwhile.
    while appraised is None or seen != await _material(database, year):
        seen = await _material(database, year)
        appraised = await compute_year(database, year, campaigns)
    counting = await counting_campaigns(database, year)
    open_ones = [it.id for it in counting if it.state != CLOSED]
    async with reading(database) as connection:
        copies = await kept_escrows(connection, [it.id for it in counting])
        filings = await waiting_filings(connection, year)
        missing = missing_reports(await read_reports(connection, year))
    lacking = (Message("appraisal-reports-missing", names=missing),) if missing else ()
    kept = (Message("appraisal-escrows-kept", campaigns=copies),) if copies else ()
    obstacles = (*obstacles_of(appraised, open_ones, filings), *lacking, *kept)
    return SealPreview(appraised, obstacles, seen)


async def waiting_filings(connection: AsyncConnection, year: int) -> list[str]:
    """Return the kinds of tables that wait for a second person's clearance."""
    columns = approvals.c
    query = select(columns.subject).where(
        columns.kind == FILING,
        columns.state == WAITING,
        columns.subject.like(f"{year}/%") | ~columns.subject.contains("/"),
    )
    return sorted(it.rpartition("/")[2] for it in (await connection.execute(query)).scalars())


async def _material(database: AsyncEngine, year: int) -> str:
    async with reading(database) as connection:
        return await year_digest(connection, year)


def obstacles_of(
    year: AppraisedYear, open_ones: Sequence[str], filings: Sequence[str]
) -> Iterable[Message]:
    """Yields what keeps a computed year from being sealed, one message for each kind of thing.

    Args:
        year: the year as it is computed now.
        open_ones: its counting campaigns that are not closed.
        filings: the tables that wait for clearance.
    """
    units = [unit for result in year.bodies for unit in result.units]
    leaders = [leader for result in year.bodies for leader in result.leaders]
    proposals = [proposal for result in year.bodies for proposal in result.proposals]
    waiting = {
        "appraisal-campaigns-open": open_ones,
        "appraisal-filings-wait": filings,
        "appraisal-units-wait": [u.unit for u in units if u.insufficient and u.standing is None],
        "appraisal-leaders-without-grade": [
            x.leader for x in leaders if x.to_grade and x.grade is None
        ],
        "appraisal-tasks-open": [
            task.subject for result in year.bodies for task in result.tasks if task.stops
        ],
        "appraisal-proposals-undecided": [
            p.key for p in proposals if p.status is ProposalStatus.PROPOSED and p.kind in BINDING
        ],
        "appraisal-lowerings-unheard": [
            p.key for p in proposals if p.decision is not None and is_unheard(p, p.decision)
        ],
        "appraisal-removals-without-paper": [
            p.key for p in proposals if p.decision is not None and lacks_paper(p, p.decision)
        ],
    }
    for name, found in waiting.items():
        if found:
            names = tuple(sorted(found)[:FEW])
            yield Message(name, names=names, more=max(0, len(found) - FEW))


async def prepare_seal(
    database: AsyncEngine,
    people: Approvals,
    year: int,
    order: SealOrder,
    office: Office,
    campaigns: Sequence[str] = (),
) -> Approval:
    """Prepares a seal; where one person is enough, the year is sealed at once.

    Raises:
        BadInput: something keeps the year from being sealed, the material is not what the person
            has seen, the order lacks something, or its day lies ahead, before the campaigns closed
            or before a decision that would be sealed.
    """
    _check_order(year, order)
    preview = await preview_seal(database, year, campaigns)
    if preview.obstacles:
        raise gathered([Problem(it, Place(subject=str(year))) for it in preview.obstacles])
    if order.seen != preview.seen:
        raise BadInput(Message("appraisal-seal-changed"), Place(subject=str(year)))
    first = await _first_day(database, preview.appraised, office.timezone)
    given = (first, office.today, "appraisal-seal-day", Place(subject=str(year)))
    decided_on = day_between(order.decided_on, *given)
    made = sealed_content(preview.appraised, await _digest_before(database, year))
    made = replace(made, salt=token_hex(SALT))
    made = replace(made, record=await _record(database, made, preview.seen))
    content = await asyncio.to_thread(write_content, made)

    async def keep(connection: AsyncConnection) -> None:
        await refuse_sealed(connection, year)
        await keep_draft(connection, year, content)

    details = {
        "year": year,
        "digest": text_digest(content),
        "public": text_digest(await asyncio.to_thread(public_part, made)),
        "seen": preview.seen,
        "organ": order.organ.strip(),
        "document": order.document.strip(),
        "decided_on": decided_on.isoformat(),
    }
    # A refused second preparation must leave the draft that the first one's signature needs.
    return await people.prepare(SEAL, str(year), details, office.login, keep=keep)


async def _first_day(database: AsyncEngine, year: AppraisedYear, timezone: str) -> date:
    """Return the first day on which an organ can have confirmed the list.

    The campaigns have closed by then, and everything that the seal holds is decided.
    """
    days = await ground_days_of(database, year, timezone)
    made = [it.at for part in parts_of(year) for it in part.decisions]
    made += [it.at for part in parts_of(year) for it in part.unit_decisions]
    return max([days.closed, *(date.fromisoformat(at[:10]) for at in made)])


async def _record(database: AsyncEngine, made: SealedContent, seen: str) -> Record:
    """Returns the record of the material; it is still what the person has seen."""
    releases = [(it.campaign, it.release) for it in made.releases]
    async with reading(database) as connection:
        record = await read_record(connection, made.year, releases, made.salt)
        if await year_digest(connection, made.year) != seen:
            raise BadInput(Message("appraisal-seal-changed"), Place(subject=str(made.year)))
    return record


async def _digest_before(database: AsyncEngine, year: int) -> str:
    async with reading(database) as connection:
        stands = await read_standing(connection, year - 1)
    return stands.digest if stands else ""


def sealed_content(year: AppraisedYear, before: str) -> SealedContent:
    """Returns what a seal of a computed year says; ``before`` is the digest of the year before."""
    releases = [
        SealedRelease(part.campaign.id, part.release.number)
        for part in year.campaigns
        if part.release is not None
    ]
    found = (year.inputs, year.result, year.inside, year.changes)
    content = SealedContent(year.year, tuple(releases), *found, before)
    return replace(content, not_appraised=year.not_appraised, left_out=year.left_out)


def _check_order(year: int, order: SealOrder) -> None:
    place = Place(subject=str(year))
    if order.typed.strip() != str(year):
        raise BadInput(Message("appraisal-year-not-typed"), place)
    for text, most in ((order.organ, LONGEST_ORGAN), (order.document, LONGEST_DOCUMENT)):
        if not text.strip():
            raise BadInput(Message("appraisal-seal-without-organ"), place)
        if len(text.strip()) > most:
            raise BadInput(Message("appraisal-text-too-long", max=most), place)


async def prepare_lifting(
    database: AsyncEngine, people: Approvals, year: int, reason: str, typed: str, office: Office
) -> Approval:
    """Prepares the lifting of a seal, which the public notice makes impossible.

    Raises:
        BadInput: the year is not sealed or public notice of it is given, no reason is given, or
            another year was typed.
    """
    if typed.strip() != str(year):
        raise BadInput(Message("appraisal-year-not-typed"), Place(subject=str(year)))
    if not reason.strip():
        raise BadInput(Message("appraisal-reason-missing"), Place(field="reason"))
    if len(reason) > LONGEST_REASON:
        message = Message("appraisal-text-too-long", max=LONGEST_REASON)
        raise BadInput(message, Place(field="reason"))
    async with reading(database) as connection:
        seal = await liftable_seal(connection, year)
    details = {"year": year, "lifts": seal.number, "reason": reason.strip()}
    return await people.prepare(LIFT, str(year), details, office.login)


@dataclass(frozen=True, slots=True)
class Difference:
    """A subject of whom a seal says something else than its material gives now.

    Each of the two is the grade and the total or score; None where there is none.
    """

    subject: str
    sealed: tuple[str | None, str | None] | None
    now: tuple[str | None, str | None] | None


async def compare_with_seal(database: AsyncEngine, year: int) -> list[Difference]:
    """Returns where the year, appraised anew, differs from its seal; the seal stands.

    Raises:
        BadInput: the year is not sealed, or cannot be appraised any more; it says why.
    """
    async with reading(database) as connection:
        if not await is_sealed(connection, year):
            raise BadInput(Message("appraisal-not-sealed"), Place(subject=str(year)))
    sealed = await open_year(database, year)
    now = await compute_year(database, year, [part.campaign.id for part in sealed.campaigns])
    before, after = _standings(sealed), _standings(now)
    subjects = dict.fromkeys([*before, *after])
    found = (Difference(it, before.get(it), after.get(it)) for it in sorted(subjects))
    return [it for it in found if it.sealed != it.now]


def _standings(year: AppraisedYear) -> dict[str, tuple[str | None, str | None]]:
    units = ((u.unit, u.grade, u.total) for body in year.bodies for u in body.units)
    people = ((x.leader, x.grade, x.score) for body in year.bodies for x in body.leaders)
    return {
        subject: (grade and str(grade), None if figure is None else f"{figure:f}")
        for subject, grade, figure in (*units, *people)
    }
