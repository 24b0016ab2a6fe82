"""A SQLite file keeps every commit on the disk and overwrites deleted rows.

A statement that is given up leaves nothing open.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.storage import database
from tests.conftest import PREPARE_SQLITE


async def test_the_pragmas_of_sqlite(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_prepare_sqlite", PREPARE_SQLITE)
    full = 2
    wanted = {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "secure_delete": 1,
    }
    opened = database.open_database(sqlite_url)
    async with database.reading(opened) as connection:
        found = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar() for name in wanted
        }
    await opened.dispose()
    assert found == wanted


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that was handed to a thread of SQLite."""
    found: list[str] = []
    execute = aiosqlite.Cursor.execute

    async def noted(cursor: aiosqlite.Cursor, sql: str, parameters: Any = None) -> aiosqlite.Cursor:
        found.append(sql)
        return await execute(cursor, sql, parameters)

    monkeypatch.setattr(aiosqlite.Cursor, "execute", noted)
    return found


async def test_a_statement_that_fails_or_is_given_up_leaves_nothing_open(
    sqlite_url: str, handed: list[str]
) -> None:
    opened = database.open_database(sqlite_url)
    async with database.writing(opened) as connection:
        await connection.execute(text("CREATE TABLE t (a INTEGER PRIMARY KEY)"))
    with pytest.raises(OperationalError):
        async with database.reading(opened) as connection:
            await connection.execute(text("SELECT nothing FROM nowhere"))

    async def twice() -> None:
        async with database.writing(opened) as connection:
            await connection.execute(text("INSERT INTO t VALUES (1)"))
            await connection.execute(text("INSERT INTO t VALUES (1)"))

    with pytest.raises(IntegrityError):
        await twice()

    async def long() -> None:
        counting = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000)"
        async with database.writing(opened) as connection:
            await connection.execute(text("INSERT INTO t VALUES (2)"))
            await connection.execute(text(f"{counting} SELECT max(i) FROM n"))
            raise AssertionError("it was given up before")

    task = asyncio.create_task(long())
    while not any("RECURSIVE" in statement for statement in handed):  # noqa: ASYNC110 - a thread's
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.writing(opened) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM t"))).scalar() == 0
        await connection.execute(text("INSERT INTO t VALUES (1)"))
    await opened.dispose()
