"""What was carried out of confirmed decisions, and what was taken back; rows are only added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.results import Proposal, ProposalStatus
from bot.appraisal.standing_years import StandingYear
from bot.core.identity import Office
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message


class ExecutionAct(StrEnum):
    """What happened to a decision."""

    EXECUTED = "executed"
    RESTORED = "restored"
    """It was carried out, lost its ground, and was taken back (恢复)."""
    RECALLED = "recalled"
    """Who elected the person to a post has ended it (罢免), so that it can be carried out."""


@dataclass(frozen=True, slots=True)
class Execution:
    """What happened to a decision, by a document of a day."""

    number: int
    proposal: str
    act: ExecutionAct
    on: date
    document: str
    by: str


async def read_executions(connection: AsyncConnection, year: int) -> list[Execution]:
    """Return what happened to the decisions of a year, in order."""
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
    last = {it.proposal: it for it in executions if it.act is not ExecutionAct.RECALLED}
    return {key: it for key, it in last.items() if it.act is ExecutionAct.EXECUTED}


def recalled(executions: Sequence[Execution]) -> dict[str, Execution]:
    """Return by proposal the recall from elected posts before it."""
    return {it.proposal: it for it in executions if it.act is ExecutionAct.RECALLED}


def confirmed_proposals(stands: StandingYear) -> dict[str, Proposal]:
    """Return by key the confirmed proposals of a year as it stands."""
    found = (p for body in stands.content.bodies for p in body.proposals)
    return {p.key: p for p in found if p.status is ProposalStatus.CONFIRMED}


async def append_execution(
    connection: AsyncConnection,
    year: int,
    proposal: str,
    act: ExecutionAct,
    on: date,
    document: str,
    office: Office,
) -> None:
    """Append what happened to a decision; whether it may, was asked before.

    Raises:
        BadInput: somebody else has entered something just now.
    """
    column = tables.executions.c
    query = select(func.max(column.number)).where(column.year == year)
    number = ((await connection.execute(query)).scalar() or 0) + 1
    row = {"year": year, "number": number, "proposal": proposal, "act": act}
    row |= {"on": on.isoformat(), "document": document, "by": office.login}
    try:
        await connection.execute(tables.executions.insert(), [row | {"at": office.second}])
    except IntegrityError as error:
        raise BadInput(Message("records-changed-just-now")) from error
