"""The contract between the sender of a push and a channel that can deliver its messages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

SENT_KINDS = ("telegram",)
"""Kinds of addresses to which a messenger of this service writes."""


class DeliveryOutcome(Enum):
    """The outcome of one attempt to send a message."""

    SENT = "sent"
    UNREACHABLE = "unreachable"
    """The person has blocked the bot, or the account is gone."""
    FAILED = "failed"
    """The channel refused for another reason; another attempt would fail too."""
    LATER = "later"
    """The channel did not answer; the message may have been sent all the same."""
    SILENCE = "silence"
    """The channel asks for a pause; the message was not sent."""
    LIMITED = "limited"
    """The channel asks for a pause for this recipient alone; the message was not sent."""
    NOT_STARTED = "not_started"
    """The person has never started the bot, which alone lets it write to them."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message with two buttons; ``token`` belongs to the personal link that the first opens."""

    text: str
    begin: str
    token: str
    stop: str


class Messenger(Protocol):
    """Sends outgoing messages in one channel."""

    @property
    def pause_seconds(self) -> float:
        """Seconds of pause that the channel asks for; 0 when it asks for none."""

    def recipient_pause(self, address: str, /) -> float:
        """Seconds of pause that the channel asks for one recipient; 0 when it asks for none."""

    async def send(self, address: str, message: OutgoingMessage, /) -> DeliveryOutcome:
        """Send a message once."""
