"""A messenger that sends nothing and takes as long as one that does."""

from __future__ import annotations

import asyncio
import random

from bot.fieldwork.outreach.messenger import DeliveryOutcome, OutgoingMessage

SPARED = 0.15
"""Seconds that a call takes on average; the null messenger takes as long."""


class NullMessenger:
    """Null sender for contacts who need no reminder.

    It spends the same quota and time as a real send.
    So timing does not reveal who has answered.
    """

    pause_seconds = 0.0

    def recipient_pause(self, _address: str, /) -> float:
        """Asks for no pause."""
        return 0.0

    async def send(self, _address: str, _message: OutgoingMessage, /) -> DeliveryOutcome:
        """Waits as long as a call takes."""
        await asyncio.sleep(SPARED * random.uniform(0.5, 1.5))  # noqa: S311  (no secret)
        return DeliveryOutcome.SENT
