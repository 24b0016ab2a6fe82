"""Reads and appends the public notices of years, which open the time for reviews."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message


@dataclass(frozen=True, slots=True)
class GivenNotice:
    """A public notice that was given.

    Args:
        begins: its first day.
        ends: its last day.
        until: the last day on which a review may be asked for.
        amendment: of which amendment it tells; 0: of the year's results.
        subjects: whom it tells; empty: all units and leaders of the year.
        by: the login of who gave it.
        at: epoch seconds.
        number: from 1 within the year; 0: not stored yet.
    """

    begins: date
    ends: date
    until: date
    amendment: int = 0
    subjects: frozenset[str] = frozenset()
    by: str = ""
    at: int = 0
    number: int = 0

    def tells(self, subject: str) -> bool:
        """Return whether the notice tells a unit or leader of their result."""
        return not self.subjects or subject in self.subjects


async def read_notices(connection: AsyncConnection, year: int) -> list[GivenNotice]:
    """Read the notices of a year, the newest last."""
    columns = tables.public_notices.c
    query = select(tables.public_notices).where(columns.year == year).order_by(columns.number)
    return [_notice(row) for row in await connection.execute(query)]


def notice_for(notices: list[GivenNotice], subject: str) -> GivenNotice | None:
    """Return the last notice that tells a unit or leader of their result."""
    return next((it for it in reversed(notices) if it.tells(subject)), None)


def _notice(row: Row[Any]) -> GivenNotice:
    begins, ends, until = map(date.fromisoformat, (row.begins, row.ends, row.until))
    subjects = frozenset(json.loads(row.subjects)) if row.subjects else frozenset()
    facts = (row.amendment, subjects, row.by, row.at, row.number)
    return GivenNotice(begins, ends, until, *facts)


async def add_notice(connection: AsyncConnection, year: int, notice: GivenNotice) -> GivenNotice:
    """Append a notice; return it with its number.

    Raises:
        BadInput: somebody else has given one just now.
    """
    subjects = json.dumps(sorted(notice.subjects)) if notice.subjects else ""
    made = replace(notice, number=len(await read_notices(connection, year)) + 1)
    row: dict[str, object] = {"year": year, "number": made.number}
    row |= {name: getattr(notice, name).isoformat() for name in ("begins", "ends", "until")}
    row |= {"amendment": notice.amendment, "subjects": subjects, "by": notice.by, "at": notice.at}
    try:
        await connection.execute(tables.public_notices.insert(), [row])
    except IntegrityError as error:
        raise BadInput(Message("records-changed-just-now")) from error
    return made
