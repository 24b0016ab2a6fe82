"""A SQLite file keeps every commit on the disk and overwrites deleted rows.

A statement that is given up leaves nothing open.
"""

from __future__ import annotations

import asyncio
import sqlite3
from threading import current_thread
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.storage import database
from bot.storage.sqlite_trips import FIRST, Connection, Cursor
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
    execute = Cursor.execute

    async def noted(cursor: Cursor, sql: str, parameters: Any = None) -> Cursor:
        found.append(sql)
        return await execute(cursor, sql, parameters)

    monkeypatch.setattr(Cursor, "execute", noted)
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


async def test_rows_come_whole_and_in_order_however_many_and_however_read(sqlite_url: str) -> None:
    """The first rows come with the statement; what is left is fetched as it is asked for."""
    opened = database.open_database(sqlite_url)
    counting = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {}) SELECT i"
    for many in (1, FIRST - 1, FIRST, FIRST + 1, 3 * FIRST):
        query, wanted = text(f"{counting.format(many)} FROM n"), list(range(1, many + 1))
        async with database.reading(opened) as connection:
            assert list((await connection.execute(query)).scalars()) == wanted
            async with connection.stream(query) as rows:
                assert [row.i async for row in rows] == wanted
            async with connection.stream(query) as rows:  # left in the middle
                assert (await rows.first()) == (1,)
            assert (await connection.execute(query)).first() == (1,)
    async with database.reading(opened) as connection:
        assert (await connection.execute(text("SELECT 1 WHERE 0"))).all() == []
    await opened.dispose()


async def test_brief_statements_stay_on_the_loop_and_their_end_is_durable(sqlite_url: str) -> None:
    opened, threads = database.open_database(sqlite_url), list[str]()

    def note(_value: int) -> int:
        threads.append(current_thread().name)
        return 0

    async def add(number: int, fails: bool = False) -> None:
        async with database.writing_briefly(opened) as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert isinstance(driver, Connection)
            driver.driver.create_function("noted", 1, note)
            await connection.execute(text(f"INSERT INTO t VALUES ({number} + noted(1))"))
            if fails:
                raise KeyError(number)

    async with database.writing(opened) as connection:
        await connection.execute(text("CREATE TABLE t (a INTEGER PRIMARY KEY)"))
    await add(1)
    with pytest.raises(IntegrityError):
        await add(1)
    with pytest.raises(KeyError):
        await add(2, fails=True)
    assert set(threads) == {current_thread().name}
    async with database.writing(opened) as connection:  # the same connection, no longer brief
        await connection.execute(text("INSERT INTO t VALUES (3 + noted(1))"))
    assert len(set(threads)) == 2
    other = sqlite3.connect(sqlite_url.partition("///")[2])
    assert other.execute("SELECT a FROM t").fetchall() == [(1,), (3,)]
    other.close()
    await opened.dispose()


def test_a_padded_list_holds_the_same_values() -> None:
    for length in range(20):
        values = list(range(length))
        padded = database.padded(values)
        assert set(padded) == set(values)
        assert len(padded) in (0, 1, 2, 4, 8, 16, 32)
        assert len(padded) < 2 * max(1, length)
