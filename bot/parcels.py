"""What the gate hands to the mixer: one message, signed, padded so that its length tells nothing, and sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from survey_flows.errors import MinpingError

STEP = 2048
"""Messages are padded to a whole number of these bytes; one step holds a ballot with a comment of 500 characters."""
SIGNATURE = 64
LENGTH = 4


class NotOurs(MinpingError):
    """A sealed message that cannot be opened, or that the gate did not sign."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where to seal to: the mixer's public key of a time."""

    id: str
    public: bytes


def pack(message: Mapping[str, Any], signature: bytes) -> bytes:
    """Signature, length, message, and zeros up to a whole step."""
    raw = message_bytes(message)
    whole = signature + len(raw).to_bytes(LENGTH, "big") + raw
    return whole + bytes(-len(whole) % STEP)


def message_bytes(message: Mapping[str, Any]) -> bytes:
    """The bytes that are signed."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def seal(box: Box, parcel: bytes) -> bytes:
    """Seal to the mixer; nobody else can open it, nor who sealed it (NaCl sealed box)."""
    return SealedBox(PublicKey(box.public)).encrypt(parcel)


def unseal(secret: bytes, sealed: bytes) -> bytes:
    """Open what `seal` made.

    Raises:
        NotOurs: it was sealed to another key, or damaged.
    """
    try:
        return SealedBox(PrivateKey(secret)).decrypt(sealed)
    except (CryptoError, ValueError) as error:
        raise NotOurs("a message was not sealed to this key") from error


def unpack(parcel: bytes, gate: bytes) -> dict[str, Any]:
    """The message in a parcel that the holder of the public key ``gate`` signed.

    Raises:
        NotOurs: it did not.
    """
    signature, rest = parcel[:SIGNATURE], parcel[SIGNATURE:]
    raw = rest[LENGTH : LENGTH + int.from_bytes(rest[:LENGTH], "big")]
    try:
        Ed25519PublicKey.from_public_bytes(gate).verify(signature, raw)
    except InvalidSignature as error:
        raise NotOurs("a message was not signed by the gate") from error
    message: dict[str, Any] = json.loads(raw)
    return message


def box_text(name: str, public: bytes) -> bytes:
    """What the log's key signs of a box, so that no other is sealed to."""
    return f"minping box {name}\n".encode() + public


def public_key(secret: bytes) -> bytes:
    """The public half of a box's secret."""
    return bytes(PrivateKey(secret).public_key)
