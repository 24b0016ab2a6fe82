"""Erasing for good: what was erased in a row still stands in the files of the database.

PostgreSQL keeps the row of before until it writes the table anew, and cleaning up (autovacuum) only
marks its place as free. SQLite overwrites what is erased (`secure_delete`), but its write-ahead log
has the older page until the log begins anew.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from contextlib import closing

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import open_database


async def write_anew(database: AsyncEngine, tables: Iterable[Table]) -> None:
    """Writes tables anew, so that their files have nothing of what was erased in them.

    PostgreSQL locks each table meanwhile, about a second for a million ballots. Its write-ahead log
    and copies that somebody made before are out of reach.
    """
    if database.dialect.name == "sqlite":
        await asyncio.to_thread(_begin_log_anew, str(database.url.database))
        return
    # A connection of its own: the service's gives up a statement that lasts for seconds.
    own = open_database(database.url.render_as_string(hide_password=False))
    try:
        async with own.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in tables:
                await connection.exec_driver_sql(f'VACUUM (FULL) "{table.name}"')
    finally:
        await own.dispose()


def _begin_log_anew(file: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
