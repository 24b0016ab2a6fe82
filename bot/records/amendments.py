"""Reads the amendments that upheld reviews and appeals add to a year's results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables

GRADE, DECISION, SCORE = "grade", "decision", "score"


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change that an upheld review or appeal adds.

    Args:
        appeal: the number of the review or appeal.
        round: the round of the procedure, in which a review comes before an appeal.
        subject: the unit or leader.
        kind: `GRADE`, `DECISION` or `SCORE`.
        what: the key of the proposal that was decided anew.
        before: the grade or verdict before.
        after: the grade or verdict from now on.
        by: the login of the handler.
        reason: the reason that the handler gave.
        at: epoch seconds.
    """

    appeal: int
    round: int
    subject: str
    kind: str
    what: str
    before: str
    after: str
    by: str
    reason: str
    at: int


async def read_amendments(connection: AsyncConnection, year: int) -> tuple[Amendment, ...]:
    """Read the amendments of a year, in the order of the appeals."""
    columns = tables.amendments.c
    query = (
        select(tables.amendments)
        .where(columns.year == year)
        .order_by(columns.appeal, columns.round)
    )
    return tuple(_amendment(row) for row in await connection.execute(query))


def _amendment(row: Row[Any]) -> Amendment:
    return Amendment(**{name: value for name, value in row._mapping.items() if name != "year"})
