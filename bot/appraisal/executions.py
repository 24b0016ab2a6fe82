"""What was carried out of confirmed decisions, and what was taken back; rows are only added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.model.results import Proposal, ProposalStatus
from bot.appraisal.days import day_between
from bot.appraisal.deciding import is_unheard
from bot.appraisal.standing_years import StandingYear, read_standing
from bot.core.identity import Office
from bot.records.notices import notice_for, read_notices
from bot.records.recusals import require_unbarred
from bot.records.seals import lock_year
from bot.storage.database import writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place

MOST_DOCUMENT = 120


class ExecutionAct(StrEnum):
    """What happened to a decision."""

    EXECUTED = "executed"
    RESTORED = "restored"
    """It was carried out, lost its ground, and was taken back (恢复)."""


@dataclass(frozen=True, slots=True)
class Execution:
    """A decision that was carried out or taken back, by a document of a day."""

    number: int
    proposal: str
    act: ExecutionAct
    on: date
    document: str
    by: str


async def read_executions(connection: AsyncConnection, year: int) -> list[Execution]:
    """Return what was carried out and taken back of a year, in order."""
    columns = tables.executions.c
    query = select(tables.executions).where(columns.year == year).order_by(columns.number)
    return [
        Execution(
            row.number,
            row.proposal,
            ExecutionAct(row.act),
            date.fromisoformat(row.on),
            row.document,
            row.by,
        )
        for row in await connection.execute(query)
    ]


def carried_out(executions: Sequence[Execution]) -> dict[str, Execution]:
    """Return by proposal what is carried out and not taken back."""
    last = {it.proposal: it for it in executions}
    return {key: it for key, it in last.items() if it.act is ExecutionAct.EXECUTED}


def confirmed_proposals(stands: StandingYear) -> dict[str, Proposal]:
    """Return by key the confirmed proposals of a year as it stands."""
    found = (p for body in stands.content.bodies for p in body.proposals)
    return {p.key: p for p in found if p.status is ProposalStatus.CONFIRMED}


async def record_execution(
    database: AsyncEngine,
    year: int,
    proposal: str,
    act: ExecutionAct,
    on: str,
    document: str,
    office: Office,
) -> None:
    """Append that a confirmed decision was carried out, or taken back after it lost its ground.

    Args:
        database: where the year is.
        year: the year of the proposal.
        proposal: its key.
        act: what was done.
        on: the ISO day.
        document: by which it was done.
        office: who enters it.

    Raises:
        BadInput: the year is not sealed, no notice tells the subject, the proposal does not stand
            confirmed, it is carried out already, nobody was heard, the day is none, lies ahead or
            before the decision, there is no document, or the person must stand aside. To take back:
            it is not carried out, or its ground still stands.
    """
    if not document.strip() or len(document.strip()) > MOST_DOCUMENT:
        raise BadInput(Message("appraisal-cause-unsigned"), Place(field="document"))
    async with writing(database) as connection:
        await lock_year(connection, year)
        stands = await read_standing(connection, year)
        if stands is None:
            raise BadInput(Message("appraisal-not-sealed"), Place(subject=str(year)))
        done = await read_executions(connection, year)
        subject = _subject(proposal)
        await require_unbarred(connection, year, subject, office.login)
        confirmed = confirmed_proposals(stands).get(proposal)
        if act is ExecutionAct.EXECUTED:
            if confirmed is None or proposal in carried_out(done):
                raise BadInput(Message("appraisal-not-to-execute"), Place(subject=proposal[:80]))
            if notice_for(await read_notices(connection, year), subject) is None:
                raise BadInput(Message("appraisal-no-notice"), Place(subject=str(year)))
            made = confirmed.decision
            if made is None or is_unheard(confirmed, made):
                raise BadInput(Message("procedure-not-heard"), Place(subject=proposal))
            first = date.fromisoformat(made.at[:10])
        elif confirmed is not None or proposal not in carried_out(done):
            raise BadInput(Message("appraisal-not-to-restore"), Place(subject=proposal[:80]))
        else:
            first = carried_out(done)[proposal].on
        day = day_between(on, first, office.today, "appraisal-cause-day", Place(field="on"))
        await _append(connection, year, proposal, act, day, document, office)


async def _append(
    connection: AsyncConnection,
    year: int,
    proposal: str,
    act: ExecutionAct,
    on: date,
    document: str,
    office: Office,
) -> None:
    column = tables.executions.c
    query = select(func.max(column.number)).where(column.year == year)
    number = ((await connection.execute(query)).scalar() or 0) + 1
    row = {"year": year, "number": number, "proposal": proposal, "act": act}
    row |= {"on": on.isoformat(), "document": document.strip(), "by": office.login}
    try:
        await connection.execute(tables.executions.insert(), [row | {"at": office.second}])
    except IntegrityError as error:
        raise BadInput(Message("records-changed-just-now")) from error


def _subject(proposal: str) -> str:
    parts = proposal.split("/")
    if len(parts) not in (4, 5):
        raise BadInput(Message("appraisal-no-such-proposal"), Place(subject=proposal[:80]))
    return parts[3]
