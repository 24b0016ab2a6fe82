"""One telephone on several channels is one person, and stands in no table, log or file."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.ballots.gate import Gate
from bot.ballots.mixer import Mixer, destroy_closed_secrets
from bot.campaigns.citizens_provider import announce_citizens_provider
from bot.campaigns.code_accounts import sends_codes
from bot.campaigns.lifecycle import close_campaign, create_campaign
from bot.conversations.conductor import Conductor
from bot.conversations.contract import Incoming, Reply
from bot.conversations.phone_codes import A_DAY, CODE_SECONDS, PhoneCodes
from bot.core.settings import Settings
from bot.crypto.keyrings import KeyMissing
from bot.fieldwork.outreach.accounts import announce_accounts
from bot.fieldwork.outreach.message_templates import (
    APPROVED,
    FILED,
    Writer,
    turn_template,
    write_template,
)
from bot.fieldwork.outreach.messenger import (
    TEMPLATE,
    Account,
    Answer,
    DeliveryOutcome,
    OutgoingMessage,
)
from bot.fieldwork.outreach.template_texts import code_parts
from bot.openid.provider_files import Provider as IdentityProvider
from bot.publication.exports import campaign_book
from bot.results.scoring import score_campaign
from bot.service.composition import Service, build
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.web.public.citizen_cookie import set_cookie
from bot.web.server import make_web
from survey_flows.errors import BadInput
from survey_flows.events import Event, Identified, Pressed, Started, TopicRequested
from tests.conftest import Backend
from tests.openings import open_campaign
from tests.web_city import Clock, make_draft

SITE = "https://mp.example.cn"
PHONE, OTHERS = "13800138000", "13900139000"
SAME = ("138 0013 8000", "+8613800138000", "008613800138000", "138-0013-8000")
ANSWERS = ("Used a service", "Very satisfied", *["Satisfied"] * 3, "Skip", "Submit")
CONFIRM = "Confirm who you are"
DIGITS = re.compile(r"[0-9]{6}")
CODE_PAGE = "Type the code"


ACCEPTED = DeliveryOutcome.ACCEPTED


FREE_WORDS = Account("city", "sms", "gateway")
CLOUD = Account("cloud", "sms", "aliyun", TEMPLATE)
CARDS = Account("wx", "wechat", "wechat", TEMPLATE)


@dataclass
class Provider:
    """Stands for a provider of short messages: what it was given, and what it answers."""

    outcome: DeliveryOutcome = ACCEPTED
    sent: list[tuple[str, OutgoingMessage]] = field(default_factory=list)
    account: Account = FREE_WORDS
    pause_seconds: float = 0.0

    async def send(self, address: str, message: OutgoingMessage, /) -> Answer:
        assert re.fullmatch(r"\+[1-9][0-9]{6,14}", address), "a telephone in E.164"
        assert (message.link, message.leave) == ("", "")
        assert message.token in message.words
        assert DIGITS.fullmatch(message.token)
        self.sent.append((address, message))
        return Answer(self.outcome, reason="E17")


@dataclass
class Town:
    """A city whose campaign takes telephones, with its channels."""

    service: Service
    clock: Clock
    link: str
    provider: Provider
    client: TestClient[web.Request, web.Application]
    codes: PhoneCodes
    said: int = 0
    shown: dict[tuple[str, str], Reply] = field(default_factory=dict)

    async def tell(self, channel: str, user: str, event: Event) -> Reply:
        self.said += 1
        reply = await self.service.conductor.handle(
            Incoming(f"told:{self.said}", channel, user, event)
        )
        if reply.screen is not None:
            self.shown[channel, user] = reply
        return reply

    def button(self, channel: str, user: str, label: str) -> Pressed:
        screen = self.shown[channel, user].screen
        assert screen is not None
        found = [one for row in screen.rows for one in row if label in one.label]
        assert found, f"no button «{label}» on {screen}"
        return Pressed(found[0].data)

    async def press(self, channel: str, user: str, *labels: str) -> Reply:
        for label in labels:
            reply = await self.tell(channel, user, self.button(channel, user, label))
        return reply

    async def rate(self, channel: str, user: str, unit: str = "FIN", first: str = "") -> Reply:
        await self.tell(channel, user, Started(link=self.link, unit=unit, lang="en"))
        answers = (ANSWERS[0], first or ANSWERS[1], *ANSWERS[2:])
        return await self.press(channel, user, *answers)

    async def page_of(self, channel: str, user: str) -> str:
        """Asks for the page to confirm, beginning where nothing was; returns its path."""
        if (channel, user) not in self.shown:
            await self.tell(channel, user, Started(link=self.link, lang="en"))
        await self.tell(channel, user, TopicRequested("identity"))
        screen = self.shown[channel, user].screen
        assert screen is not None
        assert screen.step == "identity"
        assert screen.address.startswith(f"{SITE}/i/")
        return screen.address.removeprefix(SITE)

    async def post(self, path: str, user: str = "", **fields: str) -> tuple[int, str]:
        headers = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
        if user:
            given = web.Response()
            set_cookie(given, self.service, user)
            headers["Cookie"] = "; ".join(f"{k}={v.value}" for k, v in given.cookies.items())
        async with self.client.post(path, data=fields, headers=headers) as response:
            page = await response.text()
        await self.codes.stop()
        return response.status, page

    async def confirm(self, channel: str, user: str, phone: str = PHONE) -> str:
        """Confirms by a telephone as a citizen does, and returns the last page."""
        path, cookie = await self.page_of(channel, user), user if channel == "web" else ""
        await self.forget_pauses()
        status, page = await self.post(path, cookie, phone=phone)
        assert (status, CODE_PAGE in page) == (200, True)
        code = self.provider.sent[-1][1].token
        status, page = await self.post(path, cookie, phone=phone, code=code)
        assert status == 200
        # The chat still shows where the page was; its button leads back to the rating.
        reply = await self.press(channel, user, "Back")
        assert reply.notices == ()
        return page

    async def forget_pauses(self) -> None:
        """Lets a minute pass for Redis, whose clock no test moves."""
        async for name in self.service.redis.scan_iter("minping:identity:pause:*"):
            await self.service.redis.delete(name)

    async def mix(self) -> None:
        mixer = self.service.mixer
        assert isinstance(mixer, Mixer)
        while await mixer.mix({"2026"}):
            pass

    async def ballots(self) -> list[tuple[str, str, str]]:
        """Returns unit, source and ratings of what counts."""
        await self.mix()
        columns = tables.ballots.c
        query = select(columns.unit, columns.source, columns.ratings)
        async with reading(self.service.database) as connection:
            return sorted(tuple(row) for row in await connection.execute(query))


@asynccontextmanager
async def open_town(
    backend: Backend,
    folder: Path,
    takes: tuple[str, ...] = ("phone",),
    site: str = SITE,
    by: IdentityProvider | None = None,
) -> AsyncIterator[Town]:
    clock, provider = Clock(), Provider()
    settings = Settings(
        data=folder,
        database_url=backend.database_url,
        redis_url=backend.redis_url,
        public_url=site,
    )
    async with build(settings, clock) as service:
        async with writing(service.database) as connection:
            await announce_accounts(connection, [provider.account])
            if by is not None:
                await announce_citizens_provider(connection, by.name, by.issuer)
        draft = replace(make_draft(), identity=takes)
        link = await create_campaign(service.database, draft, clock)
        await open_campaign(service.database, "2026", service.keys, service.desk)
        await service.mixer.turn()
        await service.live_campaigns.refresh()
        codes = PhoneCodes(service.redis, service.database, service.keys, provider)
        async with TestClient(
            TestServer(make_web(service, (), codes, [by] if by else []))
        ) as client:
            yield Town(service, clock, link.token, provider, client, codes)


@pytest.fixture
async def town(backend: Backend, tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(backend, tmp_path) as made:
        yield made


@pytest.fixture
async def hall(sqlite_url: str, valkey_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """The same on one kind of store, for what the page alone does."""
    async with open_town(Backend(sqlite_url, valkey_url), tmp_path) as made:
        yield made


async def test_one_telephone_on_three_channels_is_one_ballot_and_the_last_counts(
    town: Town,
) -> None:
    for number, (channel, user) in enumerate(
        (("telegram", "4711"), ("wechat", "o6_bmj"), ("web", "rand0m"))
    ):
        await town.tell(channel, user, Started(link=town.link, unit="FIN", lang="en"))
        page = await town.confirm(channel, user, (PHONE, *SAME)[number])
        assert "You are confirmed" in page
        word = ("Very dissatisfied", "Dissatisfied", "Very satisfied")[number]
        await town.rate(channel, user, first=word)
    assert [address for address, _ in town.provider.sent] == ["+8613800138000"] * 3
    assert await town.ballots() == [("FIN", "verified", "VS S S S")]
    # Another telephone is another person, and who shows none is who they were.
    await town.rate("telegram", "0815")
    await town.confirm("wechat", "another", OTHERS)
    await town.rate("wechat", "another", first="Dissatisfied")
    assert await town.ballots() == [
        ("FIN", "open", "VS S S S"),
        ("FIN", "verified", "D S S S"),
        ("FIN", "verified", "VS S S S"),
    ]


async def test_the_kinds_are_registered_and_the_method_page_tells_them(hall: Town) -> None:
    columns = tables.log_entries.c
    query = select(columns.body).where(columns.kind == "registration")
    async with reading(hall.service.database) as connection:
        [body] = (await connection.execute(query)).scalars()
    assert json.loads(json.loads(body)["paper"])["identity"] == ["phone"]
    service = hall.service
    await hall.rate("telegram", "4711")
    await close_campaign(service.database, "2026", service.desk, service.clock, "for a test")
    await service.mixer.turn()
    book = campaign_book(await score_campaign(service.database, "2026"), "Asia/Shanghai")
    page = next(page for page in book.pages if page.name == "method")
    found = {str(row[0]): (str(row[3]), str(row[4])) for row in page.rows}
    zh, en = found["campaign.2026.identity_phone"]
    assert "自愿确认，号码不保存" in zh
    assert "nobody had to show one, and numbers are not stored" in en


async def test_what_an_account_rated_before_is_withdrawn_and_nothing_of_others(
    town: Town,
) -> None:
    await town.rate("telegram", "4711", first="Dissatisfied")
    await town.rate("telegram", "4711", unit="EDU", first="Dissatisfied")
    await town.rate("telegram", "0815")
    page = await town.confirm("telegram", "4711")
    assert "before you confirmed is being withdrawn" in page
    assert await town.ballots() == [("FIN", "open", "VS S S S")]
    await town.rate("telegram", "4711")
    # The telephone is shared: another person confirms in the same chat, and takes nothing away.
    page = await town.confirm("telegram", "4711", OTHERS)
    assert "is being withdrawn" not in page
    await town.rate("telegram", "4711", first="Fairly")
    assert await town.ballots() == [
        ("FIN", "open", "VS S S S"),
        ("FIN", "verified", "B S S S"),
        ("FIN", "verified", "VS S S S"),
    ]


async def test_a_rating_that_was_begun_goes_on_and_a_deletion_takes_the_identitys(
    town: Town,
) -> None:
    await town.tell("telegram", "4711", Started(link=town.link, unit="FIN", lang="en"))
    await town.press("telegram", "4711", *ANSWERS[:3])
    await town.confirm("telegram", "4711")
    reply = await town.press("telegram", "4711", *ANSWERS[3:])
    assert reply.screen is not None
    assert reply.screen.step == "receipt"
    await town.confirm("web", "rand0m")
    await town.rate("web", "rand0m", unit="EDU")
    assert [unit for unit, *_ in await town.ballots()] == ["EDU", "FIN"]
    # One person may delete from any place what they rated from any.
    await town.tell("telegram", "4711", TopicRequested("delete"))
    await town.press("telegram", "4711", "Delete them all")
    assert await town.ballots() == []
    # The chat forgot the identity with the conversation.
    await town.rate("telegram", "4711")
    assert await town.ballots() == [("FIN", "open", "VS S S S")]


async def test_two_accounts_of_one_person_at_once_are_one_ballot(town: Town) -> None:
    chats = [("telegram", "4711"), ("wechat", "o6_bmj")]
    for channel, user in chats:
        await town.tell(channel, user, Started(link=town.link, unit="FIN", lang="en"))
        await town.confirm(channel, user)
        await town.press(channel, user, *ANSWERS[:-1])
    await asyncio.gather(*(town.press(channel, user, "Submit") for channel, user in chats))
    assert await town.ballots() == [("FIN", "verified", "VS S S S")]


def files_with(words: bytes, folder: Path) -> list[Path]:
    """Returns the files that hold these bytes: what a backup would have."""
    return [one for one in folder.rglob("*") if one.is_file() and words in one.read_bytes()]


async def test_two_processes_count_one_person_and_the_close_finds_no_gap(town: Town) -> None:
    service = town.service
    assert isinstance(service.mixer, Mixer)
    gate = Gate(service.keys, service.mixer.key)
    parts = (service.database, service.keys, service.live_campaigns, town.clock)
    other = Conductor(*parts, gate, site=SITE)
    running = asyncio.create_task(other.run())
    identity = service.keys.identity("2026", "phone", f"+86{PHONE}")
    chats = [("telegram", f"{number}") for number in range(8)]
    for channel, user in chats:
        await town.tell(channel, user, Started(link=town.link, unit="FIN", lang="en"))
        await town.tell(channel, user, Identified("2026", identity, "en"))
        await town.press(channel, user, *ANSWERS[:-1])
    submits = [
        Incoming(f"submit:{user}", channel, user, town.button(channel, user, "Submit"))
        for channel, user in chats
    ]
    await asyncio.gather(
        *(
            (other if number % 2 else service.conductor).handle(one)
            for number, one in enumerate(submits)
        )
    )
    assert await town.ballots() == [("FIN", "verified", "VS S S S")]
    async with reading(service.database) as connection:
        counts = (await connection.execute(select(tables.gate_marks.c["count"]))).scalars().all()
    assert counts == [8], "no count was lost between them"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await gate.stop(service.database)
    await close_campaign(service.database, "2026", service.desk, town.clock, "for a test")
    await service.mixer.turn()
    async with reading(service.database) as connection:
        states = (await connection.execute(select(tables.campaigns.c.state))).scalars().all()
    assert states == ["closed"]


async def test_the_number_is_in_no_table_log_file_or_redis(
    town: Town, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await town.rate("telegram", "4711")
    await town.confirm("telegram", "4711")
    await town.rate("telegram", "4711")
    town.provider.outcome = DeliveryOutcome.REFUSED
    path = await town.page_of("telegram", "4711")
    for wrong in ("000000", "nonsense"):
        await town.post(path, phone=PHONE, code=wrong)
    await town.mix()
    found = [record.getMessage() for record in caplog.records]
    async with reading(town.service.database) as connection:
        for table in tables.metadata.sorted_tables:
            found += [repr(tuple(row)) for row in await connection.execute(select(table))]
    async for name in town.service.redis.scan_iter():
        is_hash = "hash" in str(await town.service.redis.type(name))
        read = town.service.redis.hgetall if is_hash else town.service.redis.get
        found.append(f"{name!r} {await read(name)!r}")
    assert any("identity:code" in one for one in found)
    code = town.provider.sent[0][1].token
    for one in found:
        assert "13800138000" not in one
        assert code not in one or "minping:" not in one
        assert "4711" not in one or "identity" not in one
    assert not files_with(b"13800138000", tmp_path)


async def test_nothing_tells_whether_a_number_is_known_or_was_just_asked_for(hall: Town) -> None:
    pages = []
    for user in ("4711", "0815", "0816"):
        path = await hall.page_of("telegram", user)
        for _ in range(2):
            status, page = await hall.post(path, phone=PHONE)
            pages.append((status, page.replace(path, "PATH")))
    hall.provider.outcome = DeliveryOutcome.UNREACHABLE
    path = await hall.page_of("telegram", "0817")
    status, page = await hall.post(path, phone=OTHERS)
    pages.append((status, page.replace(path, "PATH").replace(OTHERS, PHONE)))
    assert len(set(pages)) == 1
    assert [address for address, _ in hall.provider.sent] == [f"+86{PHONE}", f"+86{OTHERS}"]


async def test_the_message_says_who_asks_and_nothing_of_a_unit(hall: Town) -> None:
    await hall.tell("telegram", "4711", Started(link=hall.link, unit="FIN", lang="en"))
    await hall.confirm("telegram", "4711")
    message = hall.provider.sent[-1][1]
    assert message.words == (
        f"{message.token} is your code to confirm that you are one person in a survey, "
        "good for 5 minutes. Tell it to nobody. Qingshui Appraisal Office"
    )


async def test_a_number_gets_five_codes_a_day_and_a_code_five_tries(hall: Town) -> None:
    path = await hall.page_of("telegram", "4711")
    for _ in range(A_DAY + 3):
        await hall.forget_pauses()
        await hall.post(path, phone=PHONE)
    assert len(hall.provider.sent) == A_DAY
    code = hall.provider.sent[-1][1].token
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        status, page = await hall.post(path, phone=PHONE, code=wrong)
        assert (status, "This code is wrong" in page) == (422, True)
    status, page = await hall.post(path, phone=PHONE, code=code)
    assert (status, "This code is wrong" in page) == (422, True), "the right one came too late"


async def test_a_code_is_good_for_its_conversation_its_number_and_five_minutes(
    hall: Town,
) -> None:
    path, other = [await hall.page_of("telegram", user) for user in ("4711", "0815")]
    await hall.post(path, phone=PHONE)
    code = hall.provider.sent[-1][1].token
    assert (await hall.post(other, phone=PHONE, code=code))[0] == 422
    assert (await hall.post(path, phone=OTHERS, code=code))[0] == 422
    names = [one async for one in hall.service.redis.scan_iter("minping:identity:code:*")]
    left = [await hall.service.redis.ttl(name) for name in names]
    assert left
    assert all(0 < seconds <= CODE_SECONDS for seconds in left)
    wide = code.translate({ord("0") + n: ord("０") + n for n in range(10)})
    status, page = await hall.post(path, phone=PHONE, code=f" {wide[:3]} {wide[3:]} ")
    assert (status, "You are confirmed" in page) == (200, True)
    # A form that is sent twice is taken twice, and changes nothing.
    assert (await hall.post(path, phone=PHONE, code=code))[0] == 200


async def test_a_network_that_asks_too_often_waits(
    hall: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.public.identity_page.CODES_AN_ADDRESS", 2)
    path = await hall.page_of("telegram", "4711")
    statuses = []
    for number in range(4):
        status, page = await hall.post(path, phone=f"1380013800{number}")
        statuses.append(status)
    assert statuses == [200, 200, 429, 429]
    assert "too many requests from your network" in page
    assert len(hall.provider.sent) == 2


async def test_a_network_that_guesses_waits_and_the_right_code_with_it(
    hall: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.public.identity_page.WRONG_AN_ADDRESS", 3)
    paths = [await hall.page_of("telegram", user) for user in ("4711", "0815")]
    for path, phone in zip(paths, (PHONE, OTHERS), strict=True):
        await hall.post(path, phone=phone)
    codes = [message.token for _, message in hall.provider.sent]
    assert (await hall.post(paths[0], phone=PHONE, code=codes[0]))[0] == 200
    for _ in range(3):
        assert (await hall.post(paths[0], phone=OTHERS, code="nonsense"))[0] == 422
    assert (await hall.post(paths[1], phone=OTHERS, code=codes[1]))[0] == 429


async def test_the_page_speaks_the_browsers_language_whatever_the_chats(hall: Town) -> None:
    path = (await hall.page_of("telegram", "4711")).partition("?")[0] + "?lang=zh-Hans"
    await hall.post(path, phone=PHONE)
    code = hall.provider.sent[-1][1].token
    status, shown = await hall.post(path, phone=PHONE, code=code)
    assert (status, "身份已确认" in shown, "You are confirmed" in shown) == (200, True, False)


async def test_a_ticket_is_good_for_half_an_hour_and_a_browsers_for_it_alone(hall: Town) -> None:
    await hall.tell("web", "rand0m", Started(link=hall.link, lang="en"))
    path = await hall.page_of("web", "rand0m")
    assert "rand0m" not in path
    assert (await hall.post(path, phone=PHONE))[0] == 410, "a link that was passed on"
    assert (await hall.post(path, "0ther", phone=PHONE))[0] == 410
    assert (await hall.post(path, "rand0m", phone=PHONE))[0] == 200
    for made_up in ("x", "%00", path.removeprefix("/i/").partition("?")[0][:-2] + "AA"):
        assert (await hall.post(f"/i/{made_up}", "rand0m", phone=PHONE))[0] == 410
    chat = await hall.page_of("telegram", "4711")
    hall.clock.time = hall.clock.time.replace(minute=(hall.clock.time.minute + 31) % 60, hour=9)
    assert (await hall.post(chat, phone=PHONE))[0] == 410
    assert len(hall.provider.sent) == 1


async def test_after_the_close_nobody_can_make_a_pseudonym_or_confirm(hall: Town) -> None:
    path = await hall.page_of("telegram", "4711")
    service = hall.service
    before = service.keys.identity("2026", "phone", "+8613800138000")
    assert before == service.keys.identity("2026", "phone", "+8613800138000")
    assert before != service.keys.identity("2026", "phone", "+8613800138001")
    await close_campaign(service.database, "2026", service.desk, service.clock, "for a test")
    await service.mixer.turn()
    await service.live_campaigns.refresh()
    assert (await hall.post(path, phone=PHONE))[0] == 410
    await destroy_closed_secrets(service.database, service.keys.voters)
    with pytest.raises(KeyMissing):
        service.keys.identity("2026", "phone", "+8613800138000")


async def test_a_campaign_that_takes_none_offers_none(
    sqlite_url: str, valkey_url: str, tmp_path: Path
) -> None:
    async with open_town(Backend(sqlite_url, valkey_url), tmp_path, takes=()) as town:
        await town.tell("telegram", "4711", Started(link=town.link, lang="en"))
        assert CONFIRM not in repr(town.shown["telegram", "4711"].screen)
        reply = await town.tell("telegram", "4711", TopicRequested("identity"))
        assert "confirms nobody" in " ".join(reply.notices)
        assert reply.screen is not None
        assert reply.screen.step == "unit"


async def test_a_chat_of_a_service_without_an_address_says_so(
    sqlite_url: str, valkey_url: str, tmp_path: Path
) -> None:
    async with open_town(Backend(sqlite_url, valkey_url), tmp_path, site="") as town:
        await town.tell("telegram", "4711", Started(link=town.link, lang="en"))
        reply = await town.press("telegram", "4711", CONFIRM)
        assert reply.screen is not None
        assert (reply.screen.address, "cannot be opened" in reply.screen.text) == ("", True)


async def test_a_cloud_sends_its_approved_template_and_needs_no_paper_for_codes(
    hall: Town,
) -> None:
    database, writer = hall.service.database, Writer("zhou", hall.clock)
    place, text = ("cloud", "code", "en"), "Your code is ${code}. Tell it to nobody."
    async with writing(database) as connection:
        await announce_accounts(connection, [CLOUD, CARDS])
        assert not await sends_codes(connection)
    with pytest.raises(BadInput, match="for SMS, a code"):
        await write_template(database, ("wx", "code", "en"), text, writer)
    await write_template(database, place, text, writer)
    await turn_template(database, place, FILED, writer, "SMS_9")
    hall.provider.account = CLOUD
    path = await hall.page_of("telegram", "4711")
    await hall.post(path, phone=OTHERS)
    assert hall.provider.sent[-1][1].template is None, "it is not approved yet"
    await turn_template(database, place, APPROVED, writer)
    async with reading(database) as connection:
        assert await sends_codes(connection)
    await hall.post(path, phone=PHONE)
    message = hall.provider.sent[-1][1]
    assert message.template is not None
    assert (message.template.id, code_parts(message.template.text, message.token)) == (
        "SMS_9",
        {"code": message.token},
    )
