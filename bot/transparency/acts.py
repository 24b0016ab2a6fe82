"""The acts about the log's keys.

An act that somebody ordered carries the desk's signature (`bot.transparency.desk`); the log's key
signs what it knows itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select

from bot.core.operator_needed import OperatorNeeded
from bot.crypto.gate_signatures import GATE, GateSigner
from bot.storage.schema.all import log_entries
from bot.transparency.desk import Desk
from bot.transparency.entry_bodies import KEYS, keys_body
from bot.transparency.guarded_log import OpenLog
from survey_flows.errors import BadInput, Message
from survey_flows.log_entries import LOG_ITSELF, act_label, signed_act_text
from survey_flows.signed_notes import Signature, VerifierKey, read_key


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


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who signs in the place of a lost key: the gate for the desk, the desk for the gate.

    Args:
        role: ``desk`` or ``gate``.
        key: the key that the log names as this role's.
        sign: returns its signature of an act's body.
    """

    role: str
    key: VerifierKey
    sign: Callable[[str], Signature]


def desk_stands_in(desk: Desk) -> StandIn:
    """Returns the desk in the place of the gate."""
    return StandIn("desk", desk.key, desk.sign)


def gate_stands_in(gate: GateSigner) -> StandIn:
    """Returns the gate in the place of the desk."""
    return StandIn(
        "gate", gate.key, lambda body: gate.signature(signed_act_text(gate.origin, body))
    )


OTHER_KEY = {
    "desk": Message("transparency-other-desk"),
    "gate": Message("transparency-other-gate"),
}
"""What is said of a role's key that is not the log's."""


async def announce_lost_key(
    log: OpenLog, key: VerifierKey, other: StandIn, loss: Mapping[str, object], at: int
) -> None:
    """Appends the act ``keys`` that replaces a key which cannot sign that any more.

    The other one of desk and gate signs in its place: else whoever has the log's key made itself
    either. A process that was killed after it appends nothing twice.

    Args:
        log: the open log.
        key: the new key.
        other: signs with the key that the log names as this role's.
        loss: says whose key was ``lost`` and why, and what the gate had accepted until then.
        at: epoch seconds.

    Raises:
        BadInput: the log names no key of the role, or another key of the other one.
    """
    lost = str(loss["lost"])
    number, named = await _newest(log)
    if named.get(lost) == key:
        return
    if lost not in named or named.get(other.role) != other.key:
        raise BadInput(OTHER_KEY[other.role])
    keys = {lost: key, other.role: other.key}
    body = keys_body(number + 1, keys["desk"], keys["gate"], loss)
    act = log.own_act(KEYS, LOG_ITSELF, str(number + 1), body, [other.sign(body)])
    await log.append([act], at)


class GateChanged(OperatorNeeded):
    """The gate's key is not the one that the log names, while a campaign is open."""

    def __init__(self) -> None:
        super().__init__(Message("transparency-gate-changed"))


def demand_gate(bodies: Sequence[str], gate: VerifierKey) -> None:
    """Refuses another gate's key than the newest act ``keys`` names.

    Nobody handed over to it, so that every campaign that is open would fail its verification.

    Args:
        bodies: of the acts ``keys``, in their order.
        gate: the key that the gate has.

    Raises:
        GateChanged: the log names another one.
    """
    named = json.loads(bodies[-1]).get("gate") if bodies else None
    if named is not None and read_key(named) != gate:
        raise GateChanged


@dataclass(frozen=True, slots=True)
class LostGate:
    """A gate's key that was lost: what it signed may be mixed, up to what was accepted by then.

    ``accepted`` are ballots by campaign; a campaign that is not named had none.
    """

    key: VerifierKey
    accepted: Mapping[str, int]


def lost_gates(bodies: Sequence[str], origin: str) -> list[LostGate]:
    """Returns the gate's keys that were lost and replaced; what they signed may still be mixed.

    Args:
        bodies: of the acts ``keys``, in their order.
        origin: the log's name.
    """
    acts = [json.loads(body) for body in bodies]
    found = [
        LostGate(read_key(old["gate"]), new["accepted"])
        for old, new in pairwise(acts)
        if new.get("lost") == "gate"
    ]
    return [one for one in found if one.key.name == f"{origin}{GATE}"]


async def _newest(log: OpenLog) -> tuple[int, dict[str, VerifierKey]]:
    """Returns the number of the newest act ``keys``, 0 for none, and the keys that it names."""
    number, newest = 0, "{}"
    while said := await _body(log, act_label(KEYS, LOG_ITSELF, str(number + 1))):
        number, newest = number + 1, said
    named = json.loads(newest)
    return number, {role: read_key(named[role]) for role in ("desk", "gate") if role in named}
