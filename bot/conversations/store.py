"""Statements of the conductor's transaction: update keys, conversations, dead letters."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import BigInteger, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.conversations.homes import Home
from bot.crypto.gate_keys import key_hour_of
from bot.storage.database import insert, padded, store_together, upsert, writing
from bot.storage.schema import all as tables

# Telegram gives up on an update after a day; a week leaves room for a long outage.
REMEMBER_UPDATES = 7 * 86400


REMEMBER_UNREACHABLE = 366 * 86400


def rounded_hour(now: datetime) -> int:
    """Returns epoch seconds rounded down to a quarter of an hour, to hide when somebody tapped."""
    return int(now.timestamp()) // 900 * 900


def month_start(now: datetime) -> int:
    """Returns the epoch second at which the month of ``now`` began (UTC)."""
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return int(first.timestamp())


async def take_updates(connection: AsyncConnection, keys: list[str], now: datetime) -> set[str]:
    """Stores the updates' keys and returns those that had not been taken before."""
    statement = (
        insert(connection, tables.updates).on_conflict_do_nothing().returning(tables.updates.c.key)
    )
    rows = [{"key": key, "at": rounded_hour(now)} for key in dict.fromkeys(keys)]
    return set((await connection.execute(statement, rows)).scalars())


async def lock_people(connection: AsyncConnection, people: Iterable[bytes]) -> None:
    """Locks these people's conversations against other processes until the transaction ends.

    SQLite needs no locks: its write transactions exclude each other. The locks are taken in sorted
    order, so that two processes cannot deadlock.
    """
    if connection.dialect.name == "sqlite":
        return
    numbers = sorted({int.from_bytes(person[:8], "big", signed=True) for person in people})
    if numbers:
        await connection.execute(_LOCKS, {"numbers": numbers})


_NUMBERS = func.unnest(bindparam("numbers", type_=ARRAY(BigInteger))).column_valued("number")
_LOCKS = select(func.pg_advisory_xact_lock(_NUMBERS))
"""One trip for any number of people; PostgreSQL locks in the order of the array."""


_BODIES = select(tables.sessions.c.person, tables.sessions.c.body).where(
    tables.sessions.c.person.in_(bindparam("people", expanding=True))
)


async def read_sessions(connection: AsyncConnection, people: list[bytes]) -> dict[bytes, bytes]:
    """Returns the sealed conversations of these people by pseudonym, where there are any."""
    rows = await connection.execute(_BODIES, {"people": padded(people)})
    return {bytes(person): bytes(body) for person, body in rows}


async def write_sessions(
    connection: AsyncConnection, bodies: Sequence[tuple[Home, bytes]], gone: Sequence[bytes] = ()
) -> None:
    """Stores sealed conversations in their homes, and deletes those of these pseudonyms."""
    if gone:
        await connection.execute(delete(tables.sessions).where(tables.sessions.c.person.in_(gone)))
    rows = [{**asdict(home), "body": body, "hour": key_hour_of(body)} for home, body in bodies]
    await store_together(connection, tables.sessions, rows, ["person"])


async def delete_expired(connection: AsyncConnection, now: datetime, letter_days: int = 30) -> None:
    """Deletes expired update keys, conversations, dead letters and marks of unreachability."""
    second = int(now.timestamp())
    await connection.execute(
        delete(tables.updates).where(tables.updates.c.at < second - REMEMBER_UPDATES)
    )
    await connection.execute(delete(tables.sessions).where(tables.sessions.c.until < second))
    long_ago = second - letter_days * 86400
    await connection.execute(delete(tables.dead_letters).where(tables.dead_letters.c.at < long_ago))
    columns = tables.unreachable.c
    await connection.execute(
        delete(tables.unreachable).where(columns.at < second - REMEMBER_UNREACHABLE)
    )


async def mark_unreachable(connection: AsyncConnection, person: bytes, now: datetime) -> None:
    """Marks a citizen as unreachable, who has blocked the bot.

    The mark says the month only: most block the bot in the hour in which they rated.
    """
    await upsert(
        connection, tables.unreachable, ["person"], [{"person": person, "at": month_start(now)}]
    )


async def rewrite_unreachable(database: AsyncEngine) -> None:
    """Writes all marks unchanged in one transaction.

    PostgreSQL keeps with each row the transaction that wrote it last, which dates it.
    """
    if database.dialect.name == "postgresql":
        columns = tables.unreachable.c
        async with writing(database) as connection:
            await connection.execute(update(tables.unreachable).values(at=columns.at))


_BACK = delete(tables.unreachable).where(
    tables.unreachable.c.person.in_(bindparam("people", expanding=True))
)


async def mark_reachable(connection: AsyncConnection, people: list[bytes]) -> None:
    """Removes the marks of citizens who have come back."""
    if people:
        await connection.execute(_BACK, {"people": padded(people)})


async def keep_dead_letter(
    connection: AsyncConnection, key: str, body: bytes, error: str, now: datetime
) -> None:
    """Keeps an update that could not be handled as a dead letter; the update counts as taken."""
    fingerprint = key if len(key) <= 80 else hashlib.sha256(key.encode()).hexdigest()
    row = {
        "key": fingerprint,
        "body": body,
        "hour": key_hour_of(body),
        "error": error[:80],
        "at": rounded_hour(now),
    }
    await connection.execute(
        insert(connection, tables.dead_letters).on_conflict_do_nothing(), [row]
    )
    await take_updates(connection, [key], now)
