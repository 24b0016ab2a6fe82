"""Signatures of the log's notes with Ed25519 (RFC 8032; c2sp.org/signed-note)."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from survey_flows.errors import BadInput, Message, Misuse, Place
from survey_flows.signed_notes import (
    COSIGNATURE,
    ED25519,
    LARGEST,
    Checkpoint,
    Note,
    Signature,
    VerifierKey,
    cosigned_text,
    read_checkpoint,
    read_note,
)

TIME = 8
SEED = 32
PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True)
class VerifiedNote:
    """A note whose signatures by known keys are good; ``signers`` are the keys that signed it."""

    checkpoint: Checkpoint
    note: Note
    signers: tuple[VerifierKey, ...]


def public_key(seed: bytes, name: str, kind: int = ED25519) -> VerifierKey:
    """Returns the public key of ``seed``, under ``name``."""
    return VerifierKey(
        name, kind, Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    )


def sign_checkpoint(seed: bytes, origin: str, size: int, root: bytes) -> str:
    """Returns the log's signed checkpoint; its key has the origin as its name."""
    return sign_note(seed, origin, Checkpoint(origin, size, root).text()).write()


def sign_note(seed: bytes, name: str, text: str) -> Note:
    """Returns a note with one signature."""
    return Note(text, (sign_text(seed, name, text),))


def sign_text(seed: bytes, name: str, text: str) -> Signature:
    """Returns the signature of a text that is no note, such as an act of the log."""
    raw = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
    return Signature(name, public_key(seed, name).id, raw)


def cosign(seed: bytes, name: str, checkpoint: Checkpoint, timestamp: int) -> Signature:
    """Returns a witness's cosignature: this is the largest tree that it has seen of the log.

    Args:
        seed: the witness's secret.
        name: the witness.
        checkpoint: the tree head.
        timestamp: when it saw it, in epoch seconds.

    Raises:
        Misuse: the time is before 1970 or beyond what the format can hold.
    """
    if not 0 <= timestamp <= LARGEST:
        raise Misuse("a cosignature cannot have such a time")
    raw = Ed25519PrivateKey.from_private_bytes(seed).sign(cosigned_text(checkpoint, timestamp))
    return Signature(
        name, public_key(seed, name, COSIGNATURE).id, timestamp.to_bytes(TIME, "big") + raw
    )


def verify_signature(key: VerifierKey, signature: Signature, text: str) -> bool:
    """Returns whether ``key`` made this signature of ``text``."""
    message, raw = text.encode(), signature.raw
    if key.kind == COSIGNATURE:
        at = int.from_bytes(raw[:TIME], "big")
        message, raw = cosigned_text(read_checkpoint(text), at), raw[TIME:]
        if at > LARGEST:
            return False
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(raw, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def open_note(text: str, keys: Sequence[VerifierKey]) -> VerifiedNote:
    """Reads a checkpoint that at least one of ``keys`` signed; ignores signatures by other keys.

    Raises:
        BadInput: it cannot be read, a signature by a known key is false, or no known key signed.
    """
    note = read_note(text)
    checkpoint = read_checkpoint(note.text)
    signers = []
    for signature in note.signatures:
        for key in keys:
            if (signature.name, signature.key_id) != (key.name, key.id):
                continue
            if not verify_signature(key, signature, note.text):
                raise BadInput(
                    Message("crypto-false-signature", name=key.name), Place(field="checkpoint")
                )
            if key not in signers:
                signers.append(key)
    if not signers:
        names = tuple(key.name for key in keys)
        unsigned = Message("crypto-checkpoint-unsigned", names=names)
        raise BadInput(
            unsigned if names else Message("crypto-no-key-given"), Place(field="checkpoint")
        )
    return VerifiedNote(checkpoint, note, tuple(signers))


def write_secret(seed: bytes, name: str) -> str:
    """Returns the text of a witness's key file: one line, with the witness's name."""
    key = public_key(seed, name, COSIGNATURE)
    return f"{PRIVATE}{name}+{key.id.hex()}+{b64encode(bytes([COSIGNATURE]) + seed).decode()}\n"


def read_secret(text: str) -> tuple[str, bytes]:
    """Returns the name and the seed in a file that `write_secret` wrote.

    Raises:
        BadInput: the text is no such file.
    """
    name, _, rest = text.strip().removeprefix(PRIVATE).partition("+")
    try:
        raw = b64decode(rest.partition("+")[2], validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if (
        not text.startswith(PRIVATE)
        or len(raw) != SEED + 1
        or write_secret(raw[1:], name).strip() != text.strip()
    ):
        raise BadInput(Message("crypto-no-witness-key-file"))
    return name, raw[1:]
