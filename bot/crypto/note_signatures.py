"""Signing and checking the log's notes with Ed25519 (RFC 8032)."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from survey_flows.errors import BadInput, Misuse
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
    """A note of which every signature by a key we know is good. ``signers`` are the names of those keys' owners."""

    checkpoint: Checkpoint
    note: Note
    signers: tuple[VerifierKey, ...]


def public_key(seed: bytes, name: str, kind: int = ED25519) -> VerifierKey:
    """The key by which others check what ``seed`` signs under ``name``."""
    return VerifierKey(
        name, kind, Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    )


def sign_checkpoint(seed: bytes, origin: str, size: int, root: bytes) -> str:
    """The log's own signed note; its key goes by the name of the origin."""
    return sign_note(seed, origin, Checkpoint(origin, size, root).text()).write()


def sign_note(seed: bytes, name: str, text: str) -> Note:
    """A note with one signature."""
    raw = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
    return Note(text, (Signature(name, public_key(seed, name).id, raw),))


def cosign(seed: bytes, name: str, checkpoint: Checkpoint, timestamp: int) -> Signature:
    """A witness's signature: that this is the largest tree it has seen of the log at ``timestamp`` (seconds).

    Raises:
        Misuse: a time before 1970 or beyond what the format can hold.
    """
    if not 0 <= timestamp <= LARGEST:
        raise Misuse("a cosignature cannot have such a time")
    raw = Ed25519PrivateKey.from_private_bytes(seed).sign(cosigned_text(checkpoint, timestamp))
    return Signature(
        name, public_key(seed, name, COSIGNATURE).id, timestamp.to_bytes(TIME, "big") + raw
    )


def verify_signature(key: VerifierKey, signature: Signature, text: str) -> bool:
    """Whether ``key`` made this signature of ``text``."""
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
    """Read a checkpoint that at least one of ``keys`` signed. Signatures by other keys are passed over.

    Raises:
        BadInput: it cannot be read, a signature by one of the keys is false, or none of them signed.
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
                    f"the signature of {key.name} is false; do not trust this checkpoint",
                    "checkpoint",
                )
            if key not in signers:
                signers.append(key)
    if not signers:
        names = ", ".join(key.name for key in keys)
        raise BadInput(
            f"the checkpoint is not signed by {names or 'any key that was given'}", "checkpoint"
        )
    return VerifiedNote(checkpoint, note, tuple(signers))


def write_secret(seed: bytes, name: str) -> str:
    """A witness's key file: one line that says whose it is."""
    key = public_key(seed, name, COSIGNATURE)
    return f"{PRIVATE}{name}+{key.id.hex()}+{b64encode(bytes([COSIGNATURE]) + seed).decode()}\n"


def read_secret(text: str) -> tuple[str, bytes]:
    """The name and the seed in what `write_secret` wrote.

    Raises:
        BadInput: not such a file.
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
        raise BadInput(
            "this is not a witness's key; make one with `minping witness --name NAME --key FILE`",
            "key file",
        )
    return name, raw[1:]
