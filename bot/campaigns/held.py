"""A campaign that a check of its close, or a later one, holds: which wait, how they let it go.

A held campaign takes no ballots and publishes nothing. Each waiting check is a message with its
values. A check that finds everything in order withdraws its own message, and the campaign goes on
to its close when none is left.
"""

from __future__ import annotations

import json

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.registered import read_campaign_row
from bot.campaigns.states import CLOSING, HELD, OVER, require_state
from bot.storage.database import upsert
from bot.storage.schema import all as tables
from survey_flows.errors import Message
from survey_flows.messages import Value


async def hold(connection: AsyncConnection, campaign: str, reason: Message) -> None:
    """Holds a campaign's close for ``reason``, whose values are text, numbers or lists of text.

    The same reason with other values replaces the earlier one.

    Raises:
        BadInput: the campaign does not exist, or still takes ballots.
    """
    row = await read_campaign_row(connection, campaign, "update")
    require_state(campaign, row.state, OVER)
    details = json.dumps(dict(reason.values), ensure_ascii=False, sort_keys=True)
    held = {"campaign": campaign, "reason": reason.id, "details": details}
    await upsert(connection, tables.campaign_holds, ["campaign", "reason"], [held])
    await _move(connection, campaign, HELD)


async def release(connection: AsyncConnection, campaign: str, reason: str) -> bool:
    """Withdraws the reason of this message id; returns whether the campaign is held no more.

    Raises:
        BadInput: the campaign does not exist, or is not held.
    """
    row = await read_campaign_row(connection, campaign, "update")
    require_state(campaign, row.state, (HELD,))
    columns = tables.campaign_holds.c
    await connection.execute(
        delete(tables.campaign_holds).where(columns.campaign == campaign, columns.reason == reason)
    )
    if await held_for(connection, campaign):
        return False
    await _move(connection, campaign, CLOSING)
    return True


async def held_for(connection: AsyncConnection, campaign: str) -> tuple[Message, ...]:
    """Returns the reasons for which a campaign is held, by their ids."""
    columns = tables.campaign_holds.c
    query = select(columns.reason, columns.details).where(columns.campaign == campaign)
    rows = (await connection.execute(query.order_by(columns.reason))).all()
    return tuple(Message(row.reason, **_values(row.details)) for row in rows)


def _values(details: str) -> dict[str, Value]:
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in json.loads(details).items()
    }


async def _move(connection: AsyncConnection, campaign: str, state: str) -> None:
    changed = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
    await connection.execute(changed.values(state=state))
