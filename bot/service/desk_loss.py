"""What people do when the desk's key is lost: another one takes its place, and the log says so.

The lost key cannot sign that it is replaced. The log's key and the gate's sign instead, and every
verification tells of it. What only the lost key could tell is taken as it stands: accounts, and
rows of the audit log after the last act about them. Votes on cases that wait are cast anew.
"""

from __future__ import annotations

import json

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.audit_anchors import order_anew
from bot.accounts.profiles import PROFILE, SOLO
from bot.accounts.roster import Roster
from bot.campaigns.link_marks import mark_links_anew
from bot.core.clock import Clock
from bot.crypto.gate_signatures import GateSigner
from bot.crypto.keyrings import Keyring
from bot.service.lost_keys import Loss, require_lost
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.transparency.acts import announce_lost_key, gate_stands_in
from bot.transparency.desk import DESK, Desk
from bot.transparency.guarded_log import GuardedLog
from bot.transparency.known_desk import know_desk
from bot.transparency.logged_acts import LoggedActs
from bot.transparency.verdicts import WAITING
from survey_flows.errors import Message
from survey_flows.log_entries import LOG_ITSELF

NEXT = "desk-next"
"""The new key until everything knows it."""


def require_lost_desk(ring: Keyring, reason: str) -> None:
    """Refuses as `require_lost` does; ``ring`` is the folder of the desk's key."""
    require_lost(ring.path(DESK), Message("desk-loss-none"), reason)


async def replace_desk(
    database: AsyncEngine,
    log: GuardedLog,
    ring: Keyring,
    gate: GateSigner,
    loss: Loss,
    clock: Clock,
) -> Desk:
    """Makes another key of the desk and lets it count; after a kill it goes on where it was.

    Args:
        database: has what the desk vouches for.
        log: takes the act.
        ring: the folder of the desk's key.
        gate: signs in the place of the lost key.
        loss: is published in the log.
        clock: the present time.

    Raises:
        BadInput: as `require_lost_desk`, or the log names no desk or another gate.
    """
    require_lost_desk(ring, loss.reason)
    now = int(clock.now().timestamp())
    desk = Desk(ring.find_or_create(NEXT), gate.origin)
    async with log.open() as opened:
        await announce_lost_key(opened, desk.key, gate_stands_in(gate), loss.said(DESK, now), now)
    know_desk(log.guard.folder, desk.key)
    async with writing(database) as connection:
        await order_anew(connection, desk, now)
        await _vote_anew(connection)
        await mark_links_anew(connection, desk)
    await _know_accounts(Roster(database, desk, ring.folder), log)
    ring.path(NEXT).replace(ring.path(DESK))
    return desk


async def logged_profile(log: GuardedLog) -> str:
    """Returns the profile that the log has, by the guard; solo where it has none."""
    acts = LoggedActs(log.guard)
    await acts.refresh()
    said = acts.bodies(PROFILE, LOG_ITSELF)
    return str(json.loads(said[-1])["profile"]) if said else SOLO


async def _know_accounts(roster: Roster, log: GuardedLog) -> None:
    """Takes the accounts over as they stand, in the profile that the log has."""
    await roster.accept()
    async with roster.change_with_book() as (_, book):
        book.profile = await logged_profile(log)


async def _vote_anew(connection: AsyncConnection) -> None:
    """Begins the next round of cases that wait with votes: nobody can tell who cast them."""
    columns, votes = tables.cases.c, tables.case_votes.c
    voted = select(votes.case_id).where(votes.case_id == columns.id, votes.round == columns.round)
    again = update(tables.cases).where(columns.state == WAITING, voted.exists())
    await connection.execute(again.values(round=columns.round + 1))
