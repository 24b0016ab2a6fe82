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
from bot.core.folder_lock import folder_alone
from bot.crypto.gate_keys import SIGN, GateKeys, load_gate_keys
from bot.crypto.gate_signatures import gate_key
from bot.crypto.keyrings import Keyring
from bot.service.lost_keys import Loss, require_lost
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.acts import announce_lost_key, desk_stands_in
from bot.transparency.desk import Desk
from bot.transparency.guarded_log import GuardedLog
from survey_flows.errors import Message

NEXT = "sign-next"
"""The new key until the log knows it."""


def require_lost_gate(ring: Keyring, reason: str) -> None:
    """Refuses as `require_lost` does; ``ring`` is the folder of the gate's keys."""
    require_lost(ring.path(SIGN), Message("gate-loss-none"), reason)


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
        BadInput: as `require_lost_gate`, a service uses the folder, or the log names no gate or
            another desk.
        KeyMissing: a key of a campaign that is open is lost, too: what it counted is unknown.
    """
    ring = Keyring(folder)
    require_lost_gate(ring, loss.reason)
    # A service that runs has the lost key in memory and would sign on by it.
    with folder_alone(folder, Message("gate-loss-service-runs")):
        ring.find_or_create(NEXT)
        keys, now = load_gate_keys(folder, NEXT), int(clock.now().timestamp())
        accepted = await _accepted(database, keys)
        said = loss.said("gate", now) | {"accepted": accepted}
        async with log.open() as opened:
            key = gate_key(desk.origin, keys.public())
            await announce_lost_key(opened, key, desk_stands_in(desk), said, now)
        ring.path(NEXT).replace(ring.path(SIGN))
    return keys


async def _accepted(database: AsyncEngine, keys: GateKeys) -> dict[str, int]:
    """Returns how many ballots of each open campaign the gate has accepted."""
    async with reading(database) as connection:
        states = (OPEN, PAUSED, CLOSING, HELD)
        query = select(tables.campaigns.c.id).where(tables.campaigns.c.state.in_(states))
        campaigns = sorted((await connection.execute(query)).scalars())
        return {name: await accepted_ballots(connection, keys, name) for name in campaigns}
