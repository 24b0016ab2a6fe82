"""What two people decide of a result, apart from the scores that it rests on.

The service loads this at its start. What makes bundles loads all of the scoring, which is memory
that it saves until somebody publishes.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.approvals import Approval, Decision
from bot.accounts.roster import Book
from bot.ballots.desk_orders import RESULT as RESULT
from bot.ballots.public_acts import ResultCheck
from bot.transparency.desk import Desk
from bot.transparency.guard import Guard


def result_decision(desk: Desk) -> Decision:
    """Returns what two people decide of a result: the digest of its totals goes into the log."""

    async def order(connection: AsyncConnection, _book: Book, one: Approval, _now: int) -> None:
        await desk.order(connection, RESULT, one.subject, one.details, again=False)

    return Decision(order)


def result_check(database: AsyncEngine, guard: Guard) -> ResultCheck:
    """Returns the check that a mixer makes before it logs a result (`is_proven_result`)."""

    async def follows(campaign: str, body: str) -> bool:
        from bot.verification.result_check import is_proven_result

        return await is_proven_result(database, guard, campaign, body)

    return follows
