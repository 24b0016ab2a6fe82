"""One trip to SQLite's thread for a statement, instead of four.

The driver runs SQLite in a thread of each connection. Making a cursor, executing, fetching and
closing would each wake that thread and wait for it, which takes longer than most statements do.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.engine.interfaces import AdaptedConnection


def execute_all(connection: AdaptedConnection, statements: Sequence[str]) -> None:
    """Execute statements that give nothing, all in one trip."""

    def execute(driver: sqlite3.Connection) -> None:
        for statement in statements:
            driver.execute(statement).close()

    connection.run_async(lambda driver: driver._execute(execute, driver._conn))


class _Statement:
    """What SQLAlchemy takes for the driver's cursor: it holds the rows of its last statement."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount, self.lastrowid, self.arraysize = -1, 0, 1

    async def __aenter__(self) -> _Statement:
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> _Statement:
        return await self._run(sqlite3.Cursor.execute, statement, parameters)

    async def executemany(self, statement: str, parameters: Any) -> _Statement:
        return await self._run(sqlite3.Cursor.executemany, statement, parameters)

    async def _run(self, execute: Any, statement: str, parameters: Any) -> _Statement:
        def whole(connection: sqlite3.Connection) -> tuple[Any, ...]:
            cursor = connection.cursor()
            try:
                execute(cursor, statement, parameters)
                rows = cursor.fetchall() if cursor.description else []
                return rows, cursor.description, cursor.rowcount, cursor.lastrowid
            finally:
                cursor.close()

        # The driver has no public call for a function of ours; SQLAlchemy uses its queue too.
        try:
            found = await self._connection._execute(whole, self._connection._conn)
        except asyncio.CancelledError:
            self._connection.given_up = True  # the thread may still be at it
            raise
        self._rows, self.description, self.rowcount, self.lastrowid = found
        return self

    async def fetchall(self) -> Sequence[Any]:
        return self._rows

    async def close(self) -> None:
        """Nothing is open any more."""


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ()

    def _make_new_cursor(self, connection: Any) -> Any:
        return _Statement(connection)


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()

    _cursor_cls = _Cursor

    def rollback(self) -> None:
        """Roll back where there is anything; a pool asks for it after every commit too."""
        driver: Any = self._connection
        idle = driver._connection is not None and not driver._connection.in_transaction
        if not idle or getattr(driver, "given_up", False):
            super().rollback()


class _Driver(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arguments: Any, **options: Any) -> AsyncAdapt_aiosqlite_connection:
        return _Connection(self, super().connect(*arguments, **options)._connection)


DRIVER = _Driver(aiosqlite, sqlite3)
"""The ``module`` of an engine of SQLAlchemy; streams still fetch row by row."""
