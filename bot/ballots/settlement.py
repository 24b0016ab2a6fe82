"""Two people close a held campaign although messages are missing; the closing says how many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.approvals import Approval, Approvals, Decision
from bot.accounts.roster import Book
from bot.ballots.numbers_at_close import REASONS
from bot.campaigns.held import held_for
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.states import HELD, require_state
from bot.storage.database import reading, upsert
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place

SETTLE = "settle"


@dataclass(frozen=True, slots=True)
class HeldClose:
    """What holds a campaign: the messages of its checks, and how many messages are missing.

    ``numbers_alone``: no other check than that of the running numbers holds it.
    """

    reasons: tuple[Message, ...]
    missing: int
    numbers_alone: bool


async def show_held(database: AsyncEngine, campaign: str) -> HeldClose:
    """Returns what holds a campaign.

    Raises:
        BadInput: the campaign does not exist, or is not held.
    """
    async with reading(database) as connection:
        return await _held(connection, campaign, None)


async def prepare_settlement(
    approvals: Approvals, campaign: str, missing: int, by: str, reason: str
) -> Approval:
    """Accepts ``missing`` messages as lost, or prepares that for a second person.

    The mixer then closes the campaign and logs the number; if more are missing by then, the
    campaign stays held.

    Raises:
        BadInput: the campaign is not held for its running numbers alone, another number is missing,
            there is no reason, or the same waits already.
    """
    if not reason.strip():
        raise BadInput(Message("ballots-settle-reason"), Place(field="--reason"))
    async with reading(approvals.roster.database) as connection:
        await _require_missing(connection, campaign, missing)
    details = {"missing": missing, "reason": reason.strip()}
    return await approvals.prepare(SETTLE, campaign, details, by)


def settle_decision() -> Decision:
    """Returns what two people decide of a held campaign."""
    return Decision(_settle)


async def _settle(connection: AsyncConnection, _book: Book, one: Approval, _now: int) -> None:
    missing = int(one.details["missing"])
    await _require_missing(connection, one.subject, missing, "update")
    # In the profile solo nobody else has signed.
    second = one.approvers[0] if one.approvers else ""
    row = {"campaign": one.subject, "missing": missing, "first": one.prepared_by, "second": second}
    rows = [row | {"reason": one.details["reason"]}]
    await upsert(connection, tables.settlements, ["campaign"], rows)


async def _require_missing(
    connection: AsyncConnection,
    campaign: str,
    missing: int,
    lock: Literal["update"] | None = None,
) -> None:
    held = await _held(connection, campaign, lock)
    if not held.numbers_alone:
        raise BadInput(Message("ballots-settle-other-check"), Place(subject=campaign))
    if held.missing != missing:
        message = Message("ballots-settle-missing", missing=held.missing)
        raise BadInput(message, Place(subject=campaign))


async def _held(
    connection: AsyncConnection, campaign: str, lock: Literal["update"] | None
) -> HeldClose:
    row = await read_campaign_row(connection, campaign, lock)
    require_state(campaign, row.state, (HELD,))
    reasons = await held_for(connection, campaign)
    missing = [dict(one.values).get("missing", 0) for one in reasons if one.id in REASONS]
    number = sum(one for one in missing if isinstance(one, int))
    return HeldClose(reasons, number, all(one.id in REASONS for one in reasons))
