"""The acts about the log's keys.

An act that somebody ordered carries the desk's signature (`bot.transparency.desk`); the log's key
signs what it knows itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import select

from bot.crypto.gate_signatures import GateSigner
from bot.storage.schema.all import log_entries
from bot.transparency.entry_bodies import KEYS, keys_body
from bot.transparency.guarded_log import OpenLog
from survey_flows.errors import BadInput, Message
from survey_flows.log_entries import LOG_ITSELF, act_label, signed_act_text
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
    number, named = await _newest(log)
    desk, gate = desk or named.get("desk"), gate or named.get("gate")
    if (desk, gate) != (named.get("desk"), named.get("gate")):
        body = keys_body(number + 1, desk, gate)
        await log.append([log.own_act(KEYS, LOG_ITSELF, str(number + 1), body)], at)


async def announce_lost_desk(
    log: OpenLog, desk: VerifierKey, gate: GateSigner, loss: Mapping[str, object], at: int
) -> None:
    """Appends the act ``keys`` that replaces a desk's key which cannot sign that any more.

    The gate's key signs in its place: else whoever has the log's key made itself a desk.
    A process that was killed after it appends nothing twice.

    Args:
        log: the open log.
        desk: the new key.
        gate: signs with the key that the log names as the gate's.
        loss: says what was lost and why.
        at: epoch seconds.

    Raises:
        BadInput: the log names no desk's key, or another key of the gate.
    """
    number, named = await _newest(log)
    if named.get("desk") == desk:
        return
    if "desk" not in named or named.get("gate") != gate.key:
        raise BadInput(Message("transparency-other-gate"))
    body = keys_body(number + 1, desk, gate.key, loss)
    signed = gate.signature(signed_act_text(gate.origin, body))
    await log.append([log.own_act(KEYS, LOG_ITSELF, str(number + 1), body, [signed])], at)


async def _newest(log: OpenLog) -> tuple[int, dict[str, VerifierKey]]:
    """Returns the number of the newest act ``keys``, 0 for none, and the keys that it names."""
    number, newest = 0, "{}"
    while said := await _body(log, act_label(KEYS, LOG_ITSELF, str(number + 1))):
        number, newest = number + 1, said
    named = json.loads(newest)
    return number, {role: read_key(named[role]) for role in ("desk", "gate") if role in named}
