"""The texts that the gate signs, and the digests of what a ballot says apart from its body.

Whoever mixes ballots can change none, invent none and withdraw none, since the gate's key signed
what it accepted. Each text has a head of its own and the log's name, so that no signature is good
for another purpose or another log.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from survey_flows.canonical_json import canonical, canonical_by_code

UNSIGNED_OF_BALLOT = ("gate", "voter")
"""Keys of a ballot's body that the gate does not sign: its signature, and the mixer's pseudonym."""
UNSIGNED_OF_COMMENT = ("gate",)
PROMISE_SECONDS = 604_800
"""Seconds after the planned end at which every promise of a campaign is due: 7 days."""


def ballot_gate_text(origin: str, body: Mapping[str, object]) -> str:
    """Returns what the gate signs of a ballot, from its body."""
    return _headed("minping-ballot/2", origin, _without(body, UNSIGNED_OF_BALLOT))


def comment_gate_text(origin: str, body: Mapping[str, object]) -> str:
    """Returns what the gate signs of a comment, from its body with or without a unit."""
    return _headed("minping-comment/2", origin, _without(body, UNSIGNED_OF_COMMENT))


def erasure_gate_text(origin: str, campaign: str, erasure: str) -> str:
    """Returns what the gate signs of an erasure, which withdraws all ballots of its voter."""
    return _headed("minping-erasure/2", origin, f"{campaign}\n{erasure}")


def promise_text(origin: str, campaign: str, label: bytes, due: int) -> str:
    """Returns what the gate promises: this receipt will be in the log, at the latest at ``due``."""
    return f"minping-promise/1\n{origin}\n{campaign}\n{label.hex()}\n{due}\n"


def aside_text(
    bucket: int, risk: int, cluster: int | None = None, reminders: int | None = None
) -> str:
    """Returns what a ballot says of its moment and way, which is erased once its weight is final.

    ``cluster`` is the key of the registered link by which it came, 0 for none of its own, and
    ``reminders`` how many reminders its invited person may have had (0, 1, or 2 for more). Ballots
    of an older gate have neither.
    """
    said = {"bucket": bucket, "risk": risk}
    if cluster is not None and reminders is not None:
        said |= {"cluster": cluster, "reminders": reminders}
    return canonical(said)


def aside_digest(salt: bytes, text: str) -> str:
    """Returns what a ballot's body says of its aside."""
    return sha256(salt + text.encode()).hexdigest()


def units_digest(salt: bytes, units: Mapping[str, object]) -> str:
    """Returns what the act ``intake`` says of its counts by unit."""
    return sha256(salt + canonical_by_code(units).encode()).hexdigest()


def _headed(head: str, origin: str, rest: str) -> str:
    return f"{head}\n{origin}\n{rest}"


def _without(body: Mapping[str, object], left_out: tuple[str, ...]) -> str:
    return canonical({name: value for name, value in body.items() if name not in left_out})
