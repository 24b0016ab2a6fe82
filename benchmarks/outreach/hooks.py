"""How long a provider waits for the answer to its receipts, while messages are being sent."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from benchmarks.outreach.play import SMS, FakeGateway, OwnPace
from bot.core.shipped_files import shipped_words
from bot.crypto.contact_keys import ContactKeys
from bot.fieldwork.outreach.messenger import Account, DeliveryOutcome
from bot.fieldwork.outreach.sender import PushSender
from bot.messengers.contract import Hooked, Request
from bot.messengers.hooks import Hooks

PEOPLE = 5_000
AT_ONCE = 100
"""Receipts in one request."""
MOST_MS = 300.0
"""Milliseconds that a request may take; Alibaba hangs up after 700."""
SECRET = "H" * 22


@dataclass
class Receiving:
    """The account's side that reads receipts: a JSON array of reference and outcome."""

    account: Account = SMS
    hook: str = SECRET

    def read_hook(self, request: Request) -> Hooked:
        """Read receipts."""
        said = json.loads(request.body)
        return Hooked(tuple((one, DeliveryOutcome(outcome)) for one, outcome in said))


@dataclass(frozen=True)
class Answers:
    """Milliseconds of each request, in order of length, and the receipts in all of them."""

    milliseconds: list[float]
    receipts: int

    def at(self, share: float) -> float:
        """Return the time within which this share of the requests was answered."""
        return self.milliseconds[min(len(self.milliseconds) - 1, int(share * len(self)))]

    def __len__(self) -> int:
        return len(self.milliseconds)


async def measure(road: Any, keys: ContactKeys) -> Answers:
    """Send a queued step, and post the receipts of what was sent all the while.

    Args:
        road: has the database, the gate's keys and a clock that can be set.
        keys: of the contacts.
    """
    gateway = FakeGateway({}, set())
    pace: Any = OwnPace(road.clock, 200.0)
    on = (road.database, road.keys, keys, gateway, pace, road.clock)
    sender = PushSender(*on, "Asia/Shanghai", shipped_words(), "https://mp.cs.cn")
    receiving: Any = Receiving()
    app = web.Application()
    app.add_routes(Hooks(road.database, keys, road.clock, "Asia/Shanghai", [receiving]).routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/{SMS.name}/{SECRET}"

    async def work() -> None:
        await sender.look()
        while await sender.send_batch():
            await sender.look()

    sending = asyncio.create_task(work())
    times, count = [], 0
    async with aiohttp.ClientSession() as client:
        while not sending.done() or gateway.waiting:
            some, gateway.waiting = gateway.waiting[:AT_ONCE], gateway.waiting[AT_ONCE:]
            if not some:
                await asyncio.sleep(0.01)
                continue
            body = json.dumps([(one, outcome.value) for one, outcome in some])
            began = time.perf_counter()
            async with client.post(url, data=body) as response:
                await response.read()
                response.raise_for_status()
            times.append((time.perf_counter() - began) * 1000)
            count += len(some)
    await sending
    await runner.cleanup()
    return Answers(sorted(times), count)
