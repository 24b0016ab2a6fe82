"""Files sealed to somebody's key by age (age-encryption.org/v1), which only its holder can open."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from survey_flows.errors import BadInput, Message, Place

FINGERPRINT = 16
"""Hexadecimal digits by which a key is compared."""


def read_recipient(text: str) -> str:
    """Return a recipient's key, such as ``age1…``.

    Raises:
        BadInput: it is none.
    """
    plain = text.strip()
    _recipient(plain)
    return plain


def fingerprint(recipient: str) -> str:
    """Return the first digits of the SHA-256 of a recipient's key."""
    return sha256(recipient.encode()).hexdigest()[:FINGERPRINT]


def seal_file(data: bytes, recipient: str) -> bytes:
    """Return a file that only the holder of the key can open; raises as `read_recipient`."""
    import pyrage

    return bytes(pyrage.encrypt(data, [_recipient(recipient)]))


def _recipient(text: str) -> Any:
    from pyrage import RecipientError, x25519

    try:
        return x25519.Recipient.from_str(text)
    except RecipientError:
        raise BadInput(Message("crypto-no-age-key"), Place(field="recipient")) from None
