"""Who somebody is: a citizen in a channel, an address, or an official who acts at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.core.clock import Clock


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who an update came from: in memory only, for as long as it is being handled."""

    channel: str
    user: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where a contact is written to: a channel, and who it is there (in Telegram, the chat id)."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Office:
    """Who acts, and when: what every act needs. ``timezone`` is the city's."""

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
