"""Copies of a database that is in use, each as it stood at one moment; and their way back.

SQLite copies its own pages in one transaction, which delays no writer. PostgreSQL's own programs
do it, from the very snapshot in which the copy's header is read.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.faults import NotNow
from bot.keeping.container import Step
from bot.keeping.long_work import in_thread
from bot.storage.database import open_database, reading, snapshot, sqlite_files
from survey_flows.errors import BadInput, Message, Place

SQLITE, POSTGRESQL = "sqlite", "postgresql"
PART_NAMES: Mapping[str, str] = {SQLITE: "minping.sqlite3", POSTGRESQL: "minping.pgdump"}
"""The names of a database's copy in a backup."""
PAGES = 1000
LOOK_SECONDS = 0.2
PG_VARIABLES = {"sslmode", "sslrootcert", "sslcert", "sslkey", "options", "host", "port"}


def dialect_of(url: str) -> str:
    """Returns ``sqlite`` or ``postgresql``."""
    return SQLITE if make_url(url).get_backend_name() == SQLITE else POSTGRESQL


class Moment(ABC):
    """A database as it stood at one moment; `moment_of` opens it."""

    @abstractmethod
    async def write(self, target: Path, step: Step) -> None:
        """Writes the copy to a new file, for its owner alone, and checks that it is whole."""

    @abstractmethod
    def reading(self, target: Path, /) -> AbstractAsyncContextManager[AsyncConnection]:
        """Opens the state of that moment, after `write`."""


class _SqliteMoment(Moment):
    def __init__(self, source: sqlite3.Connection) -> None:
        self._source = source

    async def write(self, target: Path, step: Step) -> None:
        await in_thread(lambda watched: self._copied(target, watched), step)

    def _copied(self, target: Path, step: Step) -> None:
        make_file(target)
        size = int(self._source.execute("PRAGMA page_size").fetchone()[0])

        def tell(_status: int, left: int, total: int) -> None:
            step((total - left) * size, total * size)

        with closing(sqlite3.connect(target)) as copy:
            self._source.backup(copy, pages=PAGES, progress=tell)
        require_whole_sqlite(target)

    @asynccontextmanager
    async def reading(self, target: Path, /) -> AsyncIterator[AsyncConnection]:
        engine = open_database(f"sqlite:///{target}")
        try:
            async with reading(engine) as connection:
                yield connection
        finally:
            await engine.dispose()


class _PostgresMoment(Moment):
    def __init__(self, url: str, connection: AsyncConnection, name: str) -> None:
        self._url, self._connection, self._name = url, connection, name

    async def write(self, target: Path, step: Step) -> None:
        make_file(target)
        words = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={self._name}"]
        await _run(["pg_dump", *words, f"--file={target}"], self._url, target, step)
        await require_whole_dump(target)

    @asynccontextmanager
    async def reading(self, _target: Path, /) -> AsyncIterator[AsyncConnection]:
        yield self._connection


@asynccontextmanager
async def moment_of(url: str, database: AsyncEngine) -> AsyncIterator[Moment]:
    """Opens a database at one moment: from here on nothing changes in what is read or copied."""
    files = sqlite_files(url)
    if not files:
        async with snapshot(database) as connection:
            # It does nothing for as long as `pg_dump` reads, and the service's would be given up.
            await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            name = (await connection.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
            yield _PostgresMoment(url, connection, str(name))
        return
    source = await asyncio.to_thread(_begun, files[0])
    try:
        yield _SqliteMoment(source)
    finally:
        await asyncio.to_thread(source.close)


def make_file(path: Path) -> None:
    """Makes an empty file for its owner alone; it must not exist."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _begun(file: Path) -> sqlite3.Connection:
    """Returns a connection within a transaction that reads the present state."""
    address = f"file:{quote(str(file.absolute()))}?mode=ro"
    source = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
    source.execute("BEGIN")
    source.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return source


def require_whole_sqlite(file: Path) -> None:
    """Refuses an SQLite file that is not whole; raises `BadInput`."""
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(file)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]:
            return
    raise BadInput(Message("keeping-database-not-whole"), Place(file=str(file)))


async def require_whole_dump(file: Path) -> None:
    """Refuses a dump whose contents cannot be listed; raises `BadInput`."""
    code, _said = await _ended(["pg_restore", "--list", str(file)], dict(os.environ))
    if code:
        raise BadInput(Message("keeping-database-not-whole"), Place(file=str(file)))


async def is_empty(url: str) -> bool:
    """Returns whether nothing stands where a database is to be restored."""
    files = sqlite_files(url)
    if files:
        return not any(file.exists() for file in files)
    engine = open_database(url)
    try:
        async with reading(engine) as connection:
            query = "SELECT count(*) FROM information_schema.tables WHERE table_schema = {}"
            found = await connection.execute(text(query.format("current_schema()")))
            return int(found.scalar_one()) == 0
    finally:
        await engine.dispose()


async def restore_dump(url: str, file: Path, step: Step) -> None:
    """Puts a dump into an empty PostgreSQL database, all of it or nothing."""
    words = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    name = f"--dbname={make_url(url).database}"
    await _run(["pg_restore", *words, name, str(file)], url, file, step)


async def empty_again(url: str) -> None:
    """Takes back what `restore_dump` put into a PostgreSQL database that was empty."""
    engine = open_database(url)
    try:
        async with engine.begin() as connection:
            for statement in await _drops(connection):
                await connection.execute(text(statement))
    finally:
        await engine.dispose()


async def _drops(connection: AsyncConnection) -> list[str]:
    tables = (
        "SELECT format('DROP TABLE IF EXISTS %I.%I CASCADE', table_schema, table_name)"
        " FROM information_schema.tables"
        " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
    )
    functions = (
        "SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', oid::regprocedure) FROM pg_proc"
        " WHERE pronamespace = current_schema()::regnamespace"
        " AND prorettype = 'trigger'::regtype"
    )
    found: list[str] = []
    for query in (tables, functions):
        found += (await connection.execute(text(query))).scalars()
    return found


async def _run(words: Sequence[str], url: str, growing: Path, step: Step) -> None:
    """Runs a program of PostgreSQL to its end; tells how large a file is meanwhile.

    Raises:
        NotNow: it is not there, is older than the server, or failed.
    """
    process = asyncio.create_task(_ended(words, _environment(url)))
    while not process.done():
        try:
            await asyncio.wait([process], timeout=LOOK_SECONDS)
            size = await asyncio.to_thread(lambda: growing.stat().st_size)
            step(size, max(size, 1))
        except BaseException:
            process.cancel()
            with suppress(BaseException):
                await process
            raise
    code, said = process.result()
    if code:
        _refuse(words[0], said)


def _refuse(program: str, said: str) -> None:
    if "version mismatch" in said:
        raise NotNow(Message("keeping-program-older", program=program))
    if "No space left" in said:
        raise NotNow(Message("core-no-room"))
    # What PostgreSQL said may repeat a row, so its first line alone, up to the detail.
    raise NotNow(Message("keeping-program-failed", program=program))


async def _ended(words: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Returns a program's exit code and errors; it is killed with the task.

    Raises:
        NotNow: there is no such program.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            env={**environment, "LC_ALL": "C"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except FileNotFoundError as error:
        raise NotNow(Message("keeping-program-missing", program=words[0])) from error
    try:
        _, said = await process.communicate()
    except BaseException:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    return int(process.returncode or 0), said.decode(errors="replace")


def _environment(url: str) -> dict[str, str]:
    """Returns the environment by which a program finds the server; its words are seen by others."""
    address: URL = make_url(url)
    given = {
        "PGHOST": address.host,
        "PGPORT": address.port and str(address.port),
        "PGUSER": address.username,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.database,
    }
    for name, value in address.query.items():
        if name in PG_VARIABLES and isinstance(value, str):
            given[f"PG{name.upper()}"] = value
    return {**os.environ, **{name: str(value) for name, value in given.items() if value}}
