"""The fate of an outgoing message by Telegram's answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.channels.telegram.messenger import TelegramMessenger
from bot.channels.telegram.rate_limit import RateLimitPause
from bot.fieldwork.outreach.messenger import NOT_STARTED, UNKNOWN, DeliveryOutcome, OutgoingMessage
from tests.botapi.server import BotApi

LETTER = OutgoingMessage("Hello", "Begin", "A" * 16, "No more")


def refusal(code: int, description: str, **more: object) -> str:
    return json.dumps({"ok": False, "error_code": code, "description": description, **more})


@asynccontextmanager
async def answering(status: int, body: str) -> AsyncIterator[str]:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=body)

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "body", "fate"),
    [
        (200, '{"ok": true, "result": {"message_id": 1}}', DeliveryOutcome.ACCEPTED),
        (403, refusal(403, "Forbidden: bot was blocked by the user"), DeliveryOutcome.UNREACHABLE),
        (403, refusal(403, "Forbidden: user is deactivated"), DeliveryOutcome.UNREACHABLE),
        (400, refusal(400, "Bad Request: chat not found"), DeliveryOutcome.UNREACHABLE),
        (400, refusal(400, "Bad Request: PEER_ID_INVALID"), DeliveryOutcome.UNREACHABLE),
        (400, refusal(400, "Bad Request: message text is empty"), DeliveryOutcome.REFUSED),
        (403, "<html>Forbidden by the city's proxy</html>", DeliveryOutcome.LATER),
        (400, "<html>Bad request</html>", DeliveryOutcome.LATER),
        (502, "<html>Bad gateway</html>", DeliveryOutcome.LATER),
        (500, refusal(500, "Internal Server Error"), DeliveryOutcome.LATER),
        (200, "{}", DeliveryOutcome.LATER),
        (200, "[]", DeliveryOutcome.LATER),
        (200, "not JSON", DeliveryOutcome.LATER),
        (400, "[]", DeliveryOutcome.LATER),
        (401, refusal(401, "Unauthorized"), DeliveryOutcome.SILENCE),
        (
            429,
            refusal(429, "Too Many Requests", parameters={"retry_after": 3}),
            DeliveryOutcome.LIMITED,
        ),
        (
            403,
            refusal(403, "Forbidden: bot can't initiate conversation with a user"),
            DeliveryOutcome.UNREACHABLE,
        ),
    ],
)
async def test_only_telegram_s_own_word_counts(
    status: int, body: str, fate: DeliveryOutcome
) -> None:
    async with (
        answering(status, body) as url,
        TelegramMessenger("42:x", url, RateLimitPause()) as messenger,
    ):
        answer = await messenger.send("1001", LETTER)
        assert answer.outcome is fate
        assert (messenger.pause_seconds > 0) == (fate is DeliveryOutcome.SILENCE)
        paused = fate in (DeliveryOutcome.SILENCE, DeliveryOutcome.LIMITED)
        assert (answer.seconds > 0) == paused


@pytest.mark.parametrize(
    ("description", "code", "reason"),
    [
        ("Forbidden: bot can't initiate conversation with a user", 403, NOT_STARTED),
        ("Forbidden: bot was blocked by the user", 403, ""),
        ("Bad Request: the moon is full", 400, UNKNOWN),
        ("Bad Request: can't parse entities: no end tag", 400, "text"),
    ],
)
async def test_a_reason_tells_refusals_apart(description: str, code: int, reason: str) -> None:
    async with (
        answering(code, refusal(code, description)) as url,
        TelegramMessenger("42:x", url, RateLimitPause()) as messenger,
    ):
        assert (await messenger.send("1001", LETTER)).reason == reason


async def test_the_message_is_as_the_published_types_ask_and_its_buttons_lead_in_and_out() -> None:
    async with (
        BotApi() as api,
        TelegramMessenger(api.token, api.url, RateLimitPause()) as messenger,
    ):
        chat = api.chat(1001)
        assert (await messenger.send("1001", LETTER)).outcome is DeliveryOutcome.ACCEPTED
        assert chat.last is not None
        rows = chat.last.markup["inline_keyboard"] if chat.last.markup else []
        assert [[button["callback_data"] for button in row] for row in rows] == [
            ["invitation:" + "A" * 16],
            ["no-invitations"],
        ]
        assert (await messenger.send("1002", LETTER)).outcome is DeliveryOutcome.UNREACHABLE
        chat.blocked = True
        assert (await messenger.send("1001", LETTER)).outcome is DeliveryOutcome.UNREACHABLE
    assert api.violations == []


async def test_while_telegram_wants_silence_nothing_is_sent() -> None:
    async with BotApi() as api:
        api.chat(1001)
        pause = RateLimitPause()
        await pause.begin(0.3)
        async with TelegramMessenger(api.token, api.url, pause) as messenger:
            assert (await messenger.send("1001", LETTER)).outcome is DeliveryOutcome.SILENCE
            assert api.calls == []
            await asyncio.sleep(0.35)
            assert (await messenger.send("1001", LETTER)).outcome is DeliveryOutcome.ACCEPTED
