"""Rows that only the holder of a key reads and writes; the key is made for the row's place."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

NONCE = 12
PAD = 256
"""Bytes to whose multiples a row is padded, so that its length tells little."""


def seal_row(key: bytes, text: str, pad: int = PAD) -> bytes:
    """Encrypts ``text``, padded to multiples of ``pad`` bytes, under a key of 32 bytes.

    The cipher is ChaCha20-Poly1305 (RFC 8439).
    """
    nonce, raw = secrets.token_bytes(NONCE), text.encode()
    padded = raw.ljust(-(-len(raw) // pad) * pad)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, padded, None)


def open_row(key: bytes, sealed: bytes) -> str | None:
    """Returns the text of a row; None when somebody else wrote it or it stood elsewhere."""
    try:
        return ChaCha20Poly1305(key).decrypt(sealed[:NONCE], sealed[NONCE:], None).decode().rstrip()
    except (InvalidTag, ValueError):
        return None
