"""The Telegram channel against the Bot API stand-in: delivery, refusals and faults."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import orjson
import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, NetworkError

from bot.channels.telegram import delivery as telegram_delivery
from bot.channels.telegram.channel import PATH, SECRET_HEADER, TelegramChannel
from bot.conversations.conductor import Unavailable
from bot.conversations.contract import Delivery, Incoming, Reply
from survey_flows.effects import Button, Screen
from survey_flows.errors import BadInput
from survey_flows.events import Pressed, Typed
from tests.botapi.citizen import Citizen
from tests.botapi.server import BotApi
from tests.servers import free_port
from tests.waiting import PATIENCE, until

SECRET = "s3cret_-"


@dataclass
class Counter:
    """A handler that counts each citizen's updates on a screen; a test may set `replies`."""

    taken: list[Incoming] = field(default_factory=list)
    replies: list[Reply | Unavailable] = field(default_factory=list)
    noted: list[Delivery] = field(default_factory=list)
    away: int = 0

    async def handle(self, incoming: Incoming) -> Reply:
        if self.replies and isinstance(self.replies[0], Unavailable):
            raise self.replies.pop(0)
        self.taken.append(incoming)
        if self.replies:
            reply = self.replies.pop(0)
            assert isinstance(reply, Reply)
            return reply
        return Reply(screen=screen(f"update {len(self.taken)}"))

    async def note(self, incoming: Incoming, delivery: Delivery) -> None:
        assert incoming in self.taken
        if self.away:
            self.away -= 1
            raise Unavailable("away")
        self.noted.append(delivery)


def screen(text: str, step: str = "unit", selected: str = "") -> Screen:
    return Screen(step, "en", text, ((Button("More", "n:more"),),), selected=selected)


@dataclass
class Town:
    api: BotApi
    handler: Counter
    channel: TelegramChannel
    kept: list[bytes]
    keeps: list[bool]
    url: str = ""

    async def post(self, body: bytes, secret: str = SECRET) -> tuple[int, bytes]:
        async with (
            aiohttp.ClientSession(headers={SECRET_HEADER: secret}) as session,
            session.post(self.url, data=io.BytesIO(body)) as response,
        ):
            return response.status, await response.read()


@asynccontextmanager
async def open_town() -> AsyncIterator[Town]:
    handler, kept, keeps = Counter(), list[bytes](), list[bool]()

    async def keep(_channel: str, raw: bytes) -> bool:
        if keeps:
            return keeps.pop(0)
        kept.append(raw)
        return True

    async with (
        BotApi() as api,
        TelegramChannel(api.token, handler, SECRET, api.url, keep) as channel,
    ):
        yield Town(api, handler, channel, kept, keeps)
    assert api.violations == []


@pytest.fixture
async def polled() -> AsyncIterator[Town]:
    async with open_town() as town:
        stop = asyncio.Event()
        polling = asyncio.create_task(town.channel.poll(stop))
        yield town
        stop.set()
        async with asyncio.timeout(PATIENCE):
            await polling


@pytest.fixture
async def hooked() -> AsyncIterator[Town]:
    async with open_town() as town:
        app = web.Application()
        app.add_routes(town.channel.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        town.url = origin + PATH
        await town.channel.start_webhook(origin + "/")
        yield town
        await runner.cleanup()


@pytest.fixture(params=["hooked", "polled"])
def town(request: pytest.FixtureRequest) -> Town:
    """Both ways to take updates."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram_delivery, "FIRST_WAIT", 0.05)


async def test_at_the_start_telegram_is_told_where_we_are_and_what_we_understand(
    hooked: Town,
) -> None:
    assert hooked.api.webhook == {
        "url": hooked.url,
        "secret_token": SECRET,
        "allowed_updates": ["message", "edited_message", "callback_query"],
        "max_connections": 100,
    }
    await hooked.api.until(lambda: len(hooked.api.commands) == 3)
    menu = ["start", "language", "help", "privacy", "receipt", "promise", "followup", "delete"]
    assert [
        [command["command"] for command in commands] for commands in hooked.api.commands.values()
    ] == [menu] * 3
    assert set(hooked.api.commands) == {"", "zh", "en"}
    assert hooked.api.commands[""] == hooked.api.commands["zh"] != hooked.api.commands["en"]


async def test_a_reply_travels_in_the_webhooks_response(hooked: Town) -> None:
    ann = Citizen(hooked.api, 1001)
    await ann.start()
    await ann.press("More")
    assert [(call.method, call.via) for call in hooked.api.calls if call.params.get("chat_id")] == [
        ("sendMessage", "webhook"),
        ("editMessageText", "webhook"),
    ]
    assert (hooked.api.count("answerCallbackQuery"), ann.screen.text) == (1, "update 2")


async def test_the_same_conversation_either_way(town: Town) -> None:
    ann = Citizen(town.api, 1001)
    await ann.start()
    await ann.press("More")
    first = ann.message.message_id
    await ann.type("the queue")
    assert (ann.screen.text, ann.message.message_id > first) == ("update 3", True)
    assert [incoming.event for incoming in town.handler.taken[1:]] == [
        Pressed("n:more"),
        Typed("the queue"),
    ]
    assert len({incoming.key for incoming in town.handler.taken}) == 3
    assert {incoming.user for incoming in town.handler.taken} == {"1001"}


async def test_a_wrong_secret_is_turned_away(hooked: Town) -> None:
    for secret in ("", "S3cret_-", SECRET + "x", "Ü"):
        assert (await hooked.post(b"{}", secret))[0] == 401
    assert hooked.handler.taken == []


async def test_what_cannot_be_read_is_taken_and_kept_aside(hooked: Town) -> None:
    broken = [b"", b"{", b"\xff", b"null", b"[" * 5000, b'{"update_id": 1, "message": {}}']
    for body in (*broken, b'{"update_id": 1, "channel_post": {}}', b" " * 1_100_000):
        assert await hooked.post(body) == (200, b"")
    assert (hooked.handler.taken, hooked.kept) == ([], broken)
    assert hooked.channel.counts == {"broken": 6, "dropped": 2}


async def test_what_cannot_be_kept_aside_is_delivered_again(town: Town) -> None:
    town.keeps += [False, False]
    broken = {"update_id": 1, "callback_query": {"id": "1", "from": {}}}
    if town.url:
        assert [(await town.post(b"{"))[0] for _ in range(3)] == [503, 503, 200]
        return
    town.api.unconfirmed[1] = broken
    await Citizen(town.api, 1001).start()
    assert ([orjson.loads(raw) for raw in town.kept], len(town.handler.taken)) == ([broken], 1)


async def test_half_of_a_surrogate_pair_stops_nobody(town: Town) -> None:
    ann = Citizen(town.api, 1001)
    await ann.start()
    broken = json.dumps(ann.text_update("dark\ud83d street")).encode()
    if town.url:
        assert (await town.post(broken))[0] == 200
    else:
        await ann.send(json.loads(broken))
    assert town.handler.taken[-1].event == Typed("dark? street")


async def test_what_is_not_stored_is_delivered_again(town: Town) -> None:
    town.handler.replies = [
        Unavailable("away"),
        Unavailable("away"),
        Reply(screen=screen("at last")),
    ]
    ann = Citizen(town.api, 1001)
    await ann.start()
    assert (ann.screen.text, len(town.handler.taken)) == ("at last", 1)


async def test_while_nothing_is_stored_telegram_hears_503(hooked: Town) -> None:
    hooked.handler.replies = [Unavailable("away"), Unavailable("away")]
    await Citizen(hooked.api, 1001).start()
    assert [status for _, status in hooked.api.deliveries] == [503, 503, 200]


async def test_an_unchanged_screen_is_no_failure(town: Town) -> None:
    ann = Citizen(town.api, 1001)
    town.handler.replies = [Reply(screen=screen("same")), Reply(screen=screen("same"))]
    await ann.start()
    await ann.press("More")
    assert (ann.screen.text, town.channel.counts) == ("same", {})


async def test_a_message_that_was_deleted_is_sent_anew(polled: Town) -> None:
    ann = Citizen(polled.api, 1001)
    await ann.start()
    first = ann.message
    first.deleted = True
    await ann.press_data("n:more", first.to_json())
    assert (ann.screen.text, ann.message.message_id > first.message_id) == ("update 2", True)


async def test_a_limit_of_one_chat_holds_up_no_other(town: Town) -> None:
    ann, ben = Citizen(town.api, 1001), Citizen(town.api, 1002)
    await ann.start()
    await ben.start()
    town.api.fail_next("", 1_000_000, 429, retry_after=45, chat=1001)
    town.handler.replies = [Reply(screen=screen("answers", "review"))]
    await town.api.deliver(ann.text_update("one"))
    began = asyncio.get_running_loop().time()
    for number in range(3):
        await town.api.deliver(ann.text_update(f"again {number}"))
        await ben.press("More")
    assert asyncio.get_running_loop().time() - began < 2.0
    assert len([entry for entry in ben.chat.log if entry[0] in ("send", "edit")]) == 4
    assert not town.channel.pause.seconds_left


async def test_a_flooded_chat_holds_up_no_other(town: Town) -> None:
    ann, others = Citizen(town.api, 1001), [Citizen(town.api, 1002 + n) for n in range(5)]
    for one in (ann, *others):
        await one.start()
    town.api.fail_next("sendMessage", 1_000_000, 429, retry_after=1, chat=1001)
    flood = asyncio.create_task(_flooded(town, ann, 150))
    slowest = 0.0
    for _ in range(4):
        for one in others:
            began = asyncio.get_running_loop().time()
            await one.press("More")
            slowest = max(slowest, asyncio.get_running_loop().time() - began)
    assert slowest < 2.0
    town.api.faults.clear()
    flood.cancel()
    await asyncio.gather(flood, return_exceptions=True)


async def _flooded(town: Town, ann: Citizen, messages: int) -> None:
    for number in range(messages):
        await town.api.deliver(ann.text_update(f"hello {number}"))


async def test_a_press_is_answered_once_the_limit_of_its_chat_is_over(hooked: Town) -> None:
    ann = Citizen(hooked.api, 1001)
    await ann.start()
    hooked.api.fail_next("answerCallbackQuery", 1, 429, retry_after=1)
    await ann.press("More")
    await hooked.api.until(lambda: len(hooked.api.answered) == 1)
    assert hooked.channel.counts == {}


async def test_three_refused_chats_mean_the_whole_bot(polled: Town) -> None:
    chats = [Citizen(polled.api, number) for number in (1001, 1002, 1003)]
    for ann in chats:
        polled.api.fail_next("sendMessage", 1, 429, retry_after=1, chat=ann.user_id)
        await polled.api.deliver(ann.text_update("hello"))
    await polled.api.until(lambda: len(polled.api.messages) == 3)
    assert [fault.times for fault in polled.api.faults] == [0, 0, 0]


async def test_a_citizen_who_blocked_the_bot_is_no_error(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    ann = Citizen(town.api, 1001)
    await ann.start()
    ann.chat.blocked = True
    await town.api.deliver(ann.text_update("bye"))
    ben = Citizen(town.api, 1002)
    await ben.start()
    assert ben.screen.text == "update 3"
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


@pytest.mark.parametrize("status", [0, 500, 502])
async def test_an_answer_survives_telegrams_faults(polled: Town, status: int) -> None:
    polled.api.fail_next("sendMessage", 2, status)
    ann = Citizen(polled.api, 1001)
    await ann.start()
    assert (ann.screen.text, polled.channel.counts) == ("update 1", {})


@pytest.mark.parametrize("status", [0, 500, 409])
async def test_polling_survives_telegrams_faults(
    polled: Town, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    ann = Citizen(polled.api, 1001)
    await ann.start()
    polled.api.fail_next("getUpdates", 2, status)
    await ann.type("one")
    await ann.type("two")
    assert [incoming.event for incoming in polled.handler.taken[1:]] == [Typed("one"), Typed("two")]
    assert "a-secret-token" not in caplog.text
    assert ("another program takes this bot's updates" in caplog.text) == (status == 409)


async def test_what_is_polled_is_confirmed_only_when_all_is_handled(polled: Town) -> None:
    polled.handler.replies = [Unavailable("away")] * 3
    ann, ben = Citizen(polled.api, 1001), Citizen(polled.api, 1002)
    await asyncio.gather(ann.start(), ben.start())
    assert {incoming.user for incoming in polled.handler.taken} == {"1001", "1002"}
    assert polled.api.unconfirmed == {}


async def test_one_chat_that_telegram_will_not_serve_holds_up_nobody(
    polled: Town, caplog: pytest.LogCaptureFixture
) -> None:
    polled.api.fail_next("sendMessage", 1_000_000, chat=1001)
    ann, ben = Citizen(polled.api, 1001), Citizen(polled.api, 1002)
    for words in ("one", "two", "three"):
        await polled.api.deliver(ann.text_update(words))
    began = asyncio.get_running_loop().time()
    await ben.type("four")
    assert asyncio.get_running_loop().time() - began < 2.0
    assert [m.text for m in polled.api.messages.values()] == [ben.screen.text]
    assert polled.channel.counts == {"waiting": 1}
    assert "waits and is sent later" in caplog.text
    polled.api.faults.clear()
    await polled.api.until(lambda: len(polled.api.messages) == 2)
    assert ann.screen.text == "update 3", "only the chat's last screen is sent"


async def test_while_telegram_takes_no_call_at_all_no_reply_is_left(polled: Town) -> None:
    polled.api.fail_next("sendMessage", 8, 500)
    ann = Citizen(polled.api, 1001)
    await polled.api.deliver(ann.text_update("one"))
    await polled.api.until(lambda: ann.chat.last is not None)
    assert ann.screen.text == f"update {len(polled.handler.taken)}"
    assert [fault.times for fault in polled.api.faults] == [0]


@pytest.mark.parametrize("status", [429, 400])
async def test_a_refused_menu_stops_nothing(
    status: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_town() as town:
        town.api.fail_next("setMyCommands", 1_000_000, status, retry_after=490)
        stop = asyncio.Event()
        polling = asyncio.create_task(town.channel.poll(stop))
        ann = Citizen(town.api, 1001)
        await ann.start()
        await ann.type("one")
        stop.set()
        await polling
    said = [record for record in caplog.records if "menu of commands" in record.message]
    assert len(said) == 1


async def test_an_update_of_another_bot_with_the_same_number_is_another(polled: Town) -> None:
    ann = Citizen(polled.api, 1001)
    await ann.start()
    assert polled.handler.taken[0].key == f"telegram:42:{ann.last_update['update_id']}"


async def test_an_album_is_answered_once(town: Town) -> None:
    ann = Citizen(town.api, 1001)
    await ann.start()
    parts = [
        ann.photo_update(caption="look" if not number else "", album="7") for number in range(5)
    ]
    await ann.send(parts[0])
    for part in parts[1:]:
        await town.api.deliver(part)
    await ann.type("after")
    assert [incoming.event for incoming in town.handler.taken[1:]] == [
        Typed("look", media="photo"),
        Typed("after"),
    ]
    assert town.channel.counts == {"dropped": 4}


@pytest.mark.parametrize("kind", ["game", "inline"])
async def test_a_press_without_a_message_or_of_a_game_is_answered(town: Town, kind: str) -> None:
    ann = Citizen(town.api, 1001)
    await ann.start()
    update = ann.press_update("n:more", ann.message.to_json())
    query = update["callback_query"]
    if kind == "game":
        del query["data"]
        query["game_short_name"] = "chess"
    else:
        del query["message"]
        query["inline_message_id"] = "9"
    await town.api.deliver(update)
    await town.api.until(lambda: query["id"] in town.api.answered)
    assert "/start" in town.api.answered[query["id"]]["text"]


async def test_words_that_cannot_be_removed_are_said_to_stay(town: Town) -> None:
    ann = Citizen(town.api, 1001)
    await ann.start()
    update = ann.text_update("my answer")
    number = update["message"]["message_id"]
    town.handler.replies = [Reply(screen=screen("next"), stale=(number,))]
    town.api.keep_message(ann.user_id, number)
    await ann.send(update)
    assert "stays in the chat" in ann.screen.text


async def test_stale_answers_are_removed_before_the_reply_is_shown_and_that_is_noted(
    town: Town,
) -> None:
    ann = Citizen(town.api, 1001)
    town.handler.replies = [Reply(screen=screen("answers", "review"))]
    await ann.type("one")
    first = ann.message.message_id
    town.handler.replies = [Reply(screen=screen("help", "help"), stale=(first, 999_999))]
    await ann.type("two")
    assert [(m.text, m.deleted) for m in town.api.messages.values()] == [
        ("answers", True),
        ("help", False),
    ]
    assert town.handler.noted == [Delivery(shown=first), Delivery(removed=(first, 999_999))]
    assert town.channel.counts == {}


async def test_what_telegram_no_longer_deletes_is_cleared(town: Town) -> None:
    ann = Citizen(town.api, 1001)
    town.handler.replies = [Reply(screen=screen("answers", "review"))]
    await ann.type("one")
    first = ann.message
    first.old = True
    town.handler.replies = [Reply(screen=screen("help", "help"), stale=(first.message_id,))]
    await ann.type("two")
    assert (first.text, first.markup, first.deleted) == ("（已清除） / (Cleared)", None, False)
    assert town.handler.noted[-1] == Delivery(removed=(first.message_id,))


async def test_answers_in_a_message_that_was_deleted_are_sent_anew_and_noted(polled: Town) -> None:
    ann = Citizen(polled.api, 1001)
    await ann.start()
    first = ann.message
    first.deleted = True
    polled.handler.replies = [Reply(screen=screen("answers", "review"))]
    await ann.press_data("n:more", first.to_json())
    assert polled.handler.noted == [Delivery(ann.message.message_id, (first.message_id,))]


@pytest.mark.parametrize("method", ["deleteMessage", "sendMessage"])
async def test_a_reply_that_cannot_be_shown_now_is_shown_later(hooked: Town, method: str) -> None:
    ann = Citizen(hooked.api, 1001)
    await ann.start()
    hooked.api.fail_next(method, telegram_delivery.TRIES, 502)
    same = Reply(screen=screen("answers", "review"), stale=(ann.message.message_id,))
    hooked.handler.replies = [same]
    await ann.type("two")
    assert [status for _, status in hooked.api.deliveries] == [200, 200]
    assert [m.text for m in hooked.api.messages.values() if not m.deleted] == ["answers"]


async def test_answers_whose_place_cannot_be_noted_do_not_stay(town: Town) -> None:
    ann = Citizen(town.api, 1001)
    town.handler.away = 1
    town.handler.replies = [Reply(screen=screen("answers", "review"))] * 2
    await ann.type("one")
    await until(lambda: len(town.api.messages) == 2 and town.handler.noted)
    assert [(m.text, m.deleted) for m in town.api.messages.values()] == [
        ("answers", True),
        ("answers", False),
    ]
    assert town.handler.noted == [Delivery(shown=ann.message.message_id)]


async def test_answers_are_covered_by_a_call_whose_outcome_is_known(hooked: Town) -> None:
    ann = Citizen(hooked.api, 1001)
    await ann.start()
    hooked.handler.replies = [Reply(screen=screen("receipt", "receipt"), covers=True)]
    hooked.api.fail_next("editMessageText", 1, 502)
    await ann.press("More")
    calls = [(call.method, call.via) for call in hooked.api.calls if call.params.get("chat_id")]
    assert calls == [("sendMessage", "webhook"), ("editMessageText", "request")]
    assert ann.screen.text == "receipt"


async def test_a_receipt_is_shown_even_while_telegram_cannot_be_called(hooked: Town) -> None:
    ann = Citizen(hooked.api, 1001)
    await ann.start()
    hooked.handler.replies = [Reply(screen=screen("receipt", "receipt"), covers=True)]
    hooked.api.fail_next("editMessageText", telegram_delivery.TRIES, 0)
    await ann.press("More")
    assert (ann.screen.text, [status for _, status in hooked.api.deliveries]) == (
        "receipt",
        [200, 200],
    )


async def test_who_blocked_the_bot_is_noted(polled: Town) -> None:
    ann = Citizen(polled.api, 1001)
    ann.chat.blocked = True
    await polled.api.deliver(ann.text_update("hello"))
    assert (polled.handler.noted, polled.channel.counts) == (
        [Delivery(blocked=True)],
        {"unreachable": 1},
    )


async def test_a_refused_token_is_named_by_its_setting_and_not_shown() -> None:
    async with (
        BotApi() as api,
        TelegramChannel("42:mistyped-token", Counter(), SECRET, api.url) as channel,
    ):
        with pytest.raises(BadInput) as caught:
            await channel.start_webhook("https://example.org")
    assert "MINPING_TELEGRAM_TOKEN" in str(caught.value)
    assert "mistyped" not in str(caught.value)


async def test_while_telegram_is_away_the_service_starts_and_goes_on_trying() -> None:
    async with open_town() as town:
        town.api.fail_next("setWebhook", 2, 0)
        await town.channel.start_webhook("https://example.org")
        assert town.api.webhook == {}
        await town.api.until(lambda: bool(town.api.webhook))
        assert town.api.webhook["url"] == "https://example.org" + PATH


async def test_the_token_is_in_no_error_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    channel = TelegramChannel("42:hidden-token", Counter(), SECRET, "http://127.0.0.1:9")
    async with channel:
        await channel.start_webhook("https://example.org")
        with pytest.raises(telegram_delivery.NetworkError) as caught:
            await channel._requests.call("getMe", {})
        for task in set(channel._tasks):
            task.cancel()
    assert "cannot be reached" in caplog.text
    assert "hidden-token" not in caplog.text + repr(caught.value) + repr(caught.value.__cause__)


def test_a_malformed_secret_is_refused() -> None:
    with pytest.raises(BadInput, match="1 to 256 characters"):
        TelegramChannel("42:token", Counter(), "not allowed!")


async def test_the_stand_in_understands_the_librarys_own_client() -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data="n:more")]])
    async with BotApi() as api, Bot(api.token, f"{api.url}/bot") as bot:
        ann = Citizen(api, 1001)
        sent = await bot.send_message(
            1001, "hello", reply_markup=keyboard, disable_notification=True
        )
        await bot.edit_message_text("hello again", 1001, sent.message_id, reply_markup=keyboard)
        with pytest.raises(BadRequest, match="not modified"):
            await bot.edit_message_text("hello again", 1001, sent.message_id, reply_markup=keyboard)
        assert (ann.screen.text, ann.screen.rows, api.violations) == (
            "hello again",
            (("More",),),
            [],
        )
        with pytest.raises(BadRequest):
            await bot.send_message(
                1001,
                "x",
                api_kwargs={"reply_markup": {"inline_keyboard": [[{"text": "no action"}]]}},
            )
        assert len(api.violations) == 1


async def test_after_a_call_without_answer_telegram_is_asked_again_and_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with open_town() as town:
        requests = town.channel._requests
        assert await town.channel.is_reached()
        there, nowhere = requests._base_url, f"http://127.0.0.1:{free_port()}/bot{town.api.token}"
        monkeypatch.setattr(requests, "_base_url", nowhere)
        with pytest.raises(NetworkError):
            await requests.call("getMe", {})
        assert not await town.channel.is_reached()
        monkeypatch.setattr(requests, "_base_url", there)
        assert await town.channel.is_reached()
        calls = len(town.api.calls)
        assert await town.channel.is_reached()
        assert len(town.api.calls) == calls, "nobody asks while Telegram answers"
