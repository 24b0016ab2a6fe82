"""The secret of citizens' requests: it makes their pseudonyms and seals the citizens' addresses.

None of its pseudonyms belongs to a conversation, a contact or a ballot. A citizen has another
pseudonym for each unit, so nobody can tell that two requests are one citizen's.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.identity import Address
from bot.crypto.contact_keys import open_address, seal_address
from bot.crypto.gate_keys import pseudonym


@dataclass(frozen=True, slots=True)
class RectificationKeys:
    """The secret of requests; it never leaves this object's methods."""

    secret: bytes

    def lookup(self, campaign: str, unit: str, person: Address) -> bytes:
        """Returns the pseudonym of a citizen's request about a unit, 32 bytes."""
        return pseudonym(self.secret, "follow-up", campaign, unit, person.channel, person.address)

    def mark(self, person: Address) -> bytes:
        """Returns the mark of a citizen who wants no more messages, 32 bytes."""
        return pseudonym(self.secret, "stop", person.channel, person.address)

    def seal(self, lookup: bytes, person: Address) -> bytes:
        """Encrypts a citizen's address, bound to the pseudonym."""
        return seal_address(pseudonym(self.secret, "seal"), lookup, person)

    def unseal(self, lookup: bytes, sealed: bytes) -> Address:
        """Decrypts what `seal` made; raises `BadSession` as `open_address`."""
        return open_address(pseudonym(self.secret, "seal"), lookup, sealed, "follow.key")
