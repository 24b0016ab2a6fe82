"""A city is written to through a gateway that fails in every way, on a clock of its own.

The clock goes on by one slot with each message, so that 200,000 messages at 200 a second take the
machine's time and not the city's. A kill forgets what a sender has in hand and has not noted, as
the end of its process would.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from aggregation.fieldwork.dispositions import dispositions
from bot.core.identity import Address
from bot.core.shipped_files import shipped_words
from bot.crypto.contact_keys import ContactKeys
from bot.crypto.gate_keys import GateKeys
from bot.fieldwork.monitoring.response_monitor import _cells, _known
from bot.fieldwork.outreach.handouts import count_waiting
from bot.fieldwork.outreach.messenger import Account, Answer, OutgoingMessage
from bot.fieldwork.outreach.messenger import DeliveryOutcome as To
from bot.fieldwork.outreach.outbox import LEASE, QUEUED
from bot.fieldwork.outreach.receipts import Receipt, take_receipts
from bot.fieldwork.outreach.sender import PushSender
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables

SMS = Account("city", "sms", "gateway")
PERMANENT, TEMPORARY, BLACKLISTED, FINE = "permanent", "temporary", "blacklisted", "fine"
SHARES = {PERMANENT: 0.05, TEMPORARY: 0.05, BLACKLISTED: 0.01}
AT_ONCE = 500
"""Receipts in one delivery."""
LATEST = timedelta(days=3)
"""After so long nothing is tried any more."""


def phone(n: int) -> str:
    """Return the telephone of a person."""
    return f"+86{13800000000 + n}"


@dataclass
class FakeGateway:
    """Takes messages for each person as their fate says: at once, or by receipt.

    Attributes:
        fates: by telephone; who stands in none is fine.
        late: telephones whose fate is told by receipt.
    """

    fates: dict[str, str]
    late: set[str]
    account: Account = SMS
    pause_seconds: float = 0.0
    taken: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    waiting: list[tuple[str, To]] = field(default_factory=list)
    calls: int = 0
    kill_at: int = 0
    killed: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, address: str, _message: OutgoingMessage, /) -> Answer:
        """Take a message or refuse it."""
        await asyncio.sleep(0)
        self.calls += 1
        self.asked[address] += 1
        fate, late = self.fates.get(address, FINE), address in self.late
        if self.kill_at and self.calls >= self.kill_at:
            self.kill_at = 0
            self.killed.set()
        if fate == PERMANENT and not late:
            return Answer(To.UNREACHABLE)
        if fate == BLACKLISTED and not late:
            return Answer(To.OPTED_OUT)
        if fate == TEMPORARY and not late and self.asked[address] == 1:
            return Answer(To.LATER)
        self.taken[address] += 1
        reference = f"m{self.calls}"
        told = {PERMANENT: To.UNREACHABLE, BLACKLISTED: To.OPTED_OUT, TEMPORARY: To.LATER}
        outcome = told.get(fate, To.DELIVERED) if late else To.DELIVERED
        self.waiting.append((reference, outcome))
        return Answer(To.ACCEPTED, reference)


@dataclass
class OwnPace:
    """A pace that moves the clock instead of waiting."""

    clock: Any
    rate: float

    async def wait_for_slot(self) -> None:
        """Take the next slot."""
        self.clock.time += timedelta(seconds=1 / self.rate)
        await asyncio.sleep(0)


@dataclass(frozen=True)
class Outcome:
    """What a play found, in people.

    ``twice`` were written to twice, ``excused`` of them were under way at a kill; ``told`` are the
    dispositions of all.
    """

    people: int
    missed: int
    twice: int
    excused: int
    fates: Counter[str]
    letters: int
    told: dict[str, int]
    seconds: float
    kills: int

    @property
    def wrong(self) -> list[str]:
        """Return what is not as it should be."""
        late = self.fates["temporary by receipt"]
        checks = {
            "missed": self.missed == 0,
            "twice": self.twice == self.excused,
            "letters": self.letters == self.fates[PERMANENT],
            "unreachable": self.told["unreachable"] == self.fates[PERMANENT],
            "opted out": self.told["opted_out"] == self.fates[BLACKLISTED],
            "not delivered": self.told["not_delivered"] == late,
            "sum": sum(self.told.values()) == self.people,
            "queued": self.told["queued"] == 0,
        }
        return [name for name, right in checks.items() if not right]


def choose_fates(people: int, chance: random.Random) -> FakeGateway:
    """Return a gateway for people whose fates are drawn in their shares."""
    numbers = list(range(people))
    chance.shuffle(numbers)
    fates: dict[str, str] = {}
    for fate, share in SHARES.items():
        some, numbers = numbers[: int(people * share)], numbers[int(people * share) :]
        fates |= {phone(n): fate for n in some}
    late = {one for one in sorted(fates) if chance.random() < 0.5}
    return FakeGateway(fates, late)


async def play(
    road: Any,
    keys: ContactKeys,
    campaign: str,
    people: int,
    rate: float,
    kills: int,
    seed: int,
    day: date,
) -> Outcome:
    """Send a queued step to its end.

    Args:
        road: has the database, the gate's keys and a clock that can be set.
        keys: of the contacts.
        campaign: an open campaign whose step is queued.
        people: how many there are, with the telephones `phone` and a postal address each.
        rate: messages a second.
        kills: how often a sender is killed.
        seed: of fates, kills and the order of receipts.
        day: of opt-outs.
    """
    chance = random.Random(seed)
    gateway = choose_fates(people, chance)
    lookups = {keys.lookup(Address("sms", phone(n))): phone(n) for n in range(people)}
    began = asyncio.get_running_loop().time()
    moments = sorted(chance.randrange(people // 20, people) for _ in range(kills))
    excused: set[str] = set()
    end = road.clock.time + LATEST
    while road.clock.time < end:
        gateway.kill_at = moments[0] if moments else 0
        gateway.killed.clear()
        killed = await _send(road, keys, gateway, rate)
        if killed:
            moments.pop(0)
            excused |= await _under_way(road.database, campaign, gateway, lookups)
        await _deliver(road, keys, gateway, chance, day)
        if not killed and not await _queued(road.database, campaign):
            break
        road.clock.time += timedelta(seconds=LEASE / 2)
    seconds = asyncio.get_running_loop().time() - began
    twice = {one for one, times in gateway.taken.items() if times > 1}
    fates = Counter(gateway.fates.values())
    soft = [one for one, fate in gateway.fates.items() if fate == TEMPORARY]
    fates["temporary by receipt"] = len([one for one in soft if one in gateway.late])
    reached = (FINE, TEMPORARY)
    everybody = [phone(n) for n in range(people)]
    missed = [one for one in everybody if not gateway.asked[one]]
    missed += [
        one
        for one in everybody
        if gateway.fates.get(one, FINE) in reached and not gateway.taken[one]
    ]
    return Outcome(
        people=people,
        missed=len(set(missed)),
        twice=len(twice),
        excused=len(twice & excused),
        fates=fates,
        letters=(await count_waiting(road.database, campaign)).get("letter", 0),
        told=await _told(road.database, campaign),
        seconds=seconds,
        kills=kills - len(moments),
    )


async def _send(road: Any, keys: ContactKeys, gateway: FakeGateway, rate: float) -> bool:
    """Send what is due until nothing is, or until the sender is killed; says whether it was."""
    gate_keys: GateKeys = road.keys
    pace: Any = OwnPace(road.clock, rate)
    on = (road.database, gate_keys, keys, gateway, pace, road.clock)
    sender = PushSender(*on, "Asia/Shanghai", shipped_words(), "https://mp.cs.cn")

    async def work() -> None:
        await sender.look()
        while await sender.send_batch():
            await sender.look()

    working = asyncio.create_task(work())
    dying = asyncio.create_task(gateway.killed.wait())
    await asyncio.wait([working, dying], return_when=asyncio.FIRST_COMPLETED)
    if not gateway.killed.is_set():
        dying.cancel()
        await working
        return False

    async def forget() -> None:
        """A killed process notes nothing."""

    sender.record_outcomes = forget  # type: ignore[method-assign]
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    return True


async def _under_way(
    database: Any, campaign: str, gateway: FakeGateway, lookups: dict[bytes, str]
) -> set[str]:
    """Return who was written to and is still queued."""
    outbox = tables.outbox.c
    query = select(outbox.lookup).where(
        outbox.campaign == campaign, outbox.state == QUEUED, outbox.due > 0
    )
    async with reading(database) as connection:
        rows = [bytes(one) for one in (await connection.execute(query)).scalars()]
    return {lookups[one] for one in rows if gateway.taken[lookups[one]]}


async def _deliver(
    road: Any, keys: ContactKeys, gateway: FakeGateway, chance: random.Random, day: date
) -> None:
    """Deliver the receipts that wait, shuffled and doubled."""
    found, gateway.waiting = gateway.waiting * 2, []
    chance.shuffle(found)
    receipts = [Receipt(keys.receipt_mark(SMS.name, one), outcome) for one, outcome in found]
    now = int(road.clock.time.timestamp())
    for some in _some(receipts):
        async with writing(road.database) as connection:
            await take_receipts(connection, some, now, day)


def _some(receipts: list[Receipt]) -> Iterable[list[Receipt]]:
    return (receipts[start : start + AT_ONCE] for start in range(0, len(receipts), AT_ONCE))


async def _queued(database: Any, campaign: str) -> int:
    outbox = tables.outbox.c
    query = select(func.count()).where(outbox.campaign == campaign, outbox.state == QUEUED)
    async with reading(database) as connection:
        return int((await connection.execute(query)).scalar_one())


async def _told(database: Any, campaign: str) -> dict[str, int]:
    async with reading(database) as connection:
        cells = await _cells(connection, campaign)
    found: Counter[str] = Counter()
    for cell, counts in cells.items():
        found.update(dispositions(_known(cell, counts, {}), over=False))
    return dict(found)
