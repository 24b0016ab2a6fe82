"""The secret of follow-ups: under which name a person's is found again, and what seals where they are written to.

It makes no pseudonym that a conversation, a contact or a ballot has. A person has another name for each unit, so that
two of their follow-ups cannot be told to be one person's.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.identity import Address
from bot.crypto.contact_keys import open_address, seal_address
from bot.crypto.gate_keys import pseudonym


@dataclass(frozen=True, slots=True)
class RectificationKeys:
    """What can be done with the secret, which never leaves this object's methods."""

    secret: bytes

    def lookup(self, campaign: str, unit: str, person: Address) -> bytes:
        """The pseudonym under which a person's follow-up about a unit is kept: 32 bytes."""
        return pseudonym(self.secret, "follow-up", campaign, unit, person.channel, person.address)

    def mark(self, person: Address) -> bytes:
        """What stands for a person who wants to be written to no more: 32 bytes."""
        return pseudonym(self.secret, "stop", person.channel, person.address)

    def seal(self, lookup: bytes, person: Address) -> bytes:
        """Encrypt where a person is written to, bound to the pseudonym."""
        return seal_address(pseudonym(self.secret, "seal"), lookup, person)

    def unseal(self, lookup: bytes, sealed: bytes) -> Address:
        """Decrypt what `seal` made; raises `BadSession` as `open_address`."""
        return open_address(pseudonym(self.secret, "seal"), lookup, sealed, "follow.key")
