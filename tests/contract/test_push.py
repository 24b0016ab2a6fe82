"""Pushes on both databases and both servers.

Everybody gets one message, nobody barred gets any, and a pause holds at once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from bot.conversations.contract import Delivery, Incoming
from bot.core.identity import Address
from bot.core.shipped_files import shipped_words
from bot.fieldwork.audience.opt_outs import opt_out
from bot.fieldwork.audience.person_rows import (
    AddressRow,
    PersonRow,
    erase_opted_out,
    write_addresses,
    write_persons,
)
from bot.fieldwork.outreach import sender as sending
from bot.fieldwork.outreach.messenger import (
    NOT_STARTED,
    Account,
    Answer,
    DeliveryOutcome,
    OutgoingMessage,
)
from bot.fieldwork.outreach.outbox import LEASE, PutBack, claim_messages, put_back, read_pushes
from bot.fieldwork.outreach.pace import Pace
from bot.fieldwork.outreach.push_service import (
    begin_push,
    cancel_push,
    pause_push,
    resume_push,
    show_pushes,
)
from bot.fieldwork.outreach.push_texts import plain_texts
from bot.fieldwork.outreach.sender import HANDFUL, HASTE, TRIES, PushSender
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from survey_flows.events import OptedOut, Started
from tests.conftest import Backend
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_invitations import invited, make, sampled
from tests.contract.test_sampling import KEYS, TODAY
from tests.waiting import PATIENCE, until

RATE = 2000.0
TELEGRAM = Account("telegram", "telegram", "telegram")


@dataclass
class Post:
    """A messenger that notes what it is given.

    ``fates`` are by address; each message uses up the first.
    """

    sent: list[tuple[str, OutgoingMessage]] = field(default_factory=list)
    fates: dict[str, list[Answer | DeliveryOutcome]] = field(default_factory=dict)
    pause_seconds: float = 0.0
    seconds: float = 0.0
    account: Account = TELEGRAM
    meanwhile: Callable[[], None] = lambda: None
    turnstile: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1000))

    async def send(self, address: str, letter: OutgoingMessage) -> Answer:
        await self.turnstile.acquire()
        await asyncio.sleep(self.seconds)
        self.sent.append((address, letter))
        self.meanwhile()
        fates = self.fates.get(address, [])
        fate = fates.pop(0) if fates else DeliveryOutcome.ACCEPTED
        return fate if isinstance(fate, Answer) else Answer(fate)

    def times(self) -> Counter[str]:
        return Counter(address for address, _ in self.sent)


@dataclass
class Office:
    road: Road
    redis: Redis
    post: Post
    people: dict[str, str]
    """The token of everybody's invitation by address."""

    def sender(self, post: Post | None = None) -> PushSender:
        pace = Pace(self.redis, RATE)
        road = self.road
        return PushSender(
            road.database,
            road.keys,
            KEYS,
            post or self.post,
            pace,
            road.clock,
            "Asia/Shanghai",
            shipped_words(),
        )

    async def begin(self, **more: object) -> None:
        texts = await plain_texts(self.road.database, "next", "Asia/Shanghai")
        await begin_push(self.road.database, "next", texts, hours="00:00-23:59", **more)  # type: ignore[arg-type]

    async def send(self, post: Post | None = None) -> None:
        """Send all messages that are due now."""
        sender = self.sender(post)
        await sender.look()
        while await sender.send_batch():
            await sender.look()

    async def counts(self, step: int = 0) -> dict[str, int]:
        return dict((await show_pushes(self.road.database, "next", 25))[step].counts)


@pytest.fixture
async def office(backend: Backend, tmp_path: Path) -> AsyncIterator[Office]:
    redis = Redis.from_url(backend.redis_url)
    async with make_road(backend.database_url, tmp_path) as road:
        await sampled(road)
        await make(road)
        await road.live_campaigns.refresh()
        road.conductor._contact_keys = KEYS
        people = {person.address.address: person.token for person in await invited(road)}
        yield Office(road, redis, Post(), people)
    await redis.aclose()


@asynccontextmanager
async def at_work(sender: PushSender) -> AsyncIterator[None]:
    working = asyncio.create_task(sender.run())
    yield
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_everybody_gets_their_own_invitation_once(office: Office) -> None:
    await office.begin()
    await asyncio.gather(*(office.send() for _ in range(3)))
    assert {address: letter.token for address, letter in office.post.sent} == office.people
    assert set(office.post.times().values()) == {1}
    assert await office.counts() == {"sent": 20}
    text = office.post.sent[0][1]
    assert "drawn by lot" in text.text or "随机抽取" in text.text
    assert (text.begin, text.stop) in {
        ("Begin", "No more invitations"),
        ("开始评价", "不再接收邀请"),
    }


async def test_a_message_of_a_later_version_waits_and_stops_no_other(office: Office) -> None:
    await office.begin()
    async with writing(office.road.database) as connection:
        first = select(tables.outbox.c.lookup).order_by(tables.outbox.c.lookup).limit(1)
        lookup = (await connection.execute(first)).scalar_one()
        one = tables.outbox.update().where(tables.outbox.c.lookup == lookup)
        await connection.execute(one.values(form=2))
    await office.send()
    assert await office.counts() == {"sent": 19, "queued": 1}
    async with writing(office.road.database) as connection:
        await connection.execute(one.values(form=1))
    await office.send()
    assert await office.counts() == {"sent": 20}
    assert set(office.post.times().values()) == {1}


async def test_who_cannot_be_reached_is_noted_and_not_tried_again(office: Office) -> None:
    ann, *_ = office.people
    office.post.fates = {ann: [DeliveryOutcome.UNREACHABLE]}
    await office.begin()
    await office.send()
    assert await office.counts() == {"sent": 19, "unreachable": 1}
    await office.begin()
    await office.send()
    assert office.post.times()[ann] == 1
    assert await office.counts(1) == {"sent": 19, "unreachable": 1}


async def test_who_blocked_the_bot_in_a_conversation_is_not_written_to_until_they_come_back(
    office: Office,
) -> None:
    ann = next(iter(office.people))
    incoming = Incoming("x", "telegram", ann, Started(lang="en"))
    await office.road.conductor.handle(incoming)
    await office.road.conductor.note(incoming, Delivery(blocked=True))
    await office.begin()
    await office.send()
    assert (office.post.times()[ann], (await office.counts())["unreachable"]) == (0, 1)
    office.road.clock.time += timedelta(hours=1)
    await office.road.conductor.handle(Incoming("y", "telegram", ann, Started(lang="en")))
    await office.begin()
    await office.send()
    assert office.post.times()[ann] == 1


async def test_who_opts_out_by_the_button_gets_nothing_more(office: Office) -> None:
    ann, ben, *_ = office.people
    reply = await office.road.conductor.handle(Incoming("x", "telegram", ann, OptedOut()))
    assert reply.screen is None
    assert "You will not be invited again" in reply.notices[0]
    async with writing(office.road.database) as connection:
        await opt_out(connection, KEYS, [], TODAY)
    await office.begin()
    await office.send()
    assert (office.post.times()[ann], office.post.times()[ben]) == (0, 1)
    assert await office.counts() == {"sent": 19, "opted_out": 1}


async def test_a_reminder_goes_to_who_has_not_opened_theirs_and_nothing_kept_tells_who_that_is(
    office: Office,
) -> None:
    await office.begin()
    await office.send()
    ann, token = next(iter(office.people.items()))
    await office.road.conductor.handle(
        Incoming("x", "telegram", ann, Started(link=token, lang="en"))
    )
    await office.begin()
    reminding = Post()
    await office.send(reminding)
    assert set(reminding.times()) == set(office.people) - {ann}
    assert await office.counts(1) == {"sent": 20}
    async with reading(office.road.database) as connection:
        rows = (
            await connection.execute(select(tables.outbox).where(tables.outbox.c.step == 1))
        ).all()
    assert {(row.state, row.due, row.tries) for row in rows} == {("sent", 0, 0)}


async def test_what_may_have_been_lost_is_sent_again_later_and_given_up_in_the_end(
    office: Office,
) -> None:
    ann, ben, *_ = office.people
    office.post.fates = {
        ann: [DeliveryOutcome.LATER] * 2,
        ben: [DeliveryOutcome.LATER] * (TRIES + 5),
    }
    await office.begin()
    await office.send()
    assert await office.counts() == {"sent": 18, "queued": 2}
    for _ in range(TRIES + 2):
        office.road.clock.time += timedelta(hours=5)
        await office.send()
    assert (office.post.times()[ann], office.post.times()[ben]) == (3, TRIES)
    assert await office.counts() == {"sent": 19, "failed": 1}


async def test_a_429_costs_no_attempt_and_silences_all(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LEAST_SILENCE", 0.001)
    ann = next(iter(office.people))
    office.post.fates = {ann: [DeliveryOutcome.SILENCE] * (TRIES + 1)}
    await office.begin()
    for _ in range(TRIES + 2):
        await office.send()
    assert (office.post.times()[ann], await office.counts()) == (TRIES + 2, {"sent": 20})
    office.post.pause_seconds = 5.0
    await office.begin()
    before = len(office.post.sent)
    await office.send()
    assert len(office.post.sent) == before


async def test_who_needs_no_reminder_is_settled_among_those_who_do(office: Office) -> None:
    await office.begin()
    await office.send()
    for n, (ann, token) in enumerate(list(office.people.items())[:10]):
        await office.road.conductor.handle(
            Incoming(f"x{n}", "telegram", ann, Started(link=token, lang="en"))
        )
    await office.begin()
    office.post.seconds = 0.15
    settled: list[set[bytes]] = []
    sender = office.sender()
    noted = sender.record_outcomes

    async def note() -> None:
        settled.append({key[2] for key in sender._settled.states})
        await noted()

    sender.record_outcomes = note  # type: ignore[method-assign]
    everybody = {KEYS.lookup(Address("telegram", ann)) for ann in office.people}
    async with at_work(sender):
        await until(lambda: everybody <= set().union(*settled))
    spared = {KEYS.lookup(Address("telegram", ann)) for ann in list(office.people)[:10]}
    both = [some for some in settled if some & spared and some - spared]
    assert both, "no transaction has only those who had opened theirs, all together"
    assert not any(some == spared for some in settled)


async def test_a_service_that_stops_while_the_database_is_away_stops(office: Office) -> None:
    await office.begin()
    office.post.seconds = 0.2
    sender = office.sender()

    async def note() -> None:
        raise OSError("away")

    working = asyncio.create_task(sender.run())
    await until(lambda: office.post.sent)
    await asyncio.sleep(
        0.4
    )  # to be in the midst of it, and not to cancel connections that are being made
    sender.record_outcomes = note  # type: ignore[method-assign]
    working.cancel()
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(asyncio.CancelledError):
            await working


async def test_a_contact_that_cannot_be_unsealed_stops_nobody_else(office: Office) -> None:
    ann = KEYS.lookup(Address("telegram", next(iter(office.people))))
    async with writing(office.road.database) as connection:
        broken = tables.addresses.update().where(tables.addresses.c.lookup == ann)
        await connection.execute(broken.values(sealed=bytes(60)))
    await office.begin()
    await office.send()
    assert await office.counts() == {"sent": 19, "failed": 1}


async def test_who_lost_the_lease_puts_nothing_back(office: Office) -> None:
    await office.begin()
    now = int(office.road.clock.now().timestamp())
    async with writing(office.road.database) as connection:
        found = await read_pushes(connection, now=now)
        first = await claim_messages(connection, found, "telegram", 5, now)
        second = await claim_messages(connection, found, "telegram", 20, now + LEASE + 1)
        assert {item.key for item in first} <= {item.key for item in second}
        await put_back(connection, {item.key: PutBack(item.until, 0, True) for item in first})
        again = await claim_messages(connection, found, "telegram", 20, now + LEASE + 2)
        assert again == []


async def test_nothing_is_sent_outside_the_campaign_s_window(office: Office) -> None:
    await office.begin()
    office.road.clock.time += timedelta(days=400)
    await office.send()
    assert office.post.sent == []


async def test_an_import_does_not_undo_an_opt_out_that_came_meanwhile(office: Office) -> None:
    ann = next(iter(office.people))
    async with writing(office.road.database) as connection:
        own = tables.addresses.c.lookup == KEYS.lookup(Address("telegram", ann))
        person = tables.persons.c.lookup == KEYS.lookup(Address("telegram", ann))
        found = [
            (await connection.execute(select(table).where(where))).one()
            for table, where in ((tables.persons, person), (tables.addresses, own))
        ]
        stale = (PersonRow(*found[0]), AddressRow(*found[1]))
        await opt_out(connection, KEYS, [Address("telegram", ann)], TODAY)
        await write_persons(connection, [stale[0]])
        await write_addresses(connection, [stale[1]], {})
        await erase_opted_out(connection)
        sealed = await connection.execute(select(tables.addresses.c.sealed).where(own))
        assert sealed.scalar_one() is None
    await office.begin()
    await office.send()
    assert office.post.times()[ann] == 0


async def test_a_process_that_dies_misses_nobody_and_its_lease_keeps_others_away(
    office: Office,
) -> None:
    await office.begin()
    now = int(office.road.clock.now().timestamp())
    async with writing(office.road.database) as connection:
        steps = await read_pushes(connection, now=now)
        dead = await claim_messages(connection, steps, "telegram", 7, now)
    assert len(dead) == 7
    await office.send()
    assert len(office.post.sent) == 13
    office.road.clock.time += timedelta(seconds=LEASE - HASTE)
    await office.send()
    assert len(office.post.sent) == 13
    office.road.clock.time += timedelta(seconds=HASTE)
    await office.send()
    assert set(office.post.times().values()) == {1}
    assert len(office.post.sent) == 20


async def test_nothing_is_sent_near_the_end_of_a_lease(office: Office) -> None:
    await office.begin()

    def late() -> None:
        office.road.clock.time += timedelta(seconds=LEASE)

    office.post.meanwhile = late
    sender = office.sender()
    await sender.look()
    await sender.send_batch()
    assert 0 < len(office.post.sent) <= 8
    office.post.meanwhile = lambda: None
    await office.send()
    assert set(office.post.times().values()) == {1}
    assert await office.counts() == {"sent": 20}


async def test_a_pause_holds_what_is_queued_and_a_service_that_stops_forgets_nothing(
    office: Office,
) -> None:
    office.post.turnstile = turnstile = asyncio.Semaphore(3)
    await office.begin()
    sender = office.sender()
    async with at_work(sender):
        await until(lambda: len(office.post.sent) == 3)
        await pause_push(office.road.database, "next")
        await until(lambda: not sender._pushes)
        for _ in range(100):
            turnstile.release()
        await asyncio.sleep(0.5)  # what is on its way comes through
        held = len(office.post.sent)
        assert 0 < held < 20
        await asyncio.sleep(0.5)
        assert len(office.post.sent) == held
        office.post.seconds = 0.3
        await resume_push(office.road.database, "next")
        await until(lambda: sender._pushes)
        await asyncio.sleep(0.1)  # what is on its way when the service stops is waited for
    office.post.seconds = 0.0
    await office.send()
    assert (set(office.post.times().values()), len(office.post.sent)) == ({1}, 20)
    assert await office.counts() == {"sent": 20}


async def test_a_fault_ends_neither_the_service_nor_the_push(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await office.begin()
    once = iter([RuntimeError("880017310901")])

    def fail() -> None:
        for error in once:
            raise error

    office.post.meanwhile = fail
    office.road.clock.time += timedelta(seconds=1)

    async def all_sent() -> bool:
        office.road.clock.time += timedelta(minutes=1)
        return await office.counts() == {"sent": 20}

    async with at_work(office.sender()):
        await until(all_sent)
    assert "a message could not be sent: RuntimeError" in caplog.text
    assert "880017310901" not in caplog.text


async def test_nothing_is_sent_at_night_on_holidays_after_a_cancel_or_after_the_close(
    office: Office,
) -> None:
    database, road = office.road.database, office.road
    texts = await plain_texts(database, "next", "Asia/Shanghai")
    await begin_push(database, "next", texts, hours="03:00-03:01")
    await office.send()
    assert office.post.sent == []
    await cancel_push(database, "next")
    await office.begin(not_on=[day(road)])
    await office.send()
    assert office.post.sent == []
    await cancel_push(database, "next")
    await office.begin()
    await pause_push(database, "next")
    await cancel_push(database, "next")
    await office.send()
    await office.begin()
    await road.close("next")
    await office.send()
    assert office.post.sent == []


def day(road: Road) -> str:
    from zoneinfo import ZoneInfo

    return road.clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()


async def test_steps_follow_each_other_and_nobody_is_reminded_without_end(office: Office) -> None:
    database = office.road.database
    await office.begin()
    with pytest.raises(BadInput, match="20 messages of the last step are not sent yet"):
        await office.begin()
    for _ in range(3):
        await office.send()
        await office.begin()
    await office.send()
    with pytest.raises(BadInput, match="3 reminders were sent"):
        await office.begin()
    with pytest.raises(BadInput, match="there is no such campaign"):
        await plain_texts(database, "none", "Asia/Shanghai")
    with pytest.raises(BadInput, match="nobody is invited yet"):
        await begin_push(database, "year", {"zh-Hans": "x", "en": "x"})
    with pytest.raises(BadInput, match="nothing was pushed"):
        await pause_push(database, "year")
    with pytest.raises(BadInput, match="the last push is not paused"):
        await resume_push(database, "next")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"texts": {"zh-Hans": "x", "en": " "}},
            "English text: write the message in this language too",
        ),
        (
            {"texts": {"zh-Hans": "x", "en": "x" * 2001}},
            "English text: the message has more than 2000 characters",
        ),
        ({"hours": "9-20"}, "hours for messages: this is no time of the day"),
        ({"hours": "20:00-09:00"}, "hours for messages: this is no time of the day"),
        ({"hours": "25:00-26:00"}, "hours for messages: this is no time of the day"),
        ({"not_on": ["tomorrow"]}, "days without messages: one of these is no day"),
    ],
)
async def test_a_push_that_is_not_rightly_described_is_refused_whole(
    office: Office, change: dict[str, object], sentence: str
) -> None:
    given = {"texts": {"zh-Hans": "x", "en": "x"}, **change}
    with pytest.raises(BadInput) as refused:
        await begin_push(office.road.database, "next", **given)  # type: ignore[arg-type]
    assert sentence in str(refused.value)
    assert await show_pushes(office.road.database, "next", 25) == []


async def test_the_pace_is_one_for_all_senders(speed_url: str) -> None:
    redis = Redis.from_url(speed_url)
    paces, times = [Pace(redis, 100.0) for _ in range(4)], list[float]()

    async def hurry(pace: Pace) -> None:
        for _ in range(30):
            await pace.wait_for_slot()
            times.append(asyncio.get_running_loop().time())

    began = asyncio.get_running_loop().time()
    await asyncio.gather(*map(hurry, paces))
    # A busy machine may send later than its turn is, and never earlier.
    assert all(at - began >= 0.01 * place - 0.005 for place, at in enumerate(sorted(times)))
    paces[0]._replies = 20
    before = asyncio.get_running_loop().time()
    await paces[0].wait_for_slot()
    assert asyncio.get_running_loop().time() - before > 0.15
    await redis.aclose()


assert HANDFUL > 20, "the tests send one handful in a turn"


async def test_a_step_that_was_cancelled_before_anybody_got_it_is_begun_again_as_it_was(
    office: Office,
) -> None:
    """Case 13: 38 people got a «reminder» first."""
    database = office.road.database
    texts = await plain_texts(database, "next", "Asia/Shanghai")
    await begin_push(database, "next", texts, hours="03:00-03:01")
    await cancel_push(database, "next")
    mended = await plain_texts(database, "next", "Asia/Shanghai")
    assert "You were drawn by lot" in mended["en"]
    push = await begin_push(
        database, "next", mended | {"en": "You are invited, corrected."}, hours="00:00-23:59"
    )
    assert (push.kind, push.people) == ("invitation", "unopened")
    await office.send()
    assert len(office.post.sent) == 20
    assert {letter.text for address, letter in office.post.sent if "drawn" in letter.text} == set()


async def test_who_got_the_invitation_before_a_cancel_gets_no_second_one(office: Office) -> None:
    waiting = set(list(office.people)[5:])
    office.post.fates = {address: [DeliveryOutcome.LATER] for address in waiting}
    await office.begin()
    await office.send()
    assert await office.counts() == {"sent": 5, "queued": 15}
    await cancel_push(office.road.database, "next")
    office.post.sent.clear()
    await office.begin()
    await office.send()
    assert set(office.post.times()) == waiting
    assert [one.reminder for one in await show_pushes(office.road.database, "next", 25)] == [0, 0]


async def test_two_steps_keep_their_distance(office: Office) -> None:
    """Case 14: invitation and reminder at once."""
    clock = office.road.clock
    await office.begin(clock=clock)
    await office.send()
    with pytest.raises(BadInput, match="less than 72 hours ago; try again in 72 hours"):
        await office.begin(clock=clock)
    clock.time += timedelta(hours=71)
    with pytest.raises(BadInput, match="try again in 1 hour"):
        await office.begin(clock=clock)
    clock.time += timedelta(hours=1)
    await office.begin(clock=clock)


async def test_who_began_and_did_not_finish_is_reminded_by_a_reminder_to_all(
    office: Office,
) -> None:
    """Case 15: the last reminder goes to all, which marks nobody as unfinished."""
    await office.begin()
    await office.send()
    address, token = next(iter(office.people.items()))
    await office.road.send(address, Started(link=token, lang="en"))
    office.post.sent.clear()
    await office.begin(kind="reminder", people="all")
    await office.send()
    assert set(office.post.times()) == set(office.people)
    for _ in range(2):
        await office.begin()
        office.post.sent.clear()
        await office.send()
    steps = await show_pushes(office.road.database, "next", 25)
    assert [(one.reminder, one.push.people) for one in steps] == [
        (0, "unopened"),
        (1, "all"),
        (2, "unopened"),
        (3, "all"),
    ]
    assert set(office.post.times()) == set(office.people)


async def test_a_limit_of_one_recipient_holds_up_nobody_else(office: Office) -> None:
    address = next(iter(office.people))
    office.post.fates[address] = [Answer(DeliveryOutcome.LIMITED, seconds=30.0)]
    await office.begin()
    await office.send()
    assert await office.counts() == {"sent": 19, "queued": 1}
    office.road.clock.time += timedelta(seconds=31)
    await office.send()
    assert await office.counts() == {"sent": 20}


async def test_who_never_started_the_bot_is_told_apart_and_reachable_at_the_first_start(
    office: Office,
) -> None:
    """Case 12: unreachable until a new list."""
    address = next(iter(office.people))
    office.post.fates[address] = [Answer(DeliveryOutcome.UNREACHABLE, reason=NOT_STARTED)]
    await office.begin()
    await office.send()
    assert await office.counts() == {"sent": 19, "not_started": 1}
    incoming = Incoming("t:1", "telegram", address, Started(lang="en"))
    await office.road.conductor.handle(incoming)
    office.post.sent.clear()
    await office.begin(people="all")
    await office.send()
    texts = {to: letter.text for to, letter in office.post.sent}
    assert "You were drawn by lot" in texts[address] or "您是经随机抽取" in texts[address]
    assert sum("reminder" in text or "提醒" in text for text in texts.values()) == 19
