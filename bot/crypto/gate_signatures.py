"""The gate's signatures on what it accepted, which go into the log and onto promises.

They are made with the key that signs the gate's envelopes: it is the key by which the mixer knows
the gate already. Envelopes begin with a version or a bracket and these texts with a name of their
own (`survey_flows.gate_texts`), so that no signature of one is a signature of the other.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error

from bot.crypto.gate_keys import GateKeys
from bot.crypto.note_signatures import verify_signature
from survey_flows.signed_notes import ED25519, ID, Signature, VerifierKey

GATE = "/gate"
"""What the name of the gate's key has after that of the log."""
SIGNATURE_BYTES = ID + 64
"""Bytes of a signature with the id of its key."""


def gate_key(origin: str, public: bytes) -> VerifierKey:
    """Returns the gate's public key under its name in this log."""
    return VerifierKey(origin + GATE, ED25519, public)


class GateSigner:
    """Signs texts of one log with the gate's key.

    Args:
        keys: the gate's secrets.
        origin: the log's name.
    """

    def __init__(self, keys: GateKeys, origin: str) -> None:
        self.origin = origin
        self.key = gate_key(origin, keys.public())
        self._keys = keys

    def sign(self, text: str) -> str:
        """Returns base64 of the key's id and the signature, as sealed bodies have it."""
        return b64encode(self.key.id + self._keys.signature(text.encode())).decode()

    def signature(self, text: str) -> Signature:
        """Returns the signature of a text as acts have it."""
        return Signature(self.key.name, self.key.id, self._keys.signature(text.encode()))


def is_signed(key: VerifierKey, signature: str, text: str) -> bool:
    """Returns whether ``signature``, as `GateSigner.sign` writes it, is this key's of the text."""
    try:
        raw = b64decode(signature, validate=True)
    except (Base64Error, ValueError):
        return False
    if len(raw) != SIGNATURE_BYTES or raw[:ID] != key.id or b64encode(raw).decode() != signature:
        return False
    return verify_signature(key, Signature(key.name, raw[:ID], raw[ID:]), text)
