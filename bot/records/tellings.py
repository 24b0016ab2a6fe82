"""Reads and appends who was told what of a year, when, and by which way: tellings and receipts.

A letter is ordered, then printed with a code of which only a keyed digest is kept. Its receipt
says on which day it was delivered; so does whoever opens their own page by the code.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.short_codes import LENGTH, SIGNS
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message


class TellingAct(StrEnum):
    """What happened."""

    ORDERED = "ordered"
    """Printing a letter was ordered, by as many people as the profile asks."""
    LETTER = "letter"
    """A letter was printed; its code replaces that of the letter before."""
    DELIVERED = "delivered"
    """It was handed over, by a receipt."""
    OPENED = "opened"
    """The own page was opened by the code, or a unit acknowledged its result."""
    MOVED = "moved"
    """An amendment moved a unit in rank alone; its page says so, and no time for review opens."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One act of telling a unit or person of their result.

    Args:
        year: the year.
        notice: the number of the notice that is told.
        subject: the unit or person who is told.
        act: what happened.
        on: its day in the city.
        by: the login of who did it, or whom it tells.
        at: epoch seconds.
        code: the keyed digest of a letter's code, or empty.
    """

    year: int
    notice: int
    subject: str
    act: TellingAct
    on: date
    by: str
    at: int
    code: str = ""


def make_code() -> str:
    """Return a new code."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


async def read_tellings(connection: AsyncConnection, year: int, subject: str = "") -> list[Telling]:
    """Return the tellings of a year, or of one subject in it, in order."""
    columns = tables.tellings.c
    query = select(tables.tellings).where(columns.year == year).order_by(columns.number)
    rows = await connection.execute(query.where(columns.subject == subject) if subject else query)
    return [_telling(row) for row in rows]


async def find_letter(connection: AsyncConnection, code: str) -> Telling | None:
    """Return the letter with this digest; None once a later letter replaced it."""
    columns = tables.tellings.c
    row = (await connection.execute(select(tables.tellings).where(columns.code == code))).first()
    if not code or row is None:
        return None
    found = _telling(row)
    letters = await read_tellings(connection, found.year, found.subject)
    last = [it for it in letters if it.act is TellingAct.LETTER][-1]
    return found if last == found else None


RECEIPTS = (TellingAct.DELIVERED,)
SURE = (TellingAct.DELIVERED, TellingAct.OPENED)
"""The acts that show that somebody knows: the receipt of a letter, and the own page too."""


def delivered_on(
    tellings: Iterable[Telling], notice: int, known: Sequence[TellingAct] = SURE
) -> date | None:
    """Return the first day on which a subject surely knew of a notice, by one of some acts."""
    days = [it.on for it in tellings if it.notice == notice and it.act in known]
    return min(days, default=None)


def _telling(row: Row[Any]) -> Telling:
    day = date.fromisoformat(row.on)
    facts = (row.year, row.notice, row.subject, TellingAct(row.act), day, row.by, row.at)
    return Telling(*facts, row.code)


async def add_tellings(connection: AsyncConnection, year: int, new: Sequence[Telling]) -> None:
    """Append tellings of a year.

    Raises:
        BadInput: somebody else has appended some just now.
    """
    column = tables.tellings.c
    query = select(func.max(column.number)).where(column.year == year)
    last = (await connection.execute(query)).scalar() or 0
    rows = [
        {
            "year": year,
            "number": last + place,
            "notice": it.notice,
            "subject": it.subject,
            "act": it.act,
            "on": it.on.isoformat(),
            "by": it.by,
            "code": it.code,
            "at": it.at,
        }
        for place, it in enumerate(new, 1)
    ]
    try:
        await connection.execute(tables.tellings.insert(), rows)
    except IntegrityError as error:
        raise BadInput(Message("records-changed-just-now")) from error
