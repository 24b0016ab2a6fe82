"""Writes what waited for the close: comments and withdrawals in one lot, and counts of presses."""

from __future__ import annotations

import secrets
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable
from random import SystemRandom

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.disclosure.rounding import ROUNDING_BASE, round_down
from bot.ballots.pool import HeldWords
from bot.ballots.removed_rows import (
    SALT_BYTES,
    Row,
    clear,
    hold_withdrawals,
    pull,
    withdrawn_entries,
)
from bot.ballots.stored_bodies import comment_text
from bot.ballots.stored_forms import Submission
from bot.storage.bulk import insert_all
from bot.storage.schema import all as tables
from bot.transparency.log_entry import LogEntry, sealed_entry
from survey_flows.log_entries import commit

LEAST_BALLOTS = 10
"""Ballots of a unit below which a comment does not name it: it would be one of very few."""
COMMENTER_BYTES = 32


async def write_lot(
    connection: AsyncConnection, campaign: str, words: HeldWords, first: int
) -> list[LogEntry]:
    """Stores comments, withdrawals and counts of presses of a campaign that is being closed.

    Returns the sealed entries to append, of which the first gets the position ``first``. Their
    order is drawn by lot, and nothing tells which of them is what.
    """
    await _withdraw_replaced(connection, campaign, words)
    lot = await _comments(connection, campaign, words)
    lot += await withdrawn_entries(connection, campaign)
    SystemRandom().shuffle(lot)
    rows: dict[Table, list[Row]] = {tables.comments: [], tables.withdrawals: []}
    for position, (table, row, _) in enumerate(lot, first):
        rows[table].append(row | {"position": position})
    for table, own in rows.items():
        await insert_all(connection, table, own)
    await insert_all(connection, tables.pressure_counts, _counts(campaign, words.presses))
    return [entry for *_, entry in lot]


async def _withdraw_replaced(connection: AsyncConnection, campaign: str, words: HeldWords) -> None:
    """Withdraws comments that an earlier version logged and that were taken back since."""
    erased = [(campaign, bytes.fromhex(voter)) for voter in words.erased]
    gone = await clear(connection, tables.comments, erased)
    places = [(campaign, unit, bytes.fromhex(voter)) for unit, voter in words.comments]
    await hold_withdrawals(connection, gone + await pull(connection, tables.comments, places))


async def _comments(
    connection: AsyncConnection, campaign: str, words: HeldWords
) -> list[tuple[Table, Row, LogEntry]]:
    columns = tables.ballots.c
    query = select(columns.unit, func.count()).where(columns.campaign == campaign)
    counted = (await connection.execute(query.group_by(columns.unit))).all()
    named = {unit for unit, count in counted if count >= LEAST_BALLOTS}
    found = []
    for (unit, _), message in words.comments.items():
        if message["text"]:
            row = _row(message, unit if unit in named else "")
            entry = sealed_entry(campaign, commit(row["salt"], comment_text(row)))
            found.append((tables.comments, row, entry))
    return found


def _row(message: Submission, unit: str) -> Row:
    """Returns the row of a comment, with the signature that fits what it says of its unit."""
    signed = message.get("comment")
    gate = b64decode(signed["named" if unit else "unnamed"]) if signed else None
    return {
        "campaign": message["campaign"],
        "unit": unit,
        # The pseudonym of the pool would join a person's comments on several units.
        "voter": secrets.token_bytes(COMMENTER_BYTES),
        "text": message["text"],
        "salt": secrets.token_bytes(SALT_BYTES),
        "number": bytes.fromhex(signed["id"]) if signed else None,
        "gate": gate,
    }


def _counts(campaign: str, presses: Iterable[tuple[str, str]]) -> list[Row]:
    """Returns counts of presses by unit, rounded down to tens; what is smaller is not kept."""
    counts = Counter(unit for unit, _ in presses)
    kept = [(unit, round_down(count, ROUNDING_BASE)) for unit, count in sorted(counts.items())]
    return [{"campaign": campaign, "unit": unit, "count": count} for unit, count in kept if count]
