"""Beginnings that many tests share are made once in a process; each test gets a copy.

A beginning is what a database and a folder hold. What makes it calls `keep` at its end; whoever
begins in an empty database and an empty folder calls `begin` and then opens what lies there.
A copy is a test's own: nothing that it does is seen by another test.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile, copytree

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from bot.storage.schema import all as tables


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a database and a folder held, and how often the clock's tokens were drawn."""

    folder: Path
    drawn: int
    file: Path | None = None
    rows: tuple[tuple[str, tuple[bytes, ...]], ...] = ()
    """By table of PostgreSQL, as COPY writes them."""
    numbers: tuple[tuple[str, int], ...] = ()
    """The last value of each sequence of PostgreSQL that was used."""


KEPT: dict[tuple[str, str], Beginning] = {}
"""By name of the beginning and kind of database."""


def keep(name: str, url: str, folder: Path, drawn: int, into: Path) -> None:
    """Keep what the database at ``url`` and the folder hold now, in an empty folder ``into``."""
    address = make_url(url)
    files = into / "files"
    copytree(folder, files, ignore=lambda _, names: [it for it in names if ".sqlite3" in it])
    if _is_file(address):
        file = into / "minping.sqlite3"
        with closing(_open(address)) as source, closing(sqlite3.connect(file)) as copy:
            source.backup(copy)
        KEPT[name, "sqlite"] = Beginning(files, drawn, file)
        return
    with psycopg.connect(_plain(address)) as connection:
        rows = tuple(_rows(connection))
        used = connection.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
        ).fetchall()
    KEPT[name, "postgresql"] = Beginning(files, drawn, None, rows, tuple(used))


def begin(name: str, url: str, folder: Path) -> Beginning | None:
    """Copy a beginning into an empty database and an empty folder; return it.

    Return None where none was kept, and where the database has no tables or anything lies in it or
    in the folder already.
    """
    address = make_url(url)
    kept = KEPT.get((name, address.get_backend_name()))
    if kept is None or any((folder / it.name).exists() for it in kept.folder.iterdir()):
        return None
    if kept.file is not None:
        if Path(str(address.database)).exists():
            return None
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
        copyfile(kept.file, str(address.database))
    elif not _fill(address, kept):
        return None
    copytree(kept.folder, folder, dirs_exist_ok=True)
    return kept


def _fill(address: URL, kept: Beginning) -> bool:
    with psycopg.connect(_plain(address)) as connection, connection.cursor() as cursor:
        for table in ("campaigns", "log_entries"):
            found = cursor.execute("SELECT to_regclass(%s)", (table,)).fetchone()
            if found == (None,) or cursor.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
                return False
        # The rows come without the order of their foreign keys; triggers ran when they were made.
        cursor.execute("SET session_replication_role = replica")
        for table, chunks in kept.rows:
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                for chunk in chunks:
                    copy.write(chunk)
        for sequence, value in kept.numbers:
            cursor.execute("SELECT setval(%s, %s)", (f'"{sequence}"', value))
    return True


def _rows(connection: psycopg.Connection) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    for table in tables.metadata.tables:
        statement = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            chunks = tuple(bytes(chunk) for chunk in copy)
        if chunks:
            yield table, chunks


def _is_file(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"


def _open(address: URL) -> sqlite3.Connection:
    return sqlite3.connect(str(address.database))


def _plain(address: URL) -> str:
    """The address as libpq reads it, without the name of a driver."""
    return address.set(drivername="postgresql").render_as_string(hide_password=False)
