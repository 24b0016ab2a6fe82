"""The escrow key of a campaign: what its linking keys are sealed to in backups, until the close.

Its secret half is printed once and kept away from every machine. Who destroys it after the close
says so, and every backup's copy of the keys is gone with it. Both are public acts of the desk, and
what they say is read from the acts alone: a row that somebody wrote names no key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.registered import read_campaign_row
from bot.campaigns.states import CLOSED, CLOSING, HELD, OPEN, PAUSED, require_state
from bot.core.clock import Clock
from bot.crypto.act_signatures import signed_act
from bot.crypto.age_files import fingerprint, read_recipient
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import read_signatures

ESCROW = "escrow"
MADE, DESTROYED = "made", "destroyed"
RUNNING = (OPEN, PAUSED, CLOSING, HELD)


@dataclass(frozen=True, slots=True)
class Escrow:
    """The newest escrow key of a campaign.

    Attributes:
        recipient: the public age key.
        at: when it was made or destroyed, in epoch seconds.
        destroyed: whether people have said that its secret half is gone.
    """

    recipient: str
    at: int
    destroyed: bool


async def make_escrow(
    database: AsyncEngine, desk: Desk, campaign: str, recipient: str, clock: Clock
) -> None:
    """Orders the act that names a campaign's escrow key, to which later backups seal its keys.

    Raises:
        BadInput: the campaign is not running, has one already, or the key is none.
    """
    recipient = read_recipient(recipient)
    async with writing(database) as connection:
        row = await read_campaign_row(connection, campaign, "update")
        require_state(campaign, row.state, RUNNING)
        known = (await read_escrows(connection, desk)).get(campaign)
        if known is not None and not known.destroyed:
            raise BadInput(Message("escrow-there"), Place(subject=campaign))
        said = {"state": MADE, "recipient": recipient, "fingerprint": fingerprint(recipient)}
        at = int(clock.now().timestamp())
        await desk.order(connection, ESCROW, campaign, {**said, "at": at})


async def note_destroyed(
    database: AsyncEngine, desk: Desk, campaign: str, people: int, clock: Clock
) -> None:
    """Orders the act that says that a campaign's escrow key is destroyed.

    After the close no backup opens the campaign's keys any more; while it runs, a lost key is given
    up in this way, and another one can be made.

    Args:
        database: has the campaign.
        desk: signs the act.
        campaign: its id.
        people: how many say so; the caller has asked them to sign in.
        clock: the present time.

    Raises:
        BadInput: the campaign was never opened, or has no such key left.
    """
    async with writing(database) as connection:
        row = await read_campaign_row(connection, campaign, "update")
        require_state(campaign, row.state, (*RUNNING, CLOSED))
        known = (await read_escrows(connection, desk)).get(campaign)
        if known is None or known.destroyed:
            raise BadInput(Message("escrow-none"), Place(subject=campaign))
        said = {"state": DESTROYED, "recipient": known.recipient, "people": people}
        said["fingerprint"] = fingerprint(known.recipient)
        await desk.order(connection, ESCROW, campaign, {**said, "at": int(clock.now().timestamp())})


async def read_escrows(connection: AsyncConnection, desk: Desk | None) -> dict[str, Escrow]:
    """Returns the newest escrow key of each campaign, logged or waiting for the log.

    Args:
        connection: reads.
        desk: has signed them; None to take the acts as they stand, which is good for a warning
            and never for a key.
    """
    logged, waiting = tables.log_entries.c, tables.notices.c
    found: dict[str, Escrow] = {}
    for columns, order in ((logged, logged.position), (waiting, waiting.id)):
        query = select(columns.campaign, columns.body, columns.signatures)
        query = query.where(columns.kind == ESCROW, columns.body.is_not(None)).order_by(order)
        for row in await connection.execute(query):
            if desk is None or _signed(desk, row):
                said = json.loads(row.body)
                over = said["state"] == DESTROYED
                found[row.campaign] = Escrow(said["recipient"], int(said["at"]), over)
    return found


def _signed(desk: Desk, row: Any) -> bool:
    try:
        signatures = read_signatures(json.loads(row.signatures), Place(field="signatures"))
    except (BadInput, ValueError, TypeError):
        return False
    return any(signed_act(desk.key, desk.origin, row.body, one) for one in signatures)


async def kept_escrows(connection: AsyncConnection, campaigns: Iterable[str]) -> tuple[str, ...]:
    """Returns those of some campaigns whose escrow key nobody has said to be destroyed."""
    known = await read_escrows(connection, None)
    return tuple(sorted(c for c in campaigns if c in known and not known[c].destroyed))
