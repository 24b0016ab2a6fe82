"""Signatures of the acts of the public log: who ordered what the log's key then writes.

The log's key says that an entry stands in the log; it says nothing of who wanted it.
An act is signed apart, over its body and the log's name, so that no signature fits another log.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.crypto.note_signatures import public_key, sign_note, verify_signature
from survey_flows.errors import Misuse
from survey_flows.signed_notes import ID, Signature, VerifierKey

FORM = "minping-act/2"
SIGNATURE = 64


@dataclass(frozen=True, slots=True)
class ActSignature:
    """A signature as an act's entry commits to it.

    ``key`` is the name of the key; ``raw`` is base64 of the key's id and of the 64 bytes.
    """

    key: str
    raw: str


def act_text(origin: str, body: str) -> str:
    """Returns the text that is signed; ``origin`` is the log's name, ``body`` canonical JSON."""
    return f"{FORM}\n{origin}\n{body}"


def sign_act(seed: bytes, name: str, origin: str, body: str) -> ActSignature:
    """Returns the signature of an act's body by the key of ``seed``, which is called ``name``."""
    (made,) = sign_note(seed, name, act_text(origin, body)).signatures
    return ActSignature(name, b64encode(public_key(seed, name).id + made.raw).decode())


def signed_act(key: VerifierKey, origin: str, body: str, signature: ActSignature) -> bool:
    """Returns whether ``key`` signed this body for the log ``origin``."""
    try:
        raw = b64decode(signature.raw, validate=True)
    except (binascii.Error, ValueError):
        return False
    # Base64 with stray bits at its end would give one signature several spellings.
    if b64encode(raw).decode() != signature.raw or len(raw) != ID + SIGNATURE:
        return False
    if (signature.key, raw[:ID]) != (key.name, key.id):
        return False
    return verify_signature(key, Signature(key.name, raw[:ID], raw[ID:]), act_text(origin, body))


def write_signatures(signatures: Sequence[ActSignature]) -> str:
    """Returns signatures as a row keeps them: JSON, ascending by the name of the key.

    Raises:
        Misuse: two are by keys of one name.
    """
    ordered = sorted(signatures, key=lambda signature: signature.key)
    if len({signature.key for signature in ordered}) != len(ordered):
        raise Misuse("an act has one signature of a key")
    return json.dumps([{"key": one.key, "raw": one.raw} for one in ordered], separators=(",", ":"))


def read_signatures(text: str) -> tuple[ActSignature, ...]:
    """Returns the signatures in a row; none when it does not hold what `write_signatures` wrote."""
    try:
        found: Any = json.loads(text)
        return tuple(ActSignature(str(one["key"]), str(one["raw"])) for one in found)
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()
