"""Connections and transactions, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import ARRAY, Connection, Table, bindparam, column, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.core.faults import NotNow
from bot.storage.sqlite_trips import Connection as SqliteConnection
from bot.storage.sqlite_trips import connect
from survey_flows.errors import Message, Place

T = TypeVar("T")
PATIENCE = {"connect_timeout": 5, "tcp_user_timeout": 10_000}
"""Seconds and milliseconds after which libpq gives up a silent server."""
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "cache_size = -512",
)
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}


def open_database(url: str, patience: float | None = None) -> AsyncEngine:
    """Returns an engine for ``url``, with our driver whatever driver it names.

    Nothing is connected until the engine is used. Errors hide parameters, because errors may reach
    a log and parameters are citizens' answers.

    Args:
        url: a SQLAlchemy URL.
        patience: seconds after which a PostgreSQL server that answers no command is given up, and
            after which it gives up our idle transaction: nobody waits for a dead link's lock.
    """
    address = make_url(url)
    address = address.set(drivername=DRIVERS.get(address.get_backend_name(), address.drivername))
    if address.get_backend_name() != "sqlite":
        arguments = PATIENCE | (_patient(patience) if patience else {})
        return create_async_engine(
            address,
            pool_size=8,
            max_overflow=8,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=arguments,
        )
    file = address.database
    if file and file != ":memory:":
        _make_file(Path(file))
    # The driver would begin transactions by itself, and too late for BEGIN IMMEDIATE.
    options = {"timeout": 30, "isolation_level": None, "async_creator_fn": connect}
    engine = create_async_engine(address, connect_args=options, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    event.listen(engine.sync_engine, "invalidate", _end_sqlite)
    return engine


def _make_file(file: Path) -> None:
    """Makes a database's folder and an empty file where there is none.

    A file that cannot be opened is refused here, since the driver's thread would fail beside us.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NotNow(Message("core-folder-unusable"), Place(file=str(file.parent))) from error
    try:
        sqlite3.connect(file).close()
    except sqlite3.OperationalError as error:
        raise NotNow(Message("core-path-forbidden"), Place(file=str(file))) from error


def sqlite_files(url: str) -> list[Path]:
    """Returns the files of an SQLite database, whether they are there or not; else none."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        return []
    return [Path(f"{address.database}{end}") for end in ("", "-wal", "-shm", "-journal")]


def _patient(seconds: float) -> dict[str, Any]:
    from bot.storage.postgres_timeouts import connect_with_timeout

    options = f"-c idle_in_transaction_session_timeout={int(1000 * seconds)}"
    return {"async_creator_fn": connect_with_timeout(seconds), "options": options}


def _prepare_sqlite(connection: Any, _record: object) -> None:
    for pragma in PRAGMAS:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _end_sqlite(connection: Any, _record: object, _error: object) -> None:
    # A statement that was given up lasts until it is collected, and its transaction would as well.
    connection.rollback()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails when another process writes in between.
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@asynccontextmanager
async def reading(database: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Opens a transaction that only reads."""
    async with database.connect() as connection:
        await connection.execution_options(reading=True)
        async with connection.begin():
            yield connection


@asynccontextmanager
async def snapshot(database: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Opens a transaction that only reads, all of it as it stood at its first statement."""
    async with database.connect() as connection:
        options: dict[str, Any] = {"reading": True}
        if database.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"
        await connection.execution_options(**options)
        async with connection.begin():
            yield connection


@asynccontextmanager
async def writing(database: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Opens a transaction that is durable when the block ends, or leaves nothing."""
    async with database.begin() as connection:
        yield connection


@asynccontextmanager
async def writing_briefly(database: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Opens what `writing` opens, for statements of which each touches few rows.

    SQLite runs them on the event loop.
    """
    async with writing(database) as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        with driver.brief() if isinstance(driver, SqliteConnection) else nullcontext():
            yield connection


def insert(connection: AsyncConnection, table: Table) -> Any:
    """Returns an INSERT of the connection's dialect, which knows ON CONFLICT."""
    return _insert(connection.dialect.name, table)


def _insert(dialect: str, table: Table) -> Any:
    return importlib.import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


def padded(values: Sequence[T]) -> list[T]:
    """Returns values to look for with IN, the last one repeated up to a power of two of them.

    A database prepares a statement anew for each number of values; so there are few.
    """
    wanted = 1 << max(0, len(values) - 1).bit_length()
    return [*values, *list(values[-1:]) * (wanted - len(values))]


async def upsert(
    connection: AsyncConnection, table: Table, unique: Sequence[str], rows: list[dict[str, Any]]
) -> None:
    """Inserts rows; replaces the rows whose ``unique`` columns are stored already."""
    if rows:
        await connection.execute(
            _upserting(connection.dialect.name, table, tuple(unique), tuple(rows[0])), rows
        )


async def store_together(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    unique: Sequence[str] = (),
) -> None:
    """Inserts rows in their order, or replaces those whose ``unique`` columns are stored already.

    It is one statement for any number of rows. No two may agree in all unique columns.
    """
    if not rows:
        return
    make = _together if connection.dialect.name == "postgresql" else _upserting
    statement = make(connection.dialect.name, table, tuple(unique), tuple(rows[0]))
    if make is _upserting:
        await connection.execute(statement, list(rows))
    else:
        columns = {f"all_{name}": [row[name] for row in rows] for name in rows[0]}
        await connection.execute(statement, columns)


@lru_cache(maxsize=64)
def _together(dialect: str, table: Table, unique: tuple[str, ...], names: tuple[str, ...]) -> Any:
    """Returns an INSERT that takes each column as an array, which only PostgreSQL has."""
    arrays = [bindparam(f"all_{name}", type_=ARRAY(table.c[name].type)) for name in names]
    typed = [column(name, table.c[name].type) for name in names]
    new = func.unnest(*arrays).table_valued(*typed, name="new").render_derived()
    return _replacing(_insert(dialect, table).from_select(names, select(*new.c)), unique, names)


@lru_cache(maxsize=64)
def _upserting(dialect: str, table: Table, unique: tuple[str, ...], names: tuple[str, ...]) -> Any:
    """Returns the statement of `upsert`; every tap needs one, and making it is the costly part."""
    return _replacing(_insert(dialect, table), unique, names)


def _replacing(statement: Any, unique: tuple[str, ...], names: tuple[str, ...]) -> Any:
    """Returns an INSERT that replaces stored rows, if there are columns that make rows unique."""
    if not unique:
        return statement
    rest = {name: statement.excluded[name] for name in names if name not in unique}
    return statement.on_conflict_do_update(index_elements=list(unique), set_=rest)
