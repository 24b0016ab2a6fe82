"""The secret of the contacts: it makes their pseudonyms and seals their addresses.

It is none of the gate's keys, so nothing made with it joins a contact to a ballot.
It outlasts hours and campaigns, because a list of contacts does.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.core.identity import Address
from bot.crypto.gate_keys import NONCE, pseudonym
from bot.crypto.keyrings import Keyring
from survey_flows.errors import BadSession, Message

NUMBER = 16
CONTACT_KEY = "contacts"
"""Bytes of a contact's number in a frame."""


@dataclass(frozen=True, slots=True)
class ContactKeys:
    """The contacts' secret; it never leaves this object's methods."""

    secret: bytes

    def lookup(self, address: Address) -> bytes:
        """Returns a contact's pseudonym, 32 bytes; an unkeyed hash falls to trying every id."""
        return pseudonym(self.secret, "contact", address.channel, address.address)

    def number(self, campaign: str, lookup: bytes) -> str:
        """Returns a contact's number in a frame: 32 hexadecimal digits, opaque without the key.

        It follows from the address, so nobody can choose it or put another person behind it.
        """
        return pseudonym(self.secret, "number", campaign, lookup.hex())[:NUMBER].hex()

    def receipt_mark(self, account: str, reference: str) -> bytes:
        """Returns the keyed hash by which a provider's receipt finds its message, 32 bytes."""
        return pseudonym(self.secret, "receipt", account, reference)

    def leave_token(self, lookup: bytes) -> str:
        """Returns a token that opts the person of an address out, for the end of a web address.

        It is encrypted, so that nobody who sees it and the database can tell whose it is.
        """
        nonce = secrets.token_bytes(NONCE)
        sealed = ChaCha20Poly1305(pseudonym(self.secret, "leave")).encrypt(nonce, lookup, b"")
        return urlsafe_b64encode(nonce + sealed).decode().rstrip("=")

    def read_leave_token(self, token: str) -> bytes | None:
        """Returns the pseudonym of an address that `leave_token` was made for; None for others."""
        try:
            data = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            cipher = ChaCha20Poly1305(pseudonym(self.secret, "leave"))
            return cipher.decrypt(data[:NONCE], data[NONCE:], b"")
        except (InvalidTag, ValueError):
            return None

    def seal(self, address: Address, lookup: bytes | None = None) -> bytes:
        """Encrypts an address, bound to its pseudonym (ChaCha20-Poly1305, RFC 8439).

        ``lookup`` is the pseudonym of an address that is kept under another than its own.
        """
        return seal_address(_sealing(self.secret), lookup or self.lookup(address), address)

    def unseal(self, lookup: bytes, sealed: bytes) -> Address:
        """Decrypts what `seal` made; raises `BadSession` as `open_address`."""
        return open_address(_sealing(self.secret), lookup, sealed, "contacts.key")


@lru_cache(maxsize=4)
def _sealing(secret: bytes) -> bytes:
    """Returns the key of the seals, which is made of the contacts' secret."""
    return pseudonym(secret, "seal")


def seal_address(secret: bytes, bound: bytes, address: Address) -> bytes:
    """Encrypts an address, bound to a pseudonym (ChaCha20-Poly1305, RFC 8439)."""
    nonce, text = secrets.token_bytes(NONCE), json.dumps([address.channel, address.address])
    return nonce + ChaCha20Poly1305(secret).encrypt(nonce, text.encode(), bound)


def open_address(secret: bytes, bound: bytes, sealed: bytes, file: str) -> Address:
    """Decrypts what `seal_address` made with the secret that is kept in ``file``.

    Raises:
        BadSession: it was sealed under another key or for another pseudonym, or is damaged.
    """
    try:
        return Address(
            *json.loads(ChaCha20Poly1305(secret).decrypt(sealed[:NONCE], sealed[NONCE:], bound))
        )
    except (InvalidTag, ValueError) as error:
        raise BadSession(Message("crypto-address-other-key", file=file)) from error


def load_contact_keys(folder: Path) -> ContactKeys:
    """Returns the contacts' secret in ``folder``; raises `KeyMissing` when it is not there."""
    return ContactKeys(Keyring(folder).demand(CONTACT_KEY))
