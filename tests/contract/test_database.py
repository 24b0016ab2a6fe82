"""A SQLite file keeps every commit on the disk and overwrites deleted rows.

A statement takes one trip to the thread of its connection.
"""

from __future__ import annotations

import asyncio

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
def trips(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Everything that was handed to a thread of SQLite."""
    found: list[object] = []
    execute = aiosqlite.Connection._execute

    async def counted(
        self: aiosqlite.Connection, function: object, *more: object, **named: object
    ) -> object:
        found.append(function)
        return await execute(self, function, *more, **named)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    return found


async def test_a_statement_takes_one_trip_and_gives_all_that_it_found(
    sqlite_url: str, trips: list[object]
) -> None:
    opened = database.open_database(sqlite_url)
    async with database.writing(opened) as connection:
        await connection.execute(text("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)"))
        added = await connection.execute(text("INSERT INTO t (b) VALUES ('x'), ('y') RETURNING a"))
        assert (added.scalars().all(), added.rowcount) == ([1, 2], 2)
        more = text("INSERT INTO t (b) VALUES (:b)")
        assert (await connection.execute(more, [{"b": "1"}, {"b": "2"}])).rowcount == 2
        assert (await connection.execute(more, {"b": "z"})).lastrowid == 5
        assert (await connection.execute(text("UPDATE t SET b = 'w' WHERE a > 3"))).rowcount == 2
    trips.clear()
    async with database.reading(opened) as connection:
        found = await connection.execute(text("SELECT a, b FROM t ORDER BY a"))
        assert list(found.keys()) == ["a", "b"]
        assert found.all() == [(1, "x"), (2, "y"), (3, "1"), (4, "w"), (5, "w")]
        none = await connection.execute(text("SELECT a FROM t WHERE a = 9"))
        assert none.first() is None
    assert len(trips) == 4, "BEGIN, two statements, and the end"
    async with database.reading(opened) as connection:
        streamed = [row.a async for row in await connection.stream(text("SELECT a FROM t"))]
    assert streamed == [1, 2, 3, 4, 5]
    await opened.dispose()


async def test_a_statement_that_fails_or_is_given_up_leaves_nothing_open(
    sqlite_url: str, trips: list[object]
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

    trips.clear()
    task = asyncio.create_task(long())
    while len(trips) < 3:  # noqa: ASYNC110 - BEGIN, and both statements
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.writing(opened) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM t"))).scalar() == 0
        await connection.execute(text("INSERT INTO t VALUES (1)"))
    await opened.dispose()
