"""Appeals as they are stored: each with its steps and its status today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.procedure.appeals import (
    FIRST,
    OPEN,
    AppealAct,
    AppealRuling,
    AppealState,
    AppealStatus,
    AppealStep,
    appeal_status,
)
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal with its steps and its status today.

    ``received`` is the moment of its first step, in epoch seconds; ``overdue``: its answer is late.
    """

    number: int
    year: int
    subject: str
    steps: Sequence[AppealStep]
    standing: AppealStatus
    overdue: bool = False
    received: int = 0

    @property
    def open(self) -> bool:
        """Whether something is owed to whoever asked."""
        return self.standing.state in OPEN

    @property
    def may_appeal(self) -> bool:
        """Whether whoever asked may appeal, against the answer or because it is overdue."""
        answered = self.standing.state in (AppealState.ANSWERED, AppealState.REFUSED)
        return self.standing.round == FIRST and (answered or self.overdue)

    @property
    def taken_back(self) -> bool:
        """Whether it was taken back before anything was decided about it."""
        withdrawn = self.standing.state is AppealState.WITHDRAWN
        return withdrawn and all(step.act is not AppealAct.AGAIN for step in self.steps)


async def list_appeals(database: AsyncEngine, today: date, year: int = 0) -> list[Appeal]:
    """Return the appeals of a year, or all, the newest first."""
    async with reading(database) as connection:
        return await read_appeals(connection, today, year)


async def read_appeals(connection: AsyncConnection, today: date, year: int = 0) -> list[Appeal]:
    """Return the appeals of a year, or all, the newest first."""
    columns, steps = tables.appeals.c, tables.appeal_steps.c
    query = select(tables.appeals).order_by(columns.number.desc())
    taken = select(tables.appeal_steps).order_by(steps.appeal, steps.step)
    if year:
        query = query.where(columns.year == year)
        taken = taken.where(steps.appeal.in_(select(columns.number).where(columns.year == year)))
    of: dict[int, list[Row[Any]]] = {}
    for step in await connection.execute(taken):
        of.setdefault(step.appeal, []).append(step)
    return [_appeal(row, of[row.number], today) for row in await connection.execute(query)]


async def show_appeal(database: AsyncEngine, number: int, today: date) -> Appeal:
    """Return one appeal; raises `BadInput` when there is none of this number."""
    async with reading(database) as connection:
        return await find_appeal(connection, number, today)


async def find_appeal(connection: AsyncConnection, number: int, today: date) -> Appeal:
    """Return one appeal; raises `BadInput` when there is none of this number."""
    row = (
        await connection.execute(select(tables.appeals).where(tables.appeals.c.number == number))
    ).first()
    if row is None:
        raise BadInput(Message("appraisal-no-such-appeal"), Place(subject=str(number)))
    columns = tables.appeal_steps.c
    query = select(tables.appeal_steps).where(columns.appeal == number).order_by(columns.step)
    return _appeal(row, (await connection.execute(query)).all(), today)


def _appeal(row: Row[Any], rows: Sequence[Row[Any]], today: date) -> Appeal:
    steps = [_step(found) for found in rows]
    standing = appeal_status(steps, today)
    late, received = standing.late(today), rows[0].at
    return Appeal(row.number, row.year, row.subject, steps, standing, late, received)


def _step(row: Row[Any]) -> AppealStep:
    ruling = AppealRuling(row.ruling) if row.ruling else None
    end = date.fromisoformat(row.due) if row.due else None
    return AppealStep(
        AppealAct(row.act), row.by, date.fromisoformat(row.on), row.text, row.to, ruling, end
    )
