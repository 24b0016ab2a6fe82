"""What people do when the gate's signing key is lost: another one takes its place, in the open.

The lost key cannot sign that it is replaced. The log's key and the desk's sign instead, and every
verification tells of it. The act says how many ballots of each open campaign the gate had accepted
until then: more than these the lost key cannot have signed, whoever finds it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ballots.gate_streams import accepted_ballots
from bot.campaigns.states import CLOSING, HELD, OPEN, PAUSED
from bot.core.clock import Clock
from bot.crypto.gate_keys import SIGN, GateKeys, Keyring, load_gate_keys
from bot.crypto.gate_signatures import gate_key
from bot.service.desk_loss import Loss
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.acts import announce_lost_gate
from bot.transparency.desk import Desk
from bot.transparency.guarded_log import GuardedLog
from survey_flows.errors import BadInput, Message, Place

NEXT = "sign-next"
"""The new key until the log knows it."""


def require_lost_gate(ring: Keyring, reason: str) -> None:
    """Refuses to replace a key that is there.

    Args:
        ring: the folder of the gate's keys.
        reason: is published in the log.

    Raises:
        BadInput: the key is there, or there is no reason.
    """
    if ring.path(SIGN).exists():
        raise BadInput(Message("gate-loss-none"), Place(file=str(ring.path(SIGN))))
    if not reason.strip():
        raise BadInput(Message("log-loss-without-reason"))


async def replace_gate(
    database: AsyncEngine, log: GuardedLog, folder: Path, desk: Desk, loss: Loss, clock: Clock
) -> GateKeys:
    """Makes another signing key of the gate; after a kill it goes on where it was.

    Args:
        database: has what the gate counted.
        log: takes the act.
        folder: has the gate's keys.
        desk: signs in the place of the lost key.
        loss: is published in the log.
        clock: the present time.

    Raises:
        BadInput: as `require_lost_gate`, or the log names no gate or another desk.
        KeyMissing: a key of a campaign that is open is lost, too: what it counted is unknown.
    """
    ring = Keyring(folder)
    require_lost_gate(ring, loss.reason)
    ring.find_or_create(NEXT)
    keys, now = load_gate_keys(folder, NEXT), int(clock.now().timestamp())
    async with reading(database) as connection:
        states = (OPEN, PAUSED, CLOSING, HELD)
        query = select(tables.campaigns.c.id).where(tables.campaigns.c.state.in_(states))
        campaigns = sorted((await connection.execute(query)).scalars())
        accepted = {name: await accepted_ballots(connection, keys, name) for name in campaigns}
    said = {"lost": "gate", "reason": loss.reason.strip(), "people": loss.people, "at": now}
    async with log.open() as opened:
        key = gate_key(desk.origin, keys.public())
        await announce_lost_gate(opened, key, desk, said | {"accepted": accepted}, now)
    ring.path(NEXT).replace(ring.path(SIGN))
    return keys
