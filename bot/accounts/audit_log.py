"""The audit log: who did what, when, and with which outcome.

The log only grows. Each row's digest covers the row before, so a changed row is found.
A row names the form or the command and its object, which may be a file's name. It holds no
password, answer, address or other words that somebody typed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.clock import Clock
from bot.storage.database import reading, writing
from bot.storage.schema.audit_log import audit

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


async def append_record(database: AsyncEngine, act: AuditRecord, clock: Clock) -> None:
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
        row["digest"] = digest(bytes(last.digest) if last else START, row)
        await connection.execute(audit.insert(), [row])


def digest(before: bytes, row: Any) -> bytes:
    """Returns SHA-256 of the digest before and of the row's fields as canonical JSON."""
    fields = json.dumps([row[name] for name in FIELDS], ensure_ascii=False, separators=(",", ":"))
    return sha256(before + fields.encode()).digest()


async def read_records(
    database: AsyncEngine, who: str = "", since: int = 0, most: int = 100, before: int = 0
) -> list[AuditRecord]:
    """Returns at most ``most`` acts, the newest first.

    Args:
        database: where they are.
        who: only the acts of this login; empty means everybody.
        since: only those from this second on.
        most: how many.
        before: only those with a smaller number; 0 means all.
    """
    query = select(audit).where(audit.c.at >= since).order_by(audit.c.number.desc()).limit(most)
    query = query.where(audit.c.who == who) if who else query
    query = query.where(audit.c.number < before) if before else query
    async with reading(database) as connection:
        return [_record(row) for row in await connection.execute(query)]


async def verify_rows(database: AsyncEngine) -> tuple[int, int]:
    """Returns the count of rows, and the number of the first changed one (0: none)."""
    async with reading(database) as connection:
        count = int(
            (await connection.execute(select(func.count()).select_from(audit))).scalar_one()
        )
        rows = await connection.execute(select(audit).order_by(audit.c.number))
        return count, first_broken(rows.all())


def first_broken(rows: Sequence[Row[Any]]) -> int:
    """Returns the number of the first row that does not follow from the row before; 0: none.

    Rows that were cut off at the end are not found by this. Keep the last digest elsewhere.
    """
    before = START
    for number, row in enumerate(rows, 1):
        if row.number != number or bytes(row.digest) != digest(before, row._mapping):
            return number
        before = bytes(row.digest)
    return 0


def _record(row: Row[Any]) -> AuditRecord:
    return AuditRecord(row.who, row.role, row.act, row.what, row.outcome, row.at, row.number)
