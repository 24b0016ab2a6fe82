"""Identities: a citizen in a channel, a contact's address, and an official who acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.core.clock import Clock

WEB = "web"
"""The channel of browsers, where a citizen is whoever holds the device."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """The sender of an update; it is in memory only, while the update is handled."""

    channel: str
    user: str


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
