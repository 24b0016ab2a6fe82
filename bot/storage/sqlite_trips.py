"""SQLite for asyncio with one trip to the driver's thread for each statement.

The driver makes four: for a cursor, the statement, its rows, and the cursor's end. Each wakes two
threads, which costs more than most statements. A transaction may also be `brief`: then only its
beginning and its end, which wait for other processes and for the disk, leave the event loop.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import aiosqlite

FIRST = 256
"""Rows that come with their statement; a long result is read on as its reader asks."""
CHUNK = 64
"""Rows that the driver reads at once for who goes through them one by one."""
STATEMENTS = 256
"""Prepared statements that a connection keeps."""


class Cursor(aiosqlite.Cursor):
    """One statement and its rows. The first rows come in the statement's own trip."""

    def __init__(self, connection: Connection) -> None:
        self._conn = self._own = connection
        self.iter_chunk_size = CHUNK
        self._rows: list[Any] = []
        self._has_more = False

    async def __aenter__(self) -> Self:
        """Makes no trip: the cursor comes with the statement."""
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> Self:
        """Runs a statement."""
        await self._own._execute(self._run, sql, parameters or ())
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        """Runs a statement for each of the rows."""
        self._cursor = await self._own._execute(self._own.driver.executemany, sql, parameters)
        return self

    async def fetchone(self) -> Any:
        """Returns the next row, or None."""
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Returns the next rows, at most ``size`` of them (by default one); none at the end."""
        size = size or 1
        if not self._rows and self._has_more:
            self._rows = list(await super().fetchmany(max(size, FIRST)))
            self._has_more = bool(self._rows)
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    async def fetchall(self) -> list[Any]:
        """Returns all further rows."""
        rows, self._rows = self._rows, []
        if self._has_more:
            self._has_more = False
            rows += await super().fetchall()
        return rows

    async def close(self) -> None:
        """Ends the statement; one whose rows have all come has ended."""
        if self._has_more:
            self._has_more = False
            await super().close()

    def _run(self, sql: str, parameters: Any) -> None:
        self._cursor = self._own.driver.execute(sql, parameters)
        if self._cursor.description is not None:
            self._rows = self._cursor.fetchmany(FIRST)
            self._has_more = len(self._rows) == FIRST


class Connection(aiosqlite.Connection):
    """A connection whose cursors need no trip of their own."""

    _is_brief = False

    @property
    def driver(self) -> sqlite3.Connection:
        """The connection of the thread, for the functions that run there."""
        return self._conn

    def cursor(self) -> Cursor:  # type: ignore[override]
        """Returns a cursor for one statement."""
        return Cursor(self)

    @contextmanager
    def brief(self) -> Iterator[None]:
        """Runs what is asked meanwhile at once; each statement must touch few rows.

        It is entered in a transaction that may write, which waits for nobody any more.
        """
        self._is_brief = True
        try:
            yield
        finally:
            self._is_brief = False

    async def _execute(self, fn: Callable[..., Any], *args: Any, **options: Any) -> Any:
        if self._is_brief and self._connection is not None:
            return fn(*args, **options)
        return await super()._execute(fn, *args, **options)  # type: ignore[no-untyped-call]


def connect(database: str, **options: Any) -> Connection:
    """Returns a connection to await, with the options of `sqlite3.connect`.

    Its thread and the event loop take turns: whoever asks waits for the answer.
    """
    connector: Callable[[], sqlite3.Connection] = lambda: sqlite3.connect(  # noqa: E731
        database, cached_statements=STATEMENTS, **options | {"check_same_thread": False}
    )
    connection = Connection(connector, CHUNK)
    connection._thread.daemon = True
    return connection
