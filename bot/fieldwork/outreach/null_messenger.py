"""A messenger that sends nothing and takes as long as one that does."""

from __future__ import annotations

import asyncio
import random

from bot.fieldwork.outreach.messenger import Account, Answer, DeliveryOutcome, OutgoingMessage

SPARED = 0.15
"""Seconds that a call takes on average; the null messenger takes as long."""


class NullMessenger:
    """Null sender for contacts who need no reminder, in the place of another messenger.

    It spends the same quota and time as a real send.
    So timing does not reveal who has answered.
    """

    pause_seconds = 0.0

    def __init__(self, account: Account) -> None:
        self.account = account

    async def send(self, _address: str, _message: OutgoingMessage, /) -> Answer:
        """Waits as long as a call takes."""
        await asyncio.sleep(SPARED * random.uniform(0.5, 1.5))  # noqa: S311  (no secret)
        return Answer(DeliveryOutcome.ACCEPTED)
