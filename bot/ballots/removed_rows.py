"""Deletes rows of ballots and comments and keeps for the close that they are withdrawn."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Table, delete, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballots.stored_bodies import withdrawal_text
from bot.storage.bulk import insert_all
from bot.storage.schema import all as tables
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


async def hold_withdrawals(connection: AsyncConnection, gone: Sequence[Row]) -> None:
    """Keeps which entries are withdrawn until the close, which writes the withdrawals.

    Args:
        connection: a transaction that holds the log.
        gone: rows that were deleted, with ``erasure`` and ``erasure_gate`` where the gate signed.
    """
    rows = [
        {
            "position": row["position"],
            "campaign": row["campaign"],
            "erasure": row.get("erasure"),
            "gate": row.get("erasure_gate"),
        }
        for row in gone
        if row["position"] is not None
    ]
    await insert_all(connection, tables.held_withdrawals, rows)


async def withdrawn_entries(
    connection: AsyncConnection, campaign: str
) -> list[tuple[Table, Row, LogEntry]]:
    """Takes the withdrawals of a campaign that is being closed.

    Returns for each the table and the row to store, once it has a position, and the entry.
    """
    columns = tables.held_withdrawals.c
    statement = delete(tables.held_withdrawals).where(columns.campaign == campaign)
    gone = (await connection.execute(statement.returning(*columns))).all()
    found = []
    for row in gone:
        salt, body = secrets.token_bytes(SALT_BYTES), withdrawal_text(row._mapping)
        stored = {"campaign": campaign, "salt": salt, "body": body}
        entry = sealed_entry(campaign, commit(salt, body))
        found.append((tables.withdrawals, stored, entry))
    return found
