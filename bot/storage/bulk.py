"""Bulk writing of rows in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

CHUNK = 1000


async def count_rows(connection: AsyncConnection, table: Table) -> int:
    """Returns the number of rows in a table."""
    return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def insert_all(
    connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]
) -> None:
    """Inserts any number of rows, in chunks that every driver takes."""
    for start in range(0, len(rows), CHUNK):
        await connection.execute(table.insert(), list(rows[start : start + CHUNK]))


Rows = Sequence[tuple[Any, ...]]


async def upsert_many(
    connection: AsyncConnection,
    table: Table,
    columns: Sequence[str],
    unique: Sequence[str],
    chunks: Iterable[Rows],
    kept: Collection[str] = (),
    only: str = "",
) -> None:
    """Inserts rows of ``columns``; replaces the rows whose ``unique`` columns are stored already.

    No two of the rows may agree in the unique columns.

    Args:
        connection: in a transaction.
        table: where to store.
        columns: what the rows hold.
        unique: the columns by which a stored row is known again.
        chunks: the rows in portions.
        kept: columns of which a stored row keeps its own values.
        only: SQL of our own that says which stored rows are replaced; ``excluded`` is the new row.
    """
    into = f"INSERT INTO {table.name} ({', '.join(columns)})"
    changed = [name for name in columns if name not in (*unique, *kept)]
    replaced = ", ".join(f"{name} = excluded.{name}" for name in changed)
    upsert = f"ON CONFLICT ({', '.join(unique)}) DO UPDATE SET {replaced}"
    upsert += f" WHERE {only}" if only else ""
    if connection.dialect.name == "sqlite":
        statement = f"{into} VALUES ({', '.join('?' * len(columns))}) {upsert}"
        for rows in chunks:
            await connection.exec_driver_sql(statement, list(rows))
        return
    incoming, names = f"incoming_{table.name}", ", ".join(columns)
    empty = f"SELECT {names} FROM {table.name} LIMIT 0"  # noqa: S608 - our own names
    made = f"CREATE TEMPORARY TABLE IF NOT EXISTS {incoming} ON COMMIT DROP AS {empty}"
    await connection.exec_driver_sql(made)
    await _copy(connection, f"COPY {incoming} ({names}) FROM STDIN", chunks)
    await connection.exec_driver_sql(f"{into} SELECT {names} FROM {incoming} {upsert}")  # noqa: S608 - our own names
    await connection.exec_driver_sql(f"TRUNCATE {incoming}")


async def _copy(connection: AsyncConnection, statement: str, chunks: Iterable[Rows]) -> None:
    driver: Any = (await connection.get_raw_connection()).driver_connection
    async with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for rows in chunks:
            for row in rows:
                await copy.write_row(row)
