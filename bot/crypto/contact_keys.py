"""The secret of the contacts: it makes their pseudonyms and seals their addresses.

It is none of the gate's keys, so nothing made with it joins a contact to a ballot.
It outlasts hours and campaigns, because a list of contacts does.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.core.identity import Address
from bot.crypto.gate_keys import NONCE, pseudonym, pseudonyms
from bot.crypto.keyrings import Keyring
from survey_flows.errors import BadSession, Message

NUMBER = 16
"""Bytes of a contact's number in a frame."""
NONCES = 256
"""So many nonces are made at once."""
CONTACT_KEY = "contacts"
Seal = Callable[[Address, bytes], bytes]
"""Takes an address and the pseudonym to which it is bound; returns it encrypted."""


@dataclass(frozen=True, slots=True)
class ContactKeys:
    """The contacts' secret; it never leaves this object's methods."""

    secret: bytes

    def lookup(self, address: Address) -> bytes:
        """Returns a contact's pseudonym, 32 bytes; an unkeyed hash falls to trying every id."""
        return pseudonym(self.secret, "contact", address.channel, address.address)

    def lookups(self, addresses: Sequence[Address]) -> list[bytes]:
        """Returns what `lookup` does, for each of many addresses."""
        found = [b""] * len(addresses)
        for channel in {address.channel for address in addresses}:
            places = [at for at, address in enumerate(addresses) if address.channel == channel]
            texts = [addresses[at].address for at in places]
            made = pseudonyms(self.secret, ("contact", channel), texts)
            for at, lookup in zip(places, made, strict=True):
                found[at] = lookup
        return found

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

    def sealer(self) -> Seal:
        """Returns what seals many addresses as `seal` does, each bound to a pseudonym."""
        encrypt = ChaCha20Poly1305(_sealing(self.secret)).encrypt
        nonces = _nonces()

        def seal(address: Address, lookup: bytes) -> bytes:
            nonce = next(nonces)
            return nonce + encrypt(nonce, _as_text(address), lookup)

        return seal

    def unseal(self, lookup: bytes, sealed: bytes) -> Address:
        """Decrypts what `seal` made; raises `BadSession` as `open_address`."""
        return open_address(_sealing(self.secret), lookup, sealed, "contacts.key")


@lru_cache(maxsize=4)
def _sealing(secret: bytes) -> bytes:
    """Returns the key of the seals, which is made of the contacts' secret."""
    return pseudonym(secret, "seal")


def seal_address(secret: bytes, bound: bytes, address: Address) -> bytes:
    """Encrypts an address, bound to a pseudonym (ChaCha20-Poly1305, RFC 8439)."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + ChaCha20Poly1305(secret).encrypt(nonce, _as_text(address), bound)


def _as_text(address: Address) -> bytes:
    """Returns an address as JSON, a list of two texts."""
    return f"[{quoted(address.channel)}, {quoted(address.address)}]".encode()


def _nonces() -> Iterator[bytes]:
    """Yields random nonces, of which the system makes many at once."""
    while True:
        many = secrets.token_bytes(NONCE * NONCES)
        for at in range(0, len(many), NONCE):
            yield many[at : at + NONCE]


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
