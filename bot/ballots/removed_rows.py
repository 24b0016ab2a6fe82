"""Deletes rows of ballots and comments and makes the entries that withdraw them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from random import SystemRandom
from typing import Any

from sqlalchemy import Table, delete, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.bulk import insert_all
from bot.storage.schema import all as tables
from bot.transparency.entry_bodies import withdrawal_body
from bot.transparency.log_entry import LogEntry, sealed_entry
from survey_flows.log_entries import commit

SALT_BYTES = 16
ROWS_A_STATEMENT = 200
"""Keys in one statement, because SQLite limits its parameters."""

Row = dict[str, Any]
BallotKey = tuple[str, str, bytes]
"""Campaign, unit and voter, for which at most one ballot and one comment stand."""


async def clear(
    connection: AsyncConnection, table: Table, erased: Iterable[tuple[str, bytes]]
) -> list[Row]:
    """Deletes every row of these (campaign, voter) and returns them."""
    key = tuple_(table.c.campaign, table.c.voter)
    return await _remove(connection, table, key, list(erased))


async def pull(connection: AsyncConnection, table: Table, places: Sequence[BallotKey]) -> list[Row]:
    """Deletes the rows of these keys and returns them."""
    key = tuple_(table.c.campaign, table.c.unit, table.c.voter)
    return await _remove(connection, table, key, places)


async def _remove(
    connection: AsyncConnection, table: Table, key: Any, values: Sequence[tuple[Any, ...]]
) -> list[Row]:
    found: list[Row] = []
    for start in range(0, len(values), ROWS_A_STATEMENT):
        statement = (
            delete(table)
            .where(key.in_(values[start : start + ROWS_A_STATEMENT]))
            .returning(*table.c)
        )
        found += [dict(row._mapping) for row in await connection.execute(statement)]
    return found


async def withdraw(connection: AsyncConnection, gone: Sequence[Row], first: int) -> list[LogEntry]:
    """Makes an entry for each withdrawn one; nobody can tell these entries from ballots.

    Args:
        connection: where the withdrawals are stored.
        gone: rows that were deleted.
        first: the position of the first entry.
    """
    rows = [
        {
            "campaign": row["campaign"],
            "salt": secrets.token_bytes(SALT_BYTES),
            "body": withdrawal_body(row["campaign"], row["position"]),
        }
        for row in gone
        if row["position"] is not None
    ]
    SystemRandom().shuffle(rows)
    rows = [row | {"position": position} for position, row in enumerate(rows, first)]
    await insert_all(connection, tables.withdrawals, rows)
    return [sealed_entry(row["campaign"], commit(row["salt"], row["body"])) for row in rows]
