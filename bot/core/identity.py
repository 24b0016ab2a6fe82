"""Identities: a citizen in a channel, a contact's address, and an official who acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.core.clock import Clock

SHOWN = "identity"
"""Stands for a channel where somebody is known by the identity that they have shown."""
WEB = "web"
"""The channel of browsers, where a citizen is whoever holds the device."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """The sender of an update; it is in memory only, while the update is handled.

    ``identity`` is the pseudonym of what they have shown in the campaign of the conversation, empty
    for nothing.
    """

    channel: str
    user: str
    identity: str = ""

    @property
    def voter(self) -> tuple[str, str]:
        """Whom the gate's marks and pseudonyms are of: the identity, else the account."""
        return (SHOWN, self.identity) if self.identity else (self.channel, self.user)


@dataclass(frozen=True, slots=True)
class Address:
    """Where messages reach a contact: a channel and the id there (in Telegram, the chat id)."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Office:
    """The official who acts, and the clock of the act. ``timezone`` is the city's."""

    login: str
    clock: Clock
    timezone: str

    @property
    def now(self) -> datetime:
        """The present moment in the city."""
        return self.clock.now().astimezone(ZoneInfo(self.timezone))

    @property
    def today(self) -> date:
        """The present day in the city."""
        return self.now.date()

    @property
    def second(self) -> int:
        """The present moment in epoch seconds."""
        return int(self.now.timestamp())
