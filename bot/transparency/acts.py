"""The acts about the log's keys.

An act that somebody ordered carries the desk's signature (`bot.transparency.desk`); the log's key
signs what it knows itself.
"""

from __future__ import annotations

import json

from sqlalchemy import select

from bot.storage.schema.all import log_entries
from bot.transparency.entry_bodies import KEYS, keys_body
from bot.transparency.guarded_log import OpenLog
from survey_flows.log_entries import LOG_ITSELF, act_label
from survey_flows.signed_notes import VerifierKey, read_key


async def _body(log: OpenLog, label: bytes) -> str | None:
    query = select(log_entries.c.body).where(log_entries.c.label == label).limit(1)
    return (await log.connection.execute(query)).scalar()


async def announce_keys(
    log: OpenLog, desk: VerifierKey | None, gate: VerifierKey | None, at: int
) -> None:
    """Appends the act ``keys`` unless the newest one names these keys; it holds from here on.

    A process that does not know a key leaves it as it is.

    Args:
        log: the open log.
        desk: the key that signs acts of the service; None where it is not known.
        gate: the key that signs ballots; None where it is not known.
        at: epoch seconds.
    """
    if desk is None and gate is None:
        return
    number, newest = 0, None
    while said := await _body(log, act_label(KEYS, LOG_ITSELF, str(number + 1))):
        number, newest = number + 1, said
    if newest is not None:
        named = json.loads(newest)
        desk = desk or (read_key(named["desk"]) if "desk" in named else None)
        gate = gate or (read_key(named["gate"]) if "gate" in named else None)
    if newest is None or newest != keys_body(number, desk, gate):
        body = keys_body(number + 1, desk, gate)
        await log.append([log.own_act(KEYS, LOG_ITSELF, str(number + 1), body)], at)
