"""The contract between the pusher and a channel that can write to somebody unasked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class DeliveryOutcome(Enum):
    """What became of a message."""

    SENT = "sent"
    UNREACHABLE = "unreachable"
    """The person has blocked the bot, or is not there."""
    FAILED = "failed"
    """Refused for another reason; trying again would not mend it."""
    LATER = "later"
    """The channel cannot be reached; it may have been sent all the same."""
    SILENCE = "silence"
    """The channel wants to hear nothing for a while; it was not sent."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message with two buttons. ``token`` is that of the personal link that the first one opens."""

    text: str
    begin: str
    token: str
    stop: str


class Messenger(Protocol):
    """Writes to people of one channel."""

    @property
    def pause_seconds(self) -> float:
        """Seconds for which the channel wants to hear nothing; 0 when it does."""

    async def send(self, address: str, letter: OutgoingMessage) -> DeliveryOutcome:
        """Send a letter once."""
