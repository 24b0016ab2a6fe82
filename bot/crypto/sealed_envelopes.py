"""Sealed envelopes for the mixer: messages that are signed, padded and encrypted.

Padding makes the length depend on the number of messages alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from bot.core.stored_forms import write_form
from survey_flows.errors import MinpingError

PAD_BYTES = 3072
"""Bytes to which each message is padded: a ballot with a comment of 500 characters fits."""
SIGNATURE = 64
LENGTH = 4


class UnopenedEnvelope(MinpingError):
    """An envelope that cannot be opened; its class says why."""


class UnknownMixerKey(UnopenedEnvelope):
    """There is no secret of the mixer key to which the envelope was sealed."""


class BrokenEnvelope(UnopenedEnvelope):
    """The envelope was not sealed to its mixer key, or is damaged."""


class BadSignature(UnopenedEnvelope):
    """The envelope was not signed by its sender."""


@dataclass(frozen=True, slots=True)
class MixerKey:
    """The mixer's public key of a day, to which envelopes are sealed."""

    id: str
    public: bytes


def sign_and_pad(
    messages: Sequence[Mapping[str, Any]],
    sign: Callable[[bytes], bytes],
    form: int,
    slots: int | None = None,
) -> bytes:
    """Returns signature, length, version, messages and zeros: `PAD_BYTES` for each message.

    ``slots`` is how many messages the length shall tell of, by default how many there are.
    Longer messages take more whole multiples of it.
    """
    text = json.dumps(messages, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    raw = write_form(form, text).encode()
    whole = sign(raw) + len(raw).to_bytes(LENGTH, "big") + raw
    step = PAD_BYTES * max(1, len(messages) if slots is None else slots)
    return whole.ljust(-(-len(whole) // step) * step, b"\0")


def seal(key: MixerKey, content: bytes) -> bytes:
    """Encrypts to the mixer; not even the sender can open it again (NaCl sealed box)."""
    return SealedBox(PublicKey(key.public)).encrypt(content)


class EnvelopeOpener:
    """Opens envelopes that were sealed to these mixer keys and signed by the gate.

    The keys are prepared once for many envelopes, and go with the opener.

    Args:
        secrets: the mixer's secrets by the names of their keys.
        signers: public keys, of which one must have signed: the gate's.
    """

    def __init__(self, secrets: Mapping[str, bytes], signers: Sequence[bytes]) -> None:
        self._boxes = {name: SealedBox(PrivateKey(secret)) for name, secret in secrets.items()}
        self._signers = [Ed25519PublicKey.from_public_bytes(signer) for signer in signers]

    def open(self, key: str, sealed: bytes) -> str:
        """Returns the signed text of one envelope, sealed to the mixer key of this name.

        Raises:
            UnopenedEnvelope: there is no such key, it is damaged, or it is not signed.
        """
        if key not in self._boxes:
            raise UnknownMixerKey("there is no mixer key of this name")
        try:
            return _unpack(self._boxes[key].decrypt(sealed), self._signers)
        except (CryptoError, ValueError) as error:
            raise BrokenEnvelope("an envelope was not sealed to this key") from error


def _unpack(content: bytes, signers: Sequence[Ed25519PublicKey]) -> str:
    """Returns the signed text of an opened envelope.

    Raises:
        BadSignature: no holder of ``signers`` signed it.
    """
    signature, rest = content[:SIGNATURE], content[SIGNATURE:]
    raw = rest[LENGTH : LENGTH + int.from_bytes(rest[:LENGTH], "big")]
    for signer in signers:
        with suppress(InvalidSignature):
            signer.verify(signature, raw)
            return raw.decode()
    raise BadSignature("an envelope was not signed by this key")


def mixer_key_text(name: str, public: bytes) -> bytes:
    """Returns the text of a mixer key that the log's key signs, so that no other key is used."""
    return f"minping box {name}\n".encode() + public


def public_key(secret: bytes) -> bytes:
    """Returns the public half of a mixer key's secret."""
    return bytes(PrivateKey(secret).public_key)
