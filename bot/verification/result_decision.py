"""What two people decide of a result, apart from the scores that it rests on.

The service loads this at its start. What makes bundles loads all of the scoring, which is memory
that it saves until somebody publishes.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.approvals import Approval, Decision
from bot.accounts.roster import Book
from bot.transparency.desk import Desk

RESULT = "result"


def result_decision(desk: Desk) -> Decision:
    """Returns what two people decide of a result: the digest of its totals goes into the log."""

    async def order(connection: AsyncConnection, _book: Book, one: Approval, _now: int) -> None:
        await desk.order(connection, RESULT, one.subject, one.details, again=False)

    return Decision(order)
