"""Stores the seals of years: rows are only added, and the last one of a year counts.

A seal holds all that the appraisal of its year read, and the result with its reasons.
A sealed year is read from its seal alone, so that nothing that happens to other tables moves it.
A row without content lifts the seal before it.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place

LOCK = 7018
"""PostgreSQL's advisory lock of whoever changes a year or seals it; SQLite has one writer."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal as it is stored.

    Args:
        year: the year.
        number: from 1 within the year.
        content: the canonical JSON, or empty where this row lifts the seal before.
        organ: the body that confirmed the list by name.
        document: that body's document.
        decided_on: its ISO date.
        reason: why the seal before is lifted.
        by: who prepared it.
        approved_by: who signed it as the second person.
        at: epoch seconds.
    """

    year: int
    number: int
    content: str = field(repr=False)
    organ: str = ""
    document: str = ""
    decided_on: str = ""
    reason: str = ""
    by: str = ""
    approved_by: str = ""
    at: int = 0

    @property
    def digest(self) -> str:
        """The SHA-256 of the content in hexadecimal, or empty."""
        return sha256(self.content.encode()).hexdigest() if self.content else ""

    @property
    def campaigns(self) -> frozenset[str]:
        """The campaigns whose scores were sealed; none where this row lifts a seal."""
        releases = json.loads(self.content)["releases"] if self.content else ()
        return frozenset(it["campaign"] for it in releases)


async def lock_year(connection: AsyncConnection, year: int) -> None:
    """Has others who change or seal this year wait until the transaction ends."""
    if connection.dialect.name == "postgresql":
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(:a, :b)"), {"a": LOCK, "b": year}
        )


async def standing_seal(connection: AsyncConnection, year: int) -> Seal | None:
    """Returns the seal that holds; None for a year that is not sealed.

    Raises:
        BadInput: the stored content is not what its digest says.
    """
    columns = tables.seals.c
    query = select(tables.seals).where(columns.year == year).order_by(columns.number.desc())
    row = (await connection.execute(query.limit(1))).first()
    return _seal(row) if row is not None and row.content else None


async def refuse_sealed(connection: AsyncConnection, year: int) -> None:
    """Refuses a change of a sealed year, and has others who change the year wait.

    Raises:
        BadInput: the year is sealed; from then on only amendments change it.
    """
    await lock_year(connection, year)
    if await is_sealed(connection, year):
        raise BadInput(Message("records-year-sealed"), Place(subject=str(year)))


async def is_sealed(connection: AsyncConnection, year: int) -> bool:
    """Returns whether a seal of the year holds."""
    return year in await sealed_years(connection)


async def sealed_years(connection: AsyncConnection) -> list[int]:
    """Returns the years that a seal holds."""
    columns = tables.seals.c
    last = select(columns.year, func.max(columns.number).label("number")).group_by(columns.year)
    newest = last.subquery()
    query = (
        select(columns.year)
        .join(newest, (columns.year == newest.c.year) & (columns.number == newest.c.number))
        .where(columns.digest != "")
        .order_by(columns.year)
    )
    return list((await connection.execute(query)).scalars())


async def read_seals(connection: AsyncConnection, year: int) -> list[Seal]:
    """Returns every seal of a year and every lifting, the first one first."""
    columns = tables.seals.c
    query = select(tables.seals).where(columns.year == year).order_by(columns.number)
    return [_seal(row) for row in await connection.execute(query)]


async def next_number(connection: AsyncConnection, year: int) -> int:
    """Returns the number of the year's next seal."""
    query = select(func.max(tables.seals.c.number)).where(tables.seals.c.year == year)
    return ((await connection.execute(query)).scalar() or 0) + 1


async def keep_draft(connection: AsyncConnection, year: int, content: str) -> None:
    """Keeps what waits for the second person, in place of an earlier draft."""
    digest = sha256(content.encode()).hexdigest()
    await forget_draft(connection, year)
    row = {"year": year, "content": _pack(content), "digest": digest}
    await connection.execute(tables.seal_drafts.insert(), [row])


async def read_draft(connection: AsyncConnection, year: int, digest: str) -> str | None:
    """Returns the kept draft of this digest; None where there is another one or none."""
    query = select(tables.seal_drafts.c.content).where(tables.seal_drafts.c.year == year)
    packed = (await connection.execute(query)).scalar()
    content = gzip.decompress(packed).decode() if packed else ""
    return content if sha256(content.encode()).hexdigest() == digest else None


async def forget_draft(connection: AsyncConnection, year: int) -> None:
    """Forgets what waited, once it is sealed or somebody drafts anew."""
    drafts = tables.seal_drafts
    await connection.execute(drafts.delete().where(drafts.c.year == year))


def _pack(content: str) -> bytes:
    return gzip.compress(content.encode(), mtime=0) if content else b""


async def add_seal(connection: AsyncConnection, seal: Seal) -> None:
    """Appends a seal or a lifting.

    Raises:
        BadInput: somebody else has appended this number just now.
    """
    row: dict[str, object] = {"content": _pack(seal.content), "digest": seal.digest}
    names: Sequence[str] = ("year", "number", "organ", "document", "decided_on", "reason")
    row |= {name: getattr(seal, name) for name in (*names, "by", "approved_by", "at")}
    try:
        await connection.execute(tables.seals.insert(), [row])
    except IntegrityError as error:
        raise BadInput(Message("records-changed-just-now")) from error


def _seal(row: Row[Any]) -> Seal:
    content = gzip.decompress(row.content).decode() if row.content else ""
    seal = Seal(
        row.year,
        row.number,
        content,
        row.organ,
        row.document,
        row.decided_on,
        row.reason,
        row.by,
        row.approved_by,
        row.at,
    )
    if seal.digest != row.digest:
        message = Message("records-seal-differs", number=row.number)
        raise BadInput(message, Place(subject=str(row.year)))
    return seal
