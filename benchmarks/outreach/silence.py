"""One account is silent for an hour; another, beside it, keeps its pace in real time."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from bot.core.identity import Address
from bot.core.shipped_files import shipped_words
from bot.crypto.contact_keys import ContactKeys
from bot.fieldwork.audience.contacts import Contact
from bot.fieldwork.outreach.messenger import Account, Answer, DeliveryOutcome, OutgoingMessage
from bot.fieldwork.outreach.pace import MARGIN, Pace
from bot.fieldwork.outreach.sender import PushSender
from bot.service.composition import running

RATE = 20.0
SECONDS = 15.0
HOUR = 3600.0
MAIL, SMS = Account("relay", "email", "email"), Account("city", "sms", "gateway")
LEAST = 0.95


@dataclass
class Counting:
    """A messenger that takes every message, or asks for an hour of silence."""

    account: Account
    silent: bool = False
    pause_seconds: float = 0.0
    calls: int = 0

    async def send(self, _address: str, _message: OutgoingMessage, /) -> Answer:
        """Take a message after a fifth of a second, or none."""
        self.calls += 1
        if self.silent:
            return Answer(DeliveryOutcome.SILENCE, seconds=HOUR)
        await asyncio.sleep(0.2)
        return Answer(DeliveryOutcome.ACCEPTED)


def listed() -> list[Contact]:
    """Return people enough for both measurements: half with a mail address, half with a phone."""
    common = ("en", "resident", "", "", "2026-01-02", "list")
    most = int(RATE * SECONDS * 3)
    mails = [Contact(Address("email", f"p{n}@example.cn"), *common) for n in range(most)]
    return mails + [Contact(Address("sms", f"+86{13800000000 + n}"), *common) for n in range(most)]


async def measure(road: Any, keys: ContactKeys, redis: Redis) -> tuple[float, float, int]:
    """Return mails a second alone and beside a silent account, and what the silent one was asked.

    Args:
        road: has the database, the gate's keys and the clock; a step is queued.
        keys: of the contacts.
        redis: keeps the paces.
    """

    async def work(*messengers: Counting) -> None:
        async with AsyncExitStack() as stack:
            for one in messengers:
                pace = Pace(redis, RATE * MARGIN, one.account.name)
                on = (road.database, road.keys, keys, one, pace, road.clock)
                sender = PushSender(*on, "Asia/Shanghai", shipped_words(), "https://mp.cs.cn")
                await stack.enter_async_context(running(sender.run()))
            await asyncio.sleep(SECONDS)

    mail = Counting(MAIL)
    await work(mail)
    alone, mail.calls = mail.calls / SECONDS, 0
    sms = Counting(SMS, silent=True)
    await work(mail, sms)
    return alone, mail.calls / SECONDS, sms.calls
