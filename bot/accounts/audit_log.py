"""The audit log: who did what, when, and what came of it. It only grows, and a row that was changed is found.

It holds no password, no answer, no address and no words that somebody typed: the form or the command, and the name of
what it was about.
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
"""What the first row's digest rests on."""
FIELDS = ("number", "at", "who", "role", "act", "what", "outcome")
LONGEST = {"who": 80, "role": 16, "act": 80, "what": 120}


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Something that was done, or tried. ``at`` is in epoch seconds, ``number`` counts from 1."""

    who: str
    role: str
    act: str
    what: str
    outcome: str
    at: int = 0
    number: int = 0


async def append_record(database: AsyncEngine, act: AuditRecord, clock: Clock) -> None:
    """Add an act to the log."""
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
    """SHA-256 of the digest before and of the row's fields as canonical JSON."""
    told = json.dumps([row[name] for name in FIELDS], ensure_ascii=False, separators=(",", ":"))
    return sha256(before + told.encode()).digest()


async def read_records(
    database: AsyncEngine, who: str = "", since: int = 0, most: int = 100, before: int = 0
) -> list[AuditRecord]:
    """The newest acts first, of one person or of all, from a second on, ``before`` a number."""
    query = select(audit).where(audit.c.at >= since).order_by(audit.c.number.desc()).limit(most)
    query = query.where(audit.c.who == who) if who else query
    query = query.where(audit.c.number < before) if before else query
    async with reading(database) as connection:
        return [_act(row) for row in await connection.execute(query)]


async def verify_rows(database: AsyncEngine) -> tuple[int, int]:
    """How many rows there are, and the number of the first that is not what it was (0: none is)."""
    async with reading(database) as connection:
        count = int(
            (await connection.execute(select(func.count()).select_from(audit))).scalar_one()
        )
        rows = await connection.execute(select(audit).order_by(audit.c.number))
        return count, first_broken(rows.all())


def first_broken(rows: Sequence[Row[Any]]) -> int:
    """The number of the first row that does not follow from the one before; 0 when all do.

    Rows cut off at the end are not noticed by this: keep the last digest elsewhere now and then.
    """
    before = START
    for number, row in enumerate(rows, 1):
        if row.number != number or bytes(row.digest) != digest(before, row._mapping):
            return number
        before = bytes(row.digest)
    return 0


def _act(row: Row[Any]) -> AuditRecord:
    return AuditRecord(row.who, row.role, row.act, row.what, row.outcome, row.at, row.number)
