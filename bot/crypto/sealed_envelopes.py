"""What is handed to the mixer: messages, signed, padded so that the length tells no more than their number, sealed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from survey_flows.errors import MinpingError

PAD_BYTES = 2048
"""Bytes that each message of a parcel is padded to; one step holds a ballot with a comment of 500 characters."""
SIGNATURE = 64
LENGTH = 4


class WrongMixerKey(MinpingError):
    """A sealed message that cannot be opened, or that the gate did not sign."""


@dataclass(frozen=True, slots=True)
class MixerKey:
    """Where to seal to: the mixer's public key of a time."""

    id: str
    public: bytes


def sign_and_pad(messages: Sequence[Mapping[str, Any]], sign: Callable[[bytes], bytes]) -> bytes:
    """Signature, length, messages, and zeros: a step for each message, or more whole steps if they are that long."""
    raw = json.dumps(messages, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    whole = sign(raw) + len(raw).to_bytes(LENGTH, "big") + raw
    return whole.ljust(max(len(messages), -(-len(whole) // PAD_BYTES)) * PAD_BYTES, b"\0")


def seal(box: MixerKey, parcel: bytes) -> bytes:
    """Seal to the mixer; nobody else can open it, nor who sealed it (NaCl sealed box)."""
    return SealedBox(PublicKey(box.public)).encrypt(parcel)


class EnvelopeOpener:
    """Opens what was sealed to the boxes of these ``secrets``, by their names, and signed by ``signer``.

    What is made of the keys is made once for all that is opened, and goes with the opener.
    """

    def __init__(self, secrets: Mapping[str, bytes], signer: bytes) -> None:
        self._boxes = {name: SealedBox(PrivateKey(secret)) for name, secret in secrets.items()}
        self._signer = Ed25519PublicKey.from_public_bytes(signer)

    def open(self, box: str, sealed: bytes) -> list[dict[str, Any]]:
        """The messages of one parcel.

        Raises:
            WrongMixerKey: it was sealed to another key, damaged, or signed by somebody else.
        """
        if box not in self._boxes:
            raise WrongMixerKey("there is no key of this box")
        try:
            return _unpack(self._boxes[box].decrypt(sealed), self._signer)
        except (CryptoError, ValueError) as error:
            raise WrongMixerKey("a parcel was not sealed to this key") from error


def _unpack(parcel: bytes, signer: Ed25519PublicKey) -> list[dict[str, Any]]:
    """The messages in a parcel that the holder of ``signer`` signed.

    Raises:
        WrongMixerKey: it did not.
    """
    signature, rest = parcel[:SIGNATURE], parcel[SIGNATURE:]
    raw = rest[LENGTH : LENGTH + int.from_bytes(rest[:LENGTH], "big")]
    try:
        signer.verify(signature, raw)
    except InvalidSignature as error:
        raise WrongMixerKey("a parcel was not signed by this key") from error
    messages: list[dict[str, Any]] = json.loads(raw)
    return messages


def mixer_key_text(name: str, public: bytes) -> bytes:
    """What the log's key signs of a box, so that no other is sealed to."""
    return f"minping box {name}\n".encode() + public


def public_key(secret: bytes) -> bytes:
    """The public half of a box's secret."""
    return bytes(PrivateKey(secret).public_key)
