"""The audit log: who did what, when, and with which outcome.

The log only grows. Each row's digest covers the row before, under the desk's key: whoever owns the
database can change a row, and cannot make its digest. The public log commits to the newest digest
hourly and at each close (`bot.accounts.audit_anchors`), so that a rewritten log is found.
Rows from before the desk have plain digests; the first commitment covers them.
A row names the form or the command and its object, which may be a file's name. It holds no
password, answer, address or other words that somebody typed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.clock import Clock
from bot.storage.database import reading, writing
from bot.storage.schema.audit_log import audit
from bot.transparency.desk import Desk

DONE, REFUSED, FAILED = "done", "refused", "failed"
LOCK = 7012
START = bytes(32)
"""The digest before the first row."""
FIELDS = ("number", "at", "who", "role", "act", "what", "outcome")
LONGEST = {"who": 80, "role": 16, "act": 80, "what": 120}


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """An act that was done or tried. ``at`` is in epoch seconds; ``number`` counts from 1."""

    who: str
    role: str
    act: str
    what: str
    outcome: str
    at: int = 0
    number: int = 0


async def append_record(database: AsyncEngine, act: AuditRecord, desk: Desk, clock: Clock) -> None:
    """Appends an act to the log."""
    async with writing(database) as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        newest = select(audit.c.number, audit.c.digest).order_by(audit.c.number.desc()).limit(1)
        last = (await connection.execute(newest)).first()
        row: dict[str, Any] = {
            name: str(getattr(act, name))[:most] for name, most in LONGEST.items()
        }
        row |= {
            "number": last.number + 1 if last else 1,
            "at": int(clock.now().timestamp()),
            "outcome": act.outcome,
        }
        row["digest"] = keyed_digest(desk, bytes(last.digest) if last else START, row)
        await connection.execute(audit.insert(), [row])


def keyed_digest(desk: Desk, before: bytes, row: Any) -> bytes:
    """Returns the desk's digest of the digest before and of the row's fields."""
    return desk.mark("audit", before.hex(), _fields(row))


def plain_digest(before: bytes, row: Any) -> bytes:
    """Returns the digest of a row from before the desk: SHA-256 of the same."""
    return sha256(before + _fields(row).encode()).digest()


def _fields(row: Any) -> str:
    return json.dumps([row[name] for name in FIELDS], ensure_ascii=False, separators=(",", ":"))


async def read_records(
    database: AsyncEngine,
    who: str = "",
    since: int = 0,
    most: int = 100,
    before: int = 0,
    about: str = "",
    until: int = 0,
    undone: bool = False,
) -> list[AuditRecord]:
    """Returns at most ``most`` acts, the newest first.

    Args:
        database: where they are.
        who: only the acts of this login; empty means everybody.
        since: only those from this second on.
        most: how many.
        before: only those with a smaller number; 0 means all.
        about: only those whose object has this text in it; empty means all.
        until: only those before this second; 0 means all.
        undone: only those that were refused or failed.
    """
    query = select(audit).where(audit.c.at >= since).order_by(audit.c.number.desc()).limit(most)
    query = query.where(audit.c.who == who) if who else query
    query = query.where(audit.c.number < before) if before else query
    query = query.where(audit.c.what.icontains(about, autoescape=True)) if about else query
    query = query.where(audit.c.at < until) if until else query
    query = query.where(audit.c.outcome != DONE) if undone else query
    async with reading(database) as connection:
        return [_record(row) for row in await connection.execute(query)]


async def first_broken(
    connection: AsyncConnection, desk: Desk, start: int = 0, before: bytes = START, plain: int = 0
) -> tuple[int, int, bytes]:
    """Walks the rows after ``start`` and says where the chain breaks.

    Args:
        connection: reads the rows.
        desk: knows the digests.
        start: the number of the last row that is known to be good.
        before: its digest.
        plain: rows until this number may be older than the desk.

    Returns:
        The number of the first row that does not follow from the row before (0: none), and number
        and digest of the last one that does.
    """
    query = select(audit).where(audit.c.number > start).order_by(audit.c.number)
    last = start
    async with connection.stream(query) as rows:
        async for row in rows:
            found = bytes(row.digest)
            made = keyed_digest(desk, before, row._mapping)
            if row.number <= plain and found == plain_digest(before, row._mapping):
                made = found
            if row.number != last + 1 or found != made:
                return last + 1, last, before
            last, before = row.number, found
    return 0, last, before


def _record(row: Row[Any]) -> AuditRecord:
    return AuditRecord(row.who, row.role, row.act, row.what, row.outcome, row.at, row.number)
