"""The stand-in for the Bot API refuses and delivers as Telegram does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from jsonschema import ValidationError

from tests.botapi.citizen import Citizen
from tests.botapi.schema import SCHEMA, check_update
from tests.botapi.server import SECRET_HEADER, BotApi

ANN = 1001
HELLO = {"chat_id": ANN, "text": "hello"}


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as made:
        made.chat(ANN)
        yield made


async def call(
    api: BotApi, method: str, params: dict[str, Any] | None = None, **form: Any
) -> dict[str, Any]:
    encoded = {"data": form} if form else {"json": params or {}}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{api.url}/bot{api.token}/{method}", **encoded) as response,
    ):
        answer: dict[str, Any] = await response.json()
        assert answer.get("error_code", 200) == response.status
        return answer


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {**HELLO, "reply_markup": {"inline_keyboard": [[button] for button in buttons]}}


def test_the_schema_says_where_it_comes_from() -> None:
    assert "Bot API 10.3" in SCHEMA["$comment"]
    assert "@gramio/types 10.3.1, licence MIT, Copyright" in SCHEMA["$comment"]
    assert len(SCHEMA["methods"]) > 150


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("sendMesage", HELLO),
    ("sendMessage", {"chat_id": ANN}),
    ("sendMessage", {"text": "hello"}),
    ("sendMessage", {**HELLO, "text": 5}),
    ("sendMessage", {**HELLO, "chat_id": [ANN]}),
    ("sendMessage", {**HELLO, "disable_notification": "yes"}),
    ("sendMessage", {**HELLO, "disable_web_page_preview": True}),
    ("sendMessage", {**HELLO, "link_preview_options": {"disabled": True}}),
    ("sendMessage", {**HELLO, "text": "  "}),
    ("sendMessage", {**HELLO, "text": "民" * 4097}),
    ("sendMessage", keyboard({"text": "A"})),
    ("sendMessage", keyboard({"callback_data": "a"})),
    ("sendMessage", keyboard({"text": "A", "callback_data": "a", "url": "https://example.org"})),
    ("sendMessage", keyboard({"text": "A", "callback_data": ""})),
    ("sendMessage", keyboard({"text": "A", "callback_data": "民" * 22})),
    ("sendMessage", keyboard(*[{"text": "A", "callback_data": "a"}] * 101)),
    ("editMessageText", {"chat_id": ANN, "message_id": "first", "text": "hello"}),
    ("answerCallbackQuery", {"callback_query_id": "q1", "text": "x" * 201}),
    ("setMyCommands", {"commands": [{"command": "Help", "description": "Help"}]}),
    ("setMyCommands", {"commands": [{"command": "help"}]}),
    ("setWebhook", {"url": "https://example.org", "secret_token": "a b"}),
    ("setWebhook", {"url": "https://example.org", "max_connections": 101}),
    ("getUpdates", {"allowed_updates": ["messages"]}),
    ("getUpdates", {"limit": 0}),
    ("banChatMember", {"chat_id": ANN, "user_id": ANN}),
]


@pytest.mark.parametrize(("method", "params"), WRONG)
async def test_a_wrong_request_is_refused_and_recorded(
    api: BotApi, method: str, params: dict[str, Any]
) -> None:
    answer = await call(api, method, params)
    assert (answer["ok"], answer["error_code"]) == (False, 400)
    assert answer["description"].startswith("Bad Request: ")
    assert api.violations == [answer["description"]]
    assert api.messages == {}


async def test_a_body_that_is_no_json_is_refused_and_recorded(api: BotApi) -> None:
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession() as session:
        async with session.post(
            f"{api.url}/bot{api.token}/getMe", data="{", headers=headers
        ) as response:
            assert response.status == 400
        async with session.post(f"{api.url}/bot42:other/getMe") as response:
            assert response.status == 401
    assert len(api.violations) == 1


LONGEST = {
    "text": "民" * 4096,
    "reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": "x" * 64}]]},
}


async def test_json_and_form_are_understood_alike(api: BotApi) -> None:
    first = await call(api, "sendMessage", {"chat_id": ANN, **LONGEST})
    form = {**LONGEST, "chat_id": str(ANN), "reply_markup": json.dumps(LONGEST["reply_markup"])}
    second = await call(api, "sendMessage", **form)
    assert first["result"]["text"] == second["result"]["text"] == LONGEST["text"]
    assert (
        first["result"]["reply_markup"]
        == second["result"]["reply_markup"]
        == LONGEST["reply_markup"]
    )
    assert api.calls[0] == api.calls[1]
    assert api.violations == []


async def test_the_same_text_again_is_not_an_edit(api: BotApi) -> None:
    message_id = (await call(api, "sendMessage", HELLO))["result"]["message_id"]
    again = await call(api, "editMessageText", {**HELLO, "message_id": message_id})
    assert again["description"].startswith("Bad Request: message is not modified: ")
    edited = await call(api, "editMessageText", {**HELLO, "message_id": message_id, "text": "bye"})
    assert edited["result"]["text"] == "bye"
    lost = await call(api, "editMessageText", {**HELLO, "message_id": message_id + 1})
    assert lost["description"] == "Bad Request: message to edit not found"
    assert api.violations == []


async def test_a_deleted_message_is_gone(api: BotApi) -> None:
    message_id = (await call(api, "sendMessage", HELLO))["result"]["message_id"]
    delete = {"chat_id": ANN, "message_id": message_id}
    assert (await call(api, "deleteMessage", delete))["ok"]
    assert (await call(api, "deleteMessage", delete))[
        "description"
    ] == "Bad Request: message to delete not found"


async def test_a_press_is_answered_once_and_in_time(api: BotApi) -> None:
    ann = Citizen(api, ANN)
    query = ann.press_update(
        "a", {"message_id": 1, "date": 0, "chat": {"id": ANN, "type": "private"}}
    )
    check_update(query)
    answer = {"callback_query_id": query["callback_query"]["id"], "text": "thanks"}
    assert (await call(api, "answerCallbackQuery", answer))["ok"]
    assert ann.toasts == ["thanks"]
    assert "query is too old" in (await call(api, "answerCallbackQuery", answer))["description"]
    api.expire_queries()
    assert (
        "query is too old"
        in (await call(api, "answerCallbackQuery", {"callback_query_id": "q9"}))["description"]
    )


async def test_an_unknown_chat_and_one_that_blocked_the_bot(api: BotApi) -> None:
    assert (await call(api, "sendMessage", {**HELLO, "chat_id": 7}))[
        "description"
    ] == "Bad Request: chat not found"
    api.chat(ANN).blocked = True
    assert (await call(api, "sendMessage", HELLO))["error_code"] == 403


async def test_asked_for_faults_come_and_pass(api: BotApi) -> None:
    api.fail_next("sendMessage", status=429, retry_after=3)
    api.fail_next("sendMessage", status=0)
    limited = await call(api, "sendMessage", HELLO)
    assert (limited["error_code"], limited["parameters"]) == (429, {"retry_after": 3})
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await call(api, "sendMessage", HELLO)
    assert (await call(api, "sendMessage", HELLO))["ok"]
    assert len(api.messages) == 1


async def test_the_stand_in_sends_only_what_telegram_could_send(api: BotApi) -> None:
    with pytest.raises(ValidationError):
        await api.deliver({"update_id": 1, "message": {"text": "no chat"}})


def numbers(answer: dict[str, Any]) -> list[int]:
    return [update["update_id"] for update in answer["result"]]


@asynccontextmanager
async def waiting(api: BotApi, *texts: str) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Citizens' words that the bot has not taken yet."""
    people = [Citizen(api, ANN + number) for number, _ in enumerate(texts)]
    updates = [person.text_update(text) for person, text in zip(people, texts, strict=True)]
    tasks = [asyncio.create_task(api.deliver(update)) for update in updates]
    await api.until(lambda: len(api.unconfirmed) == len(texts))
    yield tasks
    await asyncio.gather(*tasks)


async def test_updates_come_again_until_the_offset_confirms_them(api: BotApi) -> None:
    async with waiting(api, "one", "two", "three"):
        assert numbers(await call(api, "getUpdates")) == [7000, 7001, 7002]
        assert numbers(await call(api, "getUpdates", {"limit": 2})) == [7000, 7001]
        assert numbers(await call(api, "getUpdates", {"offset": 7001})) == [7001, 7002]
        assert numbers(await call(api, "getUpdates", {"offset": 0})) == [7001, 7002]
        assert numbers(await call(api, "getUpdates", {"offset": -1})) == [7002]
        assert numbers(await call(api, "getUpdates", {"offset": 7003})) == []


async def test_long_polling_waits_for_an_update(api: BotApi) -> None:
    poll = asyncio.create_task(call(api, "getUpdates", {"timeout": 5}))
    await api.until(lambda: api.count("getUpdates") == 1)
    async with waiting(api, "one"):
        assert numbers(await poll) == [7000]
        await call(api, "getUpdates", {"offset": 7001})


async def test_two_programs_cannot_poll_at_once(api: BotApi) -> None:
    first = asyncio.create_task(call(api, "getUpdates", {"timeout": 5}))
    await api.until(lambda: api.count("getUpdates") == 1)
    second = await call(api, "getUpdates")
    assert second["ok"]
    assert (await first)["description"] == "Conflict: terminated by other getUpdates request"


async def test_polling_is_a_conflict_while_a_webhook_is_set(api: BotApi) -> None:
    await call(api, "setWebhook", {"url": "http://127.0.0.1:1/"})
    assert (await call(api, "getUpdates"))["error_code"] == 409
    await call(api, "deleteWebhook")
    assert (await call(api, "getUpdates"))["ok"]


async def test_kinds_that_the_bot_did_not_ask_for_are_not_sent(api: BotApi) -> None:
    await call(api, "getUpdates", {"allowed_updates": ["callback_query"]})
    await api.deliver(Citizen(api, ANN).text_update("hello"))
    assert numbers(await call(api, "getUpdates")) == []


async def test_dropping_what_is_pending(api: BotApi) -> None:
    async with waiting(api, "one", "two"):
        assert (await call(api, "getWebhookInfo"))["result"]["pending_update_count"] == 2
        await call(api, "deleteWebhook", {"drop_pending_updates": True})
        assert (await call(api, "getWebhookInfo"))["result"]["pending_update_count"] == 0


@asynccontextmanager
async def hook(
    api: BotApi, answer: Callable[[int], web.Response], **settings: Any
) -> AsyncIterator[list[web.Request]]:
    """A webhook that answers its n-th request (from 1) as the test wants."""
    seen: list[web.Request] = []

    async def take(request: web.Request) -> web.Response:
        await request.read()
        seen.append(request)
        return answer(len(seen))

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await call(
        api, "setWebhook", {"url": f"http://127.0.0.1:{runner.addresses[0][1]}/", **settings}
    )
    yield seen
    await runner.cleanup()


async def test_an_update_is_delivered_until_the_webhook_takes_it(api: BotApi) -> None:
    async with hook(
        api, lambda n: web.Response(status=503 if n < 3 else 200), secret_token="s3cret"
    ) as seen:
        await api.deliver(Citizen(api, ANN).text_update("hello"))
        assert api.deliveries == [(7000, 503), (7000, 503), (7000, 200)]
        assert {request.headers[SECRET_HEADER] for request in seen} == {"s3cret"}
        assert await api.post(b"garbage", secret="wrong") == 200
        assert seen[-1].headers[SECRET_HEADER] == "wrong"


async def test_one_chats_updates_stay_in_order_and_do_not_hold_up_the_others(api: BotApi) -> None:
    ann, ben = Citizen(api, ANN), Citizen(api, 1002)
    updates = [ann.text_update("one"), ann.text_update("two"), ben.text_update("three")]
    async with hook(api, lambda n: web.Response(status=503 if n == 1 else 200)):
        await asyncio.gather(*(api.deliver(update) for update in updates))
    taken = [update_id for update_id, status in api.deliveries if status == 200]
    assert taken.index(7000) < taken.index(7001)
    assert sorted(taken) == [7000, 7001, 7002]


async def test_a_call_in_the_webhooks_response_is_checked_and_carried_out(api: BotApi) -> None:
    answers = [{"method": "sendMessage", **HELLO}, {"method": "sendMessage", "chat_id": ANN}]
    async with hook(api, lambda n: web.json_response(answers[n - 1])):
        ann = Citizen(api, ANN)
        await ann.type("hi")
        assert (ann.text, ann.buttons, api.violations) == ("hello", [], [])
        await ann.type("hi again")
    assert len(api.violations) == 1
    assert "'text' is a required property" in api.violations[0]
    assert ann.transcript().splitlines()[-1].startswith("x Bad Request: ")


async def test_a_taken_update_can_be_delivered_again(api: BotApi) -> None:
    async with waiting(api, "one"):
        update = (await call(api, "getUpdates"))["result"][0]
        await call(api, "getUpdates", {"offset": 7001})
    again = asyncio.create_task(api.redeliver(update))
    await api.until(lambda: bool(api.again))
    assert numbers(await call(api, "getUpdates", {"offset": 7001})) == [7000]
    assert numbers(await call(api, "getUpdates", {"offset": 7001})) == []
    await again
