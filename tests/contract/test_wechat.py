"""Citizens in WeChat and WeCom, through the whole service on both databases.

wechatpy seals and opens their messages.
``UPDATE_GOLDEN=1 pytest tests/contract/test_wechat.py`` writes the conversations anew;
then read the difference.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy import select

import bot.conversations.conductor
from bot.channels.wechat import channel as wechat
from bot.conversations.dead_letters import DeadLetterStore
from bot.conversations.homes import Homes
from bot.core.identity import Citizen
from bot.storage.database import reading
from bot.storage.schema import all as tables
from tests.conftest import POSTGRES
from tests.wechat import READING, City, Phone, open_city, readable

GOLDEN = Path(__file__).parents[1] / "golden" / "wechat"
SHORT_ROAD = ("1", "2", "1", "1", "1", "跳过", "提交")
TAPS = ("办过事", "2 满意", "非常满意", "非常满意", "非常满意", "跳过", "提交")
BALLOT = ("TAX", "service_user", "open", "S VS VS VS")
CODE = re.compile(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}")
USERS = (f"oContract{number:04d}" for number in count())

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", POSTGRES])
async def city(
    request: pytest.FixtureRequest, valkey_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[City]:
    """One service for all tests, each of which has citizens of its own.

    It has WeChat in its secure or compatible mode, and WeCom.
    """
    folder = tmp_path_factory.mktemp("wechat")
    if request.param == "sqlite":
        async with open_city(
            folder, f"sqlite:///{folder / 'minping.sqlite3'}", valkey_server
        ) as made:
            yield made
        return
    with request.getfixturevalue("postgres_cluster").database() as url:
        async with open_city(folder, url, valkey_server) as made:
            yield made


@pytest.fixture
def phone(city: City) -> Phone:
    return city.phone(user=next(USERS))


@pytest_asyncio.fixture(loop_scope="module")
async def asked(phone: Phone) -> Phone:
    """Bring a citizen to the first question."""
    await phone.scan(f"{phone.city.link}-TAX")
    return phone


@contextmanager
def hurried() -> Iterator[None]:
    """Let the sender hang up after a fraction of WeChat's five seconds in this block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wechat, "HOLD", 0.3)
        patch.setattr(wechat, "LAST", 0.2)
        yield


def assert_golden(name: str, phone: Phone) -> None:
    """Compare the conversation with its file, without the link's token and the receipt's code."""
    transcript = CODE.sub(
        "ABCD-EFGH-IJKL-MNOP", phone.transcript().replace(phone.city.link, "LINK")
    )
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(transcript, "utf-8")
    assert transcript == file.read_text("utf-8")


@contextmanager
def stuck_database() -> Iterator[asyncio.Event]:
    """Let every batch in this block wait in its transaction until the event is set."""
    honest, go_on = bot.conversations.conductor.take_updates, asyncio.Event()

    async def wait(*arguments):  # type: ignore[no-untyped-def]
        await go_on.wait()
        return await honest(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.conversations.conductor, "take_updates", wait)
        yield go_on
        go_on.set()


@contextmanager
def away_database(batches: float) -> Iterator[None]:
    """Let that many batches find no database."""
    honest, left = bot.conversations.conductor.take_updates, [batches]

    async def refuse(*arguments):  # type: ignore[no-untyped-def]
        left[0] -= 1
        if left[0] >= 0:
            raise ConnectionRefusedError
        return await honest(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.conversations.conductor, "take_updates", refuse)
        yield


async def rate(phone: Phone, *replies: str) -> None:
    await phone.scan(f"{phone.city.link}-TAX", follows=False)
    for reply in replies or SHORT_ROAD:
        await phone.type(reply)


async def new_ballots(city: City, before: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return sorted((Counter(await city.ballots()) - Counter(before)).elements())


def written(phone: Phone, text: str) -> dict[str, str | int]:
    """Return a message that is written four seconds after the last one."""
    phone.city.clock.time += READING
    phone.number += 1
    fields: dict[str, str | int] = {
        "ToUserName": "gh_minping",
        "FromUserName": phone.user,
        "MsgType": "text",
    }
    return fields | {"Content": text, "CreateTime": phone.second(), "MsgId": phone.number}


@pytest.mark.parametrize("way", ["sealed", "wecom"])
async def test_from_the_code_to_the_receipt_by_numbers(city: City, way: str) -> None:
    before, phone = await city.ballots(), city.phone(way, next(USERS))
    await rate(phone)
    assert_golden(f"numbers-{way}", phone)
    code = CODE.search(phone.shown)
    assert code
    assert (await phone.type(code[0])).startswith("公开日志中还没有这张回执")
    assert await new_ballots(city, before) == [BALLOT]
    assert (await phone.type(code[0])).startswith("✓ 这张回执已记入公开日志")


async def test_from_the_code_to_the_receipt_in_eight_taps(asked: Phone) -> None:
    before = await asked.city.ballots()
    for label in TAPS:
        await asked.tap(label)
    assert CODE.search(asked.shown)
    assert await new_ballots(asked.city, before) == [BALLOT]


async def test_a_conversation_with_detours(phone: Phone) -> None:
    await phone.scan("", follows=False)
    await phone.type("教育")
    await phone.type("2")
    await phone.type("不存在的单位")
    await phone.type("１")
    await phone.message("(a picture)", MsgType="image", PicUrl="https://example.com/1", MediaId="1")
    for word in ("9", "2.", "上一步", "②", "网页", "语言", "2", "language", "中文", "帮助", "1"):
        await phone.type(word)
    for word in (
        "满意",
        "3",
        "3",
        "3",
        "隐私",
        "继续",
        '窗口少 <a href="x">看</a> ]]> & 排队久',
        "1",
        "提交吧",
    ):
        await phone.type(word)
    for word in (
        "2",
        "不满意",
        "“提交”。",
        "3",
        "2",
        "4",
        "2",
        "删除",
        "不删除，返回",
        "删除",
        "全部删除",
        "1",
    ):
        await phone.type(word)
    await phone.event("CLICK", "help")
    await phone.event("CLICK", "weather")
    assert_golden("detours", phone)


async def test_a_citizen_may_speak_english(phone: Phone) -> None:
    for word in ("start", "tax", "1", "1", "Very satisfied", "help", "Continue", "stop"):
        await phone.type(word)
    assert_golden("english", phone)


async def test_the_web_chat_opens_where_the_link_leads(asked: Phone) -> None:
    (path,) = re.findall(r"https://minping.example.gov(/r/\S+)", asked.shown)
    async with (
        aiohttp.ClientSession() as session,
        session.get(
            f"http://127.0.0.1:{asked.city.port}{path}", headers={"Accept-Language": "zh"}
        ) as page,
    ):
        assert (page.status, "市税务局" in await page.text()) == (200, True)


async def test_who_asks_for_requests_is_told_that_none_can_be_left_here(phone: Phone) -> None:
    await phone.scan(f"{phone.city.link}-TAX")
    said = "在这里写的话只作统计，不转交办公室"
    assert (await phone.type("我的留言")).startswith(said)
    assert "送到办公室" not in phone.shown
    await phone.type("English")
    assert "goes to no office" in await phone.type("my requests")
    assert said not in phone.shown
    await phone.type("1")
    assert "2/7" in phone.shown, "the rating goes on"
    for words in ("1", "1", "1", "1", "No ramp at the door"):
        await phone.type(words)
    assert "[1 Count them by theme only; nobody answers]" in readable(phone.shown)
    assert "office" not in phone.shown


async def test_a_tap_on_a_question_that_is_past_changes_nothing(asked: Phone) -> None:
    first = asked.shown
    await asked.tap("办过事")
    asked.shown = first
    assert (await asked.tap("不了解")).startswith("这个按钮已经过时")
    assert "2/7" in asked.shown


@pytest.mark.parametrize("ahead", [-120, 0, 120])
async def test_numbers_bind_to_what_was_shown_when_they_were_written(
    phone: Phone, ahead: int
) -> None:
    phone.ahead = ahead  # our clock may be another than the sender's
    await phone.scan(f"{phone.city.link}-TAX")
    await phone.type("1")
    status, text = await phone.deliver({**phone.sent, "MsgId": 7})
    early = "这条消息是在您看到这一步之前发出的，没有任何改动。请看当前这一步。"
    assert (status, text.partition("\n")[0], "2/7" in text) == (200, early, True)
    assert "3/7" in await phone.type("1")


async def test_the_same_message_again_gets_the_same_answer_and_changes_nothing(
    phone: Phone,
) -> None:
    before = await phone.city.ballots()
    await phone.scan(f"{phone.city.link}-TAX", follows=False)
    for reply in SHORT_ROAD:
        shown = phone.shown
        assert await phone.again() == shown, "with what was said beside the screen"
        await phone.type(reply)
    receipt = phone.shown
    assert await phone.again() == await phone.again() == receipt
    assert await new_ballots(phone.city, before) == [BALLOT]


async def test_another_process_knows_a_message_that_comes_again(
    asked: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await asked.city.ballots()
    monkeypatch.setattr(wechat, "KEEP", 2.0)  # then this process knows no more of it than another
    for reply in SHORT_ROAD:
        await asked.type(reply)
    receipt = asked.shown
    await asyncio.sleep(2.1)
    assert await asked.again() == receipt
    assert await new_ballots(asked.city, before) == [BALLOT]


async def test_an_answer_that_takes_too_long_goes_to_the_next_try(asked: Phone) -> None:
    await asked.type("1")
    message = written(asked, "2")
    with stuck_database() as go_on:
        with hurried():
            assert await asked.deliver(message) == (503, ""), "nothing that would end the tries"
        second = asyncio.create_task(asked.deliver(message))
        await asyncio.sleep(0.05)
        go_on.set()
        status, text = await second
    assert (status, text[:3]) == (200, "3/7")
    assert await asked.deliver(message) == (200, text)
    assert "4/7" in await asked.type("1")


async def test_an_answer_that_no_try_could_take_is_told_at_the_next_message(asked: Phone) -> None:
    await asked.type("1")
    message = written(asked, "2")
    with stuck_database(), hurried():
        tries = [await asked.deliver(message) for _ in range(3)]
    assert [status for status, _ in tries] == [503, 503, 200]
    assert tries[2][1].startswith("系统有点忙")
    await asked.city.service.readiness.look()
    assert "wechat" in asked.city.service.readiness.degraded
    # A citizen who takes «2» for lost sends it once more:
    # it is no answer to the question that they have not seen.
    text = await asked.type("2")
    assert (text[:17], "3/7" in text) == ("上一条消息的回复没能及时送到，所以", True)
    assert "4/7" in await asked.type("1")


async def test_who_looks_after_a_late_answer_goes_on_at_once(asked: Phone) -> None:
    message = written(asked, "1")
    with stuck_database(), hurried():
        assert [(await asked.deliver(message))[0] for _ in range(3)] == [503, 503, 200]
    assert (await asked.type("查看")).startswith("2/7")
    assert "3/7" in await asked.type("1")


async def test_a_database_that_is_away_for_a_moment_is_not_noticed(asked: Phone) -> None:
    with away_database(2):
        assert (await asked.type("1")).startswith("2/7")


async def test_while_the_database_is_away_nothing_is_confirmed_and_nothing_lost(
    asked: Phone,
) -> None:
    message = written(asked, "1")
    with away_database(float("inf")), hurried():
        assert [(await asked.deliver(message))[0] for _ in range(2)] == [503, 503]
    assert (await asked.deliver(message))[1].startswith("2/7")


async def test_who_leaves_is_noted_by_pseudonym_and_welcomed_back(asked: Phone) -> None:
    async def unreachable() -> bool:
        async with reading(asked.city.service.database) as connection:
            people = (await connection.execute(select(tables.unreachable.c.person))).scalars()
            return asked.city.service.keys.person("wechat", asked.user) in map(bytes, people)

    await asked.type("1")
    assert await asked.event("unsubscribe") == ""
    assert await unreachable()
    assert "2/7" in await asked.scan("", follows=False), "what was begun is still there"
    assert not await unreachable()


async def test_an_account_of_wecom_is_the_same_in_capital_letters(city: City) -> None:
    before = await city.ballots()
    for user in ("ZhangSan", "zhangsan"):
        await rate(city.phone("wecom", user))
    assert await new_ballots(city, before) == [BALLOT]


async def test_what_cannot_be_read_is_kept_and_answered(phone: Phone) -> None:
    letters = DeadLetterStore(
        phone.city.service.database, phone.city.service.keys, phone.city.clock
    )
    before = len(await letters.list_letters())
    for inner in (
        "no xml",
        "<xml><MsgType>text</MsgType></xml>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><xml>&a;</xml>",
    ):
        assert await phone.post(*phone.wrapped(inner)) == (200, b"success")
    kept = (await letters.list_letters())[before:]
    assert [(letter.channel, letter.error) for letter in kept] == [("wechat", "Unreadable")] * 3


async def test_what_is_no_concern_of_ours_is_answered_with_nothing(phone: Phone) -> None:
    for name in ("LOCATION", "VIEW", "TEMPLATESENDJOBFINISH", "enter_agent", ""):
        assert await phone.event(name) == ""
    service = phone.city.service
    citizen, homes = Citizen("wechat", phone.user), Homes(service.keys, service.live_campaigns)
    names = homes.names([citizen], service.clock.now())[0]
    async with reading(service.database) as connection:
        found = await connection.execute(
            select(tables.sessions).where(tables.sessions.c.person.in_(names))
        )
        assert found.all() == []
