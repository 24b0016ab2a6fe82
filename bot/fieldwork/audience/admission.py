"""Admission by personal invitation: one person each, in the cell in which they were drawn.

The database holds a keyed hash of each token and, once it was used, a keyed pseudonym of its user.
Neither leads to the contact or to a ballot (`docs/decisions/0009-invitations.md`).
All invitations of a cell lead to one link that is handed out to nobody.
Conversations, ballots and counters therefore know no single invitation.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.links import PERSONAL
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.core.events import event
from bot.core.identity import Citizen
from bot.core.short_codes import fold_code
from bot.crypto.gate_keys import GateKeys
from bot.storage.schema import all as tables
from survey_flows.events import Started
from survey_flows.outside_window import Phase, phase

log = logging.getLogger(__name__)

TOKEN = re.compile(r"[A-Z2-7]{16}")
"""The form of invitations of before codes; they stay valid."""


async def admit_invited(
    connection: AsyncConnection,
    keys: GateKeys,
    live_campaigns: LiveCampaigns,
    citizen: Citizen,
    event: Started,
    now: datetime,
) -> Started:
    """Replace an invitation's token by the link of its cell, in the transaction of the update.

    While ballots are taken, an invitation belongs to the first person who uses it.
    For anybody else, and when there is no such invitation, the token stays an unknown link:
    they can take part like anybody without an invitation.
    """
    if event.link.startswith(PERSONAL):
        # A cell's link is internal: a person who read it in the database must gain nothing by it.
        return replace(event, link=event.link.strip(PERSONAL))
    token = _token(live_campaigns, event.link)
    found = await _find(connection, keys, live_campaigns, token) if token else None
    definition = live_campaigns.get(found.campaign) if found else None
    if found is None or definition is None or found.link not in definition.links:
        return event
    taken = live_campaigns.taken_invitations
    if phase(definition, now) is Phase.OPEN and not await _take(
        connection, keys, found, citizen, taken
    ):
        return event
    return replace(event, link=found.link)


async def knows_code(
    connection: AsyncConnection, keys: GateKeys, live_campaigns: LiveCampaigns, code: str
) -> bool:
    """Return whether a code is somebody's invitation to a campaign that is open or was."""
    return bool(code) and await _find(connection, keys, live_campaigns, code) is not None


def _token(live_campaigns: LiveCampaigns, link: str) -> str:
    """Return an invitation's code or token as it was made; empty for what can be neither."""
    if live_campaigns.has_link(link):
        return ""
    old = link.upper()
    return old if TOKEN.fullmatch(old) else fold_code(link)


async def _find(
    connection: AsyncConnection, keys: GateKeys, live_campaigns: LiveCampaigns, token: str
) -> Row[Any] | None:
    made = (keys.invitation_mark(campaign, token) for campaign in live_campaigns.campaigns)
    marks = [mark for mark in made if mark]
    query = select(tables.invitations).where(tables.invitations.c.mark.in_(marks))
    return (await connection.execute(query)).first() if marks else None


async def _take(
    connection: AsyncConnection,
    keys: GateKeys,
    found: Row[Any],
    citizen: Citizen,
    taken: dict[bytes, bytes],
) -> bool:
    """Return whether the invitation is this citizen's, who takes it if it is free.

    ``taken`` is what this process has seen taken, by marks: a row that somebody makes free again
    is not.
    """
    holder, mark = keys.holder(found.campaign, citizen.channel, citizen.user), bytes(found.mark)
    if found.holder is not None:
        taken.setdefault(mark, bytes(found.holder))
        return bytes(found.holder) == holder
    if taken.get(mark, holder) != holder:
        log.error(
            "an invitation of campaign %s was made free by nobody",
            found.campaign,
            extra=event("invitation_freed", campaign=found.campaign),
        )
        return False
    columns = tables.invitations.c
    # Another process may have taken the row since it was read; then nothing is changed.
    free = update(tables.invitations).where(columns.mark == found.mark, columns.holder.is_(None))
    if not (await connection.execute(free.values(holder=holder))).rowcount:
        return False
    # Should the transaction fail, the same person takes it again.
    taken[mark] = holder
    return True
