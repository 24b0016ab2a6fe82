"""Two people close a held campaign although messages are missing; the closing says how many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.roles import ADMINISTRATOR
from bot.accounts.staff import find_account
from bot.ballots.numbers_at_close import REASONS
from bot.campaigns.held import held_for
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.states import HELD, require_state
from bot.storage.database import reading, upsert, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place


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


async def settle_held(
    database: AsyncEngine, campaign: str, missing: int, people: tuple[str, str], reason: str
) -> None:
    """Accepts ``missing`` messages as lost; the mixer then closes the campaign and logs the number.

    If more are missing by then, the campaign stays held.

    Raises:
        BadInput: the campaign is not held for its running numbers alone, another number is missing,
            the two people are not two administrators, or there is no reason.
    """
    if not reason.strip():
        raise BadInput(Message("ballots-settle-reason"), Place(field="--reason"))
    first, second = [await _administrator(database, login) for login in people]
    if first == second:
        raise BadInput(Message("ballots-settle-two"), Place(subject=first))
    async with writing(database) as connection:
        held = await _held(connection, campaign, "update")
        if not held.numbers_alone:
            raise BadInput(Message("ballots-settle-other-check"), Place(subject=campaign))
        if held.missing != missing:
            message = Message("ballots-settle-missing", missing=held.missing)
            raise BadInput(message, Place(subject=campaign))
        row = {"campaign": campaign, "missing": missing, "first": first, "second": second}
        rows = [row | {"reason": reason.strip()}]
        await upsert(connection, tables.settlements, ["campaign"], rows)


async def _held(
    connection: AsyncConnection, campaign: str, lock: Literal["update"] | None
) -> HeldClose:
    row = await read_campaign_row(connection, campaign, lock)
    require_state(campaign, row.state, (HELD,))
    reasons = await held_for(connection, campaign)
    missing = [dict(one.values).get("missing", 0) for one in reasons if one.id in REASONS]
    number = sum(one for one in missing if isinstance(one, int))
    return HeldClose(reasons, number, all(one.id in REASONS for one in reasons))


async def _administrator(database: AsyncEngine, login: str) -> str:
    account = await find_account(database, login)
    if account is None or account.disabled or account.role != ADMINISTRATOR:
        raise BadInput(Message("ballots-settle-administrator"), Place(subject=login))
    return account.login
