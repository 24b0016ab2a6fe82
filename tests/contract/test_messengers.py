"""What follows from each outcome and each receipt, on both databases, whatever the messenger."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from bot.campaigns.lifecycle import create_campaign
from bot.core.identity import Address
from bot.fieldwork.audience.contact_file import import_contacts
from bot.fieldwork.audience.sampling import draw_campaign_sample
from bot.fieldwork.monitoring.response_monitor import _cells
from bot.fieldwork.outreach.accounts import announce_accounts, read_accounts
from bot.fieldwork.outreach.messenger import Account, Answer, DeliveryOutcome, OutgoingMessage
from bot.fieldwork.outreach.outbox import LEASE, claim_messages, nothing_is_stopped, read_pushes
from bot.fieldwork.outreach.push_service import cancel_push, resume_push, show_pushes
from bot.fieldwork.outreach.receipts import KEPT, Receipt, drop_old_receipts, take_receipts
from bot.fieldwork.outreach.sender import TRIES
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.conftest import Backend
from tests.contract.test_conductor import draft, make_road
from tests.contract.test_contacts import KEYS, TODAY
from tests.contract.test_invitations import make
from tests.contract.test_persons import HEAD
from tests.contract.test_push import TELEGRAM, Office, Post, at_work
from tests.contract.test_sampling import plan
from tests.waiting import until

SMS = Account("city", "sms", "gateway")
MAIL = Account("relay", "email", "email")
ACCEPTED, UNREACHABLE = DeliveryOutcome.ACCEPTED, DeliveryOutcome.UNREACHABLE
OPTED_OUT, LATER, DELIVERED = (
    DeliveryOutcome.OPTED_OUT,
    DeliveryOutcome.LATER,
    DeliveryOutcome.DELIVERED,
)


@dataclass
class Gateway(Post):
    """A messenger that gives each message it takes a reference."""

    account: Account = SMS
    references: dict[str, str] = field(default_factory=dict)
    """The address of each reference."""

    async def send(self, address: str, letter: OutgoingMessage) -> Answer:
        answer = await super().send(address, letter)
        if answer.outcome is not ACCEPTED:
            return answer
        reference = f"{self.account.name}-{len(self.references)}"
        self.references[reference] = address
        return Answer(ACCEPTED, reference)

    def receipts(self, fates: dict[str, DeliveryOutcome]) -> list[Receipt]:
        """A receipt for each message: of those in ``fates`` that outcome, else delivered."""
        return [
            Receipt(KEYS.receipt_mark(self.account.name, reference), fates.get(address, DELIVERED))
            for reference, address in self.references.items()
        ]


@dataclass
class City:
    """Twenty residents with a telephone, half of them with a mail address too, ten in Telegram."""

    office: Office
    sms: Gateway
    mail: Gateway

    @property
    def database(self) -> Any:
        return self.office.road.database

    async def send(self, times: int = 1, hours: int = 0) -> None:
        """Let every account send what is due; whatever goes on to another is sent there."""
        for _ in range(times):
            for _ in range(3):
                for one in (self.sms, self.mail, self.office.post):
                    await self.office.send(one)
            self.office.road.clock.time += timedelta(hours=hours)

    async def take(self, receipts: Sequence[Receipt]) -> int:
        now = int(self.office.road.clock.now().timestamp())
        async with writing(self.database) as connection:
            return await take_receipts(connection, receipts, now, TODAY)

    async def progress(self, step: int = 0) -> dict[str, dict[str, int]]:
        kinds = (await show_pushes(self.database, "next", 25))[step].kinds
        return {kind: dict(counts) for kind, counts in kinds.items()}

    async def rows(self, table: Any) -> list[Any]:
        async with reading(self.database) as connection:
            return list((await connection.execute(select(table))).all())


def phone(n: int) -> str:
    return f"+86{13800000000 + n}"


def mail(n: int) -> str:
    return f"p{n}@example.cn"


def listed() -> str:
    rows = "".join(f"{n},sms,{13800000000 + n},en,resident,,,2026-01-02,l\n" for n in range(20))
    rows += "".join(f"{n},email,{mail(n)},en,resident,,,2026-01-02,l\n" for n in range(10))
    return rows + "".join(f",telegram,{1000 + n},en,deputy,,,2026-01-02,l\n" for n in range(10))


@pytest.fixture
async def city(backend: Backend, tmp_path: Path) -> AsyncIterator[City]:
    redis = Redis.from_url(backend.redis_url)
    async with make_road(backend.database_url, tmp_path) as road:
        await create_campaign(road.database, draft("next"), road.clock)
        await import_contacts(road.database, KEYS, "l.csv", (HEAD + listed()).encode(), TODAY)
        await plan(road, size=30)
        await road.open("next")
        await draw_campaign_sample(road.database, "next")
        assert (await make(road)).people == 30
        await road.live_campaigns.refresh()
        async with writing(road.database) as connection:
            await announce_accounts(connection, [SMS, MAIL, TELEGRAM])
        post = Gateway(account=TELEGRAM)
        yield City(Office(road, redis, post, {}), Gateway(), Gateway(account=MAIL))
    await redis.aclose()


async def test_each_account_sends_to_its_own_kind_and_progress_is_told_by_kind(city: City) -> None:
    await city.office.begin()
    await city.send()
    assert set(city.sms.times()) == {phone(n) for n in range(20)}
    assert set(city.office.post.times()) == {str(1000 + n) for n in range(10)}
    assert city.mail.sent == [], "nobody is written to twice"
    assert await city.progress() == {"sms": {"sent": 20}, "telegram": {"sent": 10}}


async def test_what_an_account_declares_is_read_as_it_was_said(city: City) -> None:
    said = Account("cloud", "sms", "aliyun", "template", 70, 0.5, (time(8), time(22)))
    async with writing(city.database) as connection:
        await announce_accounts(connection, [said])
        assert await read_accounts(connection) == [said]


async def test_messages_of_an_account_that_is_gone_go_on_to_the_next_address(city: City) -> None:
    await city.office.begin()
    async with writing(city.database) as connection:
        await announce_accounts(connection, [MAIL, TELEGRAM])
    for one in (city.mail, city.office.post, city.mail):
        await city.office.send(one)
    assert (set(city.mail.times()), city.sms.sent) == ({mail(n) for n in range(10)}, [])
    told = await city.progress()
    states = {state for counts in told.values() for state in counts}
    assert states == {"sent", "unreachable"}, "nobody waits for an account that never comes"
    assert sum(counts.get("unreachable", 0) for counts in told.values()) == 10
    lost = [row for row in await city.rows(tables.addresses) if row.unreachable]
    assert lost == [], "the addresses themselves are as good as before"


@pytest.mark.parametrize(
    ("answer", "state", "tries", "reached"),
    [
        (Answer(DELIVERED), "sent", 1, True),
        (Answer(ACCEPTED), "sent", 1, True),
        (Answer(UNREACHABLE), "unreachable", 1, False),
        (Answer(OPTED_OUT), "opted_out", 1, False),
        (Answer(DeliveryOutcome.LIMITED, seconds=30), "sent", 2, True),
        (Answer(DeliveryOutcome.SILENCE, seconds=0.01), "sent", 2, True),
        (Answer(LATER), "sent", 2, True),
        (Answer(DeliveryOutcome.REFUSED, reason="SIGN"), "queued", 1, True),
    ],
)
async def test_each_of_the_eight_outcomes(
    city: City, answer: Answer, state: str, tries: int, reached: bool
) -> None:
    alone = phone(15)
    city.sms.fates = {alone: [answer]}
    await city.office.begin()
    await city.send(2, hours=1)
    lookup = KEYS.lookup(Address("sms", alone))
    (address,) = [row for row in await city.rows(tables.addresses) if row.lookup == lookup]
    (message,) = [row for row in await city.rows(tables.outbox) if row.lookup == address.person]
    assert (message.state, message.tries) == (state, 0)
    assert city.sms.times()[alone] == tries
    assert (address.sealed is not None, address.unreachable == "") == (
        answer.outcome is not OPTED_OUT,
        reached or answer.outcome is OPTED_OUT,
    )


async def test_a_refusal_stops_the_step_burns_nobody_and_is_told_until_staff_go_on(
    city: City,
) -> None:
    city.sms.fates = {phone(n): [Answer(DeliveryOutcome.REFUSED, reason="SIGN")] for n in range(20)}
    await city.office.begin()
    await city.send()
    assert len(city.sms.sent) <= 8, "calls that were on their way, and none after them"
    async with reading(city.database) as connection:
        (push,) = await read_pushes(connection, "next")
    assert (push.state, push.stopped) == ("paused", "sms SIGN")
    assert not await nothing_is_stopped(city.database)
    assert (await city.progress())["sms"] == {"queued": 20}
    city.sms.fates = {}
    city.office.road.clock.time += timedelta(hours=1)
    await resume_push(city.database, "next")
    await city.send()
    assert await city.progress() == {"sms": {"sent": 20}, "telegram": {"sent": 10}}
    async with reading(city.database) as connection:
        (push,) = await read_pushes(connection, "next")
    assert push.stopped == ""
    assert await nothing_is_stopped(city.database)


async def test_receipts_shuffled_and_doubled_and_before_their_message_settle_each_once(
    city: City,
) -> None:
    fates = {phone(3): UNREACHABLE, phone(15): UNREACHABLE, phone(16): OPTED_OUT, phone(17): LATER}
    early = Receipt(KEYS.receipt_mark("city", "city-0"), DELIVERED)
    assert await city.take([early, early]) == 0, "the message is not known yet"
    await city.office.begin()
    await city.send()
    if city.sms.references["city-0"] in fates:
        fates.pop(city.sms.references["city-0"])
    found = city.sms.receipts(fates) * 2
    random.Random(1).shuffle(found)
    assert await city.take(found) == 19
    assert await city.take(found) == 0
    await city.send()
    has_mail = [one for one in fates if one == phone(3)]
    assert set(city.mail.times()) == {mail(3) for _ in has_mail}
    states = (await city.progress())["sms"]
    assert states == {
        name: number
        for name, number in (
            ("delivered", 20 - len(fates)),
            ("unreachable", int(phone(15) in fates)),
            ("opted_out", int(phone(16) in fates)),
            ("failed", int(phone(17) in fates)),
        )
        if number
    }
    assert (await city.progress()).get("email", {}) == ({"sent": 1} if has_mail else {})
    async with reading(city.database) as connection:
        cells = await _cells(connection, "next")
    told = cells["resident", ""]
    assert (told["unreachable"], told["opted_out"], told["not_delivered"]) == tuple(
        int(phone(n) in fates) for n in (15, 16, 17)
    )


async def test_a_reference_is_kept_for_three_days_at_most_and_names_no_number(city: City) -> None:
    await city.office.begin()
    await city.send()
    rows = await city.rows(tables.receipts)
    assert len(rows) == 30
    assert not any(phone(n).encode() in b"".join(map(_bytes, row)) for row in rows for n in (1, 2))
    now = int(city.office.road.clock.now().timestamp())
    assert all(now < row.until <= now + KEPT for row in rows)
    async with writing(city.database) as connection:
        await drop_old_receipts(connection, now)
    assert len(await city.rows(tables.receipts)) == 30
    async with writing(city.database) as connection:
        await drop_old_receipts(connection, now + KEPT)
    assert await city.rows(tables.receipts) == []


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


async def test_a_reminder_to_who_has_not_opened_keeps_no_reference(city: City) -> None:
    """What waits for a receipt would show who was written to, and so who has not opened theirs."""
    await city.office.begin()
    await city.send()
    async with writing(city.database) as connection:
        await connection.execute(tables.receipts.delete())
    await city.office.begin(kind="reminder", people="unopened")
    await city.send()
    assert await city.rows(tables.receipts) == []
    await city.office.begin(kind="reminder", people="all")
    await city.send()
    assert len(await city.rows(tables.receipts)) == 30


async def test_who_was_given_up_in_two_steps_counts_as_unreachable(city: City) -> None:
    alone = phone(15)
    for _ in range(2):
        city.sms.fates = {alone: [Answer(LATER)] * TRIES}
        await city.office.begin()
        await city.send(TRIES, hours=8)
    assert [(await city.progress(step))["sms"]["failed"] for step in (0, 1)] == [1, 1]
    lookup = KEYS.lookup(Address("sms", alone))
    lost = {row.lookup for row in await city.rows(tables.addresses) if row.unreachable}
    assert lost == {lookup}


async def test_an_opt_out_by_receipt_is_one_from_every_address_also_after_the_list_comes_again(
    city: City,
) -> None:
    await city.office.begin()
    await city.send()
    assert await city.take(city.sms.receipts({phone(1): OPTED_OUT})) == 20
    kept = [row for row in await city.rows(tables.persons) if row.opted_out]
    assert len(kept) == 1
    await import_contacts(city.database, KEYS, "l.csv", (HEAD + listed()).encode(), TODAY)
    for one in (city.sms, city.mail, city.office.post):
        one.sent.clear()
    await city.office.begin(kind="reminder", people="all")
    await city.send()
    assert set(city.sms.times()) == {phone(n) for n in range(20) if n != 1}
    assert city.mail.sent == []


async def test_an_account_that_is_silent_or_hangs_holds_up_no_other(city: City) -> None:
    """A silence of one hour, and then a gateway that does not answer at all."""
    city.sms.fates = {
        phone(n): [Answer(DeliveryOutcome.SILENCE, seconds=3600.0)] for n in range(20)
    }
    await city.office.begin()
    senders = [city.office.sender(one) for one in (city.sms, city.office.post)]
    async with at_work(senders[0]), at_work(senders[1]):
        await until(lambda: len(city.office.post.sent) == 10)
    assert len(city.sms.sent) <= 8
    assert (await city.progress())["sms"] == {"queued": 20}
    city.sms.fates, city.sms.turnstile = {}, asyncio.Semaphore(0)
    city.office.post.sent.clear()
    hanging = asyncio.create_task(city.office.send(city.sms))
    await until(lambda: bool(city.sms.turnstile._waiters))
    await city.office.send(city.office.post)
    assert not hanging.done()
    for _ in range(40):
        city.sms.turnstile.release()
    await hanging


async def test_an_account_keeps_the_hours_that_it_must_whatever_the_step_says(city: City) -> None:
    city.sms.account = Account("city", "sms", "gateway", hours=(time(3), time(3, 1)))
    await city.office.begin()
    await city.send()
    assert (city.sms.sent, len(city.office.post.sent)) == ([], 10)


async def test_what_a_sender_has_in_hand_at_a_cancel_is_counted_and_not_sent_again(
    city: City,
) -> None:
    """The provider takes a message after the cancel; another that it refuses waits for nothing."""
    office, clock = city.office, city.office.road.clock
    city.sms.turnstile = asyncio.Semaphore(0)
    city.sms.fates = {phone(0): [Answer(LATER)]}
    await office.begin(clock=clock)
    sending = asyncio.create_task(office.send(city.sms))

    async def all_in_hand() -> bool:
        return sum(row.leased > 0 for row in await city.rows(tables.outbox)) == 20

    await until(all_in_hand)
    await cancel_push(city.database, "next")
    with pytest.raises(BadInput, match="20 messages of the cancelled step are being handed over"):
        await office.begin(clock=clock)
    for _ in range(1000):
        city.sms.turnstile.release()
    await sending
    assert await city.progress() == {"sms": {"sent": 19}}
    city.sms.sent.clear()
    clock.time += timedelta(hours=72)
    await office.begin(clock=clock, kind="invitation")
    await city.send()
    assert set(city.sms.times()) == {phone(0)}
    assert set(city.office.post.times()) == {str(1000 + n) for n in range(10)}


async def test_what_a_lost_sender_had_in_hand_at_a_cancel_is_free_after_its_lease(
    city: City,
) -> None:
    office, clock = city.office, city.office.road.clock
    await office.begin(clock=clock)
    sender = office.sender(city.sms)
    await sender.look()
    now = int(clock.now().timestamp())
    async with writing(city.database) as connection:
        steps = sender._allowed.values()
        assert len(await claim_messages(connection, steps, "sms", 5, now)) == 5
    await cancel_push(city.database, "next")
    with pytest.raises(BadInput, match="5 messages of the cancelled step"):
        await office.begin(clock=clock)
    clock.time += timedelta(seconds=LEASE)
    await office.begin(clock=clock)
    await city.send()
    assert set(city.sms.times().values()) == {1}
    assert len(city.sms.times()) == 20
