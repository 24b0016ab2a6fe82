"""Writes what waited for the close: comments in an order drawn by lot, and counts of presses."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable
from random import SystemRandom

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.disclosure.rounding import ROUNDING_BASE, round_down
from bot.ballots.pool import HeldWords
from bot.ballots.removed_rows import SALT_BYTES, Row, clear, pull, withdraw
from bot.storage.bulk import insert_all
from bot.storage.schema import all as tables
from bot.transparency.entry_bodies import comment_body
from bot.transparency.log_entry import LogEntry, sealed_entry
from survey_flows.log_entries import commit

LEAST_BALLOTS = 10
"""Ballots of a unit below which a comment does not name it: it would be one of very few."""
COMMENTER_BYTES = 32


async def write_words(
    connection: AsyncConnection, campaign: str, words: HeldWords, first: int
) -> list[LogEntry]:
    """Stores the comments and counts of a campaign that is being closed.

    Returns the entries to append, of which the first gets the position ``first``.
    """
    gone = await _replaced(connection, campaign, words)
    rows = await _comments(connection, campaign, words)
    for position, row in enumerate(rows, first):
        row["position"] = position
    await insert_all(connection, tables.comments, rows)
    await insert_all(connection, tables.pressure_counts, _counts(campaign, words.presses))
    entries = [sealed_entry(campaign, commit(row["salt"], comment_body(row))) for row in rows]
    return entries + await withdraw(connection, gone, first + len(rows))


async def _replaced(connection: AsyncConnection, campaign: str, words: HeldWords) -> list[Row]:
    """Deletes comments of an earlier version that were taken back or replaced since."""
    erased = [(campaign, bytes.fromhex(voter)) for voter in words.erased]
    gone = await clear(connection, tables.comments, erased)
    places = [(campaign, unit, bytes.fromhex(voter)) for unit, voter in words.comments]
    return gone + await pull(connection, tables.comments, places)


async def _comments(connection: AsyncConnection, campaign: str, words: HeldWords) -> list[Row]:
    """Returns the rows of comments in their order, which tells nothing."""
    columns = tables.ballots.c
    query = select(columns.unit, func.count()).where(columns.campaign == campaign)
    counted = (await connection.execute(query.group_by(columns.unit))).all()
    named = {unit for unit, count in counted if count >= LEAST_BALLOTS}
    rows = [
        {
            "campaign": campaign,
            "unit": unit if unit in named else "",
            # The pseudonym of the pool would join a person's comments on several units.
            "voter": secrets.token_bytes(COMMENTER_BYTES),
            "text": message["text"],
            "salt": secrets.token_bytes(SALT_BYTES),
        }
        for (unit, _), message in words.comments.items()
        if message["text"]
    ]
    SystemRandom().shuffle(rows)
    return rows


def _counts(campaign: str, presses: Iterable[tuple[str, str]]) -> list[Row]:
    """Returns counts of presses by unit, rounded down to tens; what is smaller is not kept."""
    counts = Counter(unit for unit, _ in presses)
    kept = [(unit, round_down(count, ROUNDING_BASE)) for unit, count in sorted(counts.items())]
    return [{"campaign": campaign, "unit": unit, "count": count} for unit, count in kept if count]
