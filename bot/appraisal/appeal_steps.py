"""Appends steps of reviews and appeals, in the caller's transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.procedure.appeals import AppealStep, due_day
from aggregation.scheme.parts import Procedure
from bot.records.working_days import stored_calendar
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message


async def dated_step(
    connection: AsyncConnection, step: AppealStep, round_: int, days: Procedure, person: bool
) -> AppealStep:
    """Return a step with the deadline that it opens; a ``person`` has the statute's times."""
    calendar = await stored_calendar(connection)
    due = due_day(step.act, step.on, round_, calendar, days, person, step.ruling)
    return replace(step, due=due)


async def append_step(
    connection: AsyncConnection, number: int, place: int, step: AppealStep, at: int
) -> None:
    """Append a step at its place.

    Raises:
        BadInput: somebody else has taken this step just now.
    """
    row = {"appeal": number, "step": place, "act": step.act, "by": step.by, "to": step.to}
    row |= {"text": step.text, "ruling": step.ruling or "", "on": step.on.isoformat()}
    row |= {"due": step.due.isoformat() if step.due else "", "at": at}
    await append_row(connection, tables.appeal_steps, row)


async def append_row(connection: AsyncConnection, table: Any, row: dict[str, Any]) -> None:
    """Append a row under its own number; raises `BadInput` when somebody was faster."""
    try:
        await connection.execute(table.insert(), [row])
    except IntegrityError as error:
        raise BadInput(Message("appraisal-changed-just-now")) from error
