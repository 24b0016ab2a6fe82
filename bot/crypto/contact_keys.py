"""The secret of the contacts: under which name one is found again, and what seals an address.

It is none of the gate's keys for conversations and ballots: what is made with it is joined to neither. It lasts longer
than an hour and than a campaign, because a list of contacts does.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.core.identity import Address
from bot.crypto.gate_keys import NONCE, Keyring, pseudonym
from survey_flows.errors import BadSession

NUMBER = 16
"""Bytes of a contact's number."""


@dataclass(frozen=True, slots=True)
class ContactKeys:
    """What can be done with the contacts' secret, which never leaves this object's methods."""

    secret: bytes

    def lookup(self, address: Address) -> bytes:
        """The pseudonym under which a contact is kept: 32 bytes. An unkeyed hash would be found by trying every id."""
        return pseudonym(self.secret, "contact", address.channel, address.address)

    def number(self, campaign: str, lookup: bytes) -> str:
        """What stands for a contact in a campaign's frame: 32 hexadecimal digits that tell nothing without the key.

        It follows from the address, so that nobody can choose it, or put another person behind it once it was drawn.
        """
        return pseudonym(self.secret, "number", campaign, lookup.hex())[:NUMBER].hex()

    def seal(self, address: Address) -> bytes:
        """Encrypt an address, bound to its pseudonym (ChaCha20-Poly1305, RFC 8439)."""
        return seal_address(pseudonym(self.secret, "seal"), self.lookup(address), address)

    def unseal(self, lookup: bytes, sealed: bytes) -> Address:
        """Decrypt what `seal` made; raises `BadSession` as `open_address`."""
        return open_address(pseudonym(self.secret, "seal"), lookup, sealed, "contacts.key")


def seal_address(secret: bytes, bound: bytes, address: Address) -> bytes:
    """Encrypt an address, bound to a pseudonym (ChaCha20-Poly1305, RFC 8439)."""
    nonce, text = secrets.token_bytes(NONCE), json.dumps([address.channel, address.address])
    return nonce + ChaCha20Poly1305(secret).encrypt(nonce, text.encode(), bound)


def open_address(secret: bytes, bound: bytes, sealed: bytes, file: str) -> Address:
    """Decrypt what `seal_address` made with the secret that is kept in ``file``.

    Raises:
        BadSession: sealed under another key, for another pseudonym, or damaged.
    """
    try:
        return Address(
            *json.loads(ChaCha20Poly1305(secret).decrypt(sealed[:NONCE], sealed[NONCE:], bound))
        )
    except (InvalidTag, ValueError) as error:
        raise BadSession(
            f"an address was sealed under another key; restore {file} from its backup"
        ) from error


def load_contact_keys(folder: Path) -> ContactKeys:
    """The contacts' secret in ``folder``; made if there is none, readable by its owner only."""
    return ContactKeys(Keyring(folder).find_or_create("contacts"))
