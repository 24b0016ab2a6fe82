"""Telegram as a channel: updates by webhook or by long polling, answers through the Bot API.

python-telegram-bot's typed `Bot` sets the channel up, and its errors say what went wrong. On the hot path updates and
answers are plain dictionaries, which tests check against the published types: the library's objects cost some 20 times
as much to read an update, and 10 times as much to write a keyboard, as everything that is done here for an update.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any, Self, TypeVar

import orjson
from aiohttp import web
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError

from bot.channel import Handler, Reply
from bot.channels.telegram_json import read_json
from bot.channels.telegram_reply import Call, render, render_toast
from bot.channels.telegram_request import READ_SECONDS, TelegramRequest
from bot.channels.telegram_update import Taken, is_broken, read_update
from bot.conductor import Unavailable
from survey_flows.effects import Screen
from survey_flows.errors import BadInput
from survey_flows.wording import DEFAULT, Wording

log = logging.getLogger(__name__)
T = TypeVar("T")

PATH = "/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (the header's name)
UPDATES = ["message", "callback_query"]
COMMANDS = ("start", "language", "help", "privacy", "receipt", "delete")
CONNECTIONS = 100
POLL_SECONDS = 25
TRIES = 4
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
STOP_SECONDS = 5.0
MOST_REMEMBERED = 20_000


@cache
def command_words() -> Wording:
    """The menu of commands in each language that has a file."""
    found = [file for file in files("bot.channels").joinpath("wording").iterdir() if file.name.endswith(".ftl")]
    return Wording({file.name.removesuffix(".ftl"): file.read_text("utf-8") for file in found})


@dataclass(slots=True)
class _Answers:
    """The message of a chat that shows answers (0 while it is on its way), and whether it has had its time."""

    message: int
    replaced: bool = False


Keep = Callable[[str, bytes], Awaitable[bool]]


async def _forget(_channel: str, _raw: bytes) -> bool:
    return True


class TelegramChannel:
    """One bot. Enter it, then either mount `routes` and call `start_webhook`, or run `poll`.

    Args:
        token: the bot's token.
        handler: takes the updates; whatever it raises besides `Unavailable` is a fault of ours.
        secret: what Telegram must send with each webhook call; 1 to 256 of A–Z, a–z, 0–9, _ and -.
        api_base_url: address of the Bot API, without the token.
        keep: is given the channel's name and an update that cannot be read; tells whether it was stored.

    Attributes:
        counts: ``dropped`` updates (no concern of ours, or too large), ``broken`` ones, ``unreachable`` citizens (who
            blocked the bot), ``unsent`` answers that Telegram would not take.

    Raises:
        BadInput: a malformed secret.
    """

    def __init__(
        self,
        token: str,
        handler: Handler,
        secret: str,
        api_base_url: str = "https://api.telegram.org",
        keep: Keep = _forget,
    ) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise BadInput(
                "Telegram's secret has 1 to 256 characters: A–Z, a–z, 0–9, _ and -", "MINPING_TELEGRAM_SECRET"
            )
        base_url = f"{api_base_url.rstrip('/')}/bot"
        self._secret = secret
        self._handler = handler
        self._keep = keep
        self._requests = TelegramRequest(base_url + token)
        self._bot = Bot(token, base_url, request=self._requests, get_updates_request=self._requests)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._answers: dict[int, _Answers] = {}
        self.counts: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        await self._requests.initialize()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._requests.shutdown()

    def routes(self) -> list[web.RouteDef]:
        """The webhook's route."""
        return [web.post(PATH, self.webhook)]

    async def start_webhook(self, public_url: str) -> None:
        """Tell Telegram where to send updates; while it is away, go on trying beside the service.

        Raises:
            BadInput: Telegram refuses the token or the address.
        """
        url = public_url.rstrip("/") + PATH

        async def announce() -> None:
            await self._bot.set_webhook(
                url, secret_token=self._secret, allowed_updates=UPDATES, max_connections=CONNECTIONS
            )
            await self._set_commands()

        if not await _announced(announce):
            self._in_background(_insist(announce))

    async def webhook(self, request: web.Request) -> web.Response:
        """Take an update; 200 only when all that it caused is stored, 503 to have it delivered again."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret.encode()):
            return web.Response(status=401)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            self.counts["dropped"] += 1  # it would be no smaller if it were delivered again
            return web.Response()
        raw = _json(body)
        taken = read_update(raw)
        if taken is None:
            return web.Response(status=200 if await self._leave(raw, body) else 503)
        try:
            reply = await self._handler.handle(taken.incoming)
        except Unavailable:
            return web.Response(status=503)
        return self._respond(taken, reply)

    async def _leave(self, raw: object, body: bytes) -> bool:
        """Do without an update that is nothing to us; one that is broken is kept. False when it must come again."""
        if not is_broken(raw):
            self.counts["dropped"] += 1
            return True
        self.counts["broken"] += 1
        return await self._keep("telegram", body)

    def _respond(self, taken: Taken, reply: Reply) -> web.Response:
        """Answer in the webhook's response, which saves a call, unless what becomes of it must be known."""
        if taken.query:
            self._in_background(self._deliver(render_toast(taken, reply)))
        call = render(taken, reply)
        if call is None:
            return web.Response()
        standing = self._replace_answers(taken, reply)
        if self._requests.pause_left or (standing is not None and not standing.message):
            self._in_background(self._send(call, standing))
            return web.Response()
        return web.Response(body=orjson.dumps(call), content_type="application/json")

    async def poll(self, stop: asyncio.Event) -> None:
        """Take updates by long polling until ``stop`` is set, for a machine that Telegram cannot reach.

        Raises:
            BadInput: Telegram refuses the token.
        """
        if not await _announced(self._announce_polling):
            await _unless(stop, _insist(self._announce_polling))
        offset, waits = 0, _waits()
        while not stop.is_set():
            try:
                raws = await _unless(stop, self._fetch(offset)) or []
            except TelegramError as error:
                log.warning("Telegram gives no updates: %s", _reason(error))
                await _unless(stop, asyncio.sleep(next(waits)))
                continue
            waits = _waits()
            taken = await _unless(stop, self._take_all(raws))
            offset = _after(raws, offset) if taken else offset

    async def _announce_polling(self) -> None:
        await self._bot.delete_webhook()
        await self._set_commands()

    async def _fetch(self, offset: int) -> list[Any]:
        # Not `Bot.get_updates`: it raises on the first update that it cannot read, and then no other would get past.
        params = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": UPDATES}
        found = await self._requests.call("getUpdates", params, POLL_SECONDS + READ_SECONDS)
        return found if isinstance(found, list) else []

    async def _take_all(self, raws: list[Any]) -> bool:
        """Take a batch, each chat's updates in their order; returns True when all is stored and answered."""
        chats: dict[int, list[Taken]] = {}
        for raw in raws:
            if (taken := read_update(raw)) is None:
                await self._leave_patiently(raw)
            else:
                chats.setdefault(taken.chat, []).append(taken)
        async with asyncio.TaskGroup() as group:
            for updates in chats.values():
                group.create_task(self._take_in_order(updates))
        return True

    async def _take_in_order(self, updates: Iterable[Taken]) -> None:
        for taken in updates:
            reply = await self._handle_patiently(taken)
            if taken.query:
                self._in_background(self._deliver(render_toast(taken, reply)))
            if call := render(taken, reply):
                await self._send(call, self._replace_answers(taken, reply))

    async def _leave_patiently(self, raw: object) -> None:
        for wait in _waits():
            if await self._leave(raw, orjson.dumps(raw)):
                return
            await asyncio.sleep(wait)

    async def _handle_patiently(self, taken: Taken) -> Reply:
        for wait in _waits():
            try:
                return await self._handler.handle(taken.incoming)
            except Unavailable:
                await asyncio.sleep(wait)
        raise AssertionError("waits have no end")

    async def _send(self, call: Call, standing: _Answers | None) -> None:
        """Make a call that shows a reply, and note where it stands if it shows answers."""
        sent = await self._deliver(call)
        if standing is not None and isinstance(sent, dict):
            known, standing.message = standing.message, sent["message_id"]
            if standing.replaced and standing.message != known:
                await self._delete(call["chat_id"], standing.message)

    async def _deliver(self, call: Call) -> Any:
        """Make a call until Telegram takes it; at least once, so a lost answer may make it twice."""
        for wait in (*islice(_waits(), TRIES - 1), None):
            try:
                return await self._requests.call(call["method"], {k: v for k, v in call.items() if k != "method"})
            except BadRequest as error:
                if call["method"] != "editMessageText":
                    return self._count(error)
                if "not modified" in error.message:
                    return None
                call = {k: v for k, v in call.items() if k != "message_id"} | {"method": "sendMessage"}
            except NetworkError as error:
                if wait is None:
                    return self._count(error)
                await asyncio.sleep(wait)
            except TelegramError as error:
                return self._count(error)
        self.counts["unsent"] += 1
        return None

    def _count(self, error: TelegramError) -> None:
        self.counts["unreachable" if isinstance(error, Forbidden) else "unsent"] += 1

    def _replace_answers(self, taken: Taken, reply: Reply) -> _Answers | None:
        """Leave no answers behind in the chat: they could be shown to somebody who pays or presses for them.

        Returns where this reply's own answers will stand, if it shows any.
        """
        if reply.screen is None:
            return None
        old = self._answers.pop(taken.chat, None)
        if old is not None:
            old.replaced = True
            if old.message not in (0, taken.message):
                self._in_background(self._delete(taken.chat, old.message))
        if not _shows_answers(reply.screen):
            return None
        standing = self._answers[taken.chat] = _Answers(taken.message)
        if len(self._answers) > MOST_REMEMBERED:
            del self._answers[next(iter(self._answers))]
        return standing

    async def _delete(self, chat: int, message: int) -> None:
        try:
            await self._bot.delete_message(chat, message)
        except TelegramError as error:
            self._count(error)

    async def _set_commands(self) -> None:
        words, scope = command_words(), BotCommandScopeAllPrivateChats()
        for lang in words.languages:
            commands = [BotCommand(name, words.say(lang, f"command-{name}")) for name in COMMANDS]
            await self._bot.set_my_commands(commands, scope, lang.partition("-")[0])
            if lang == DEFAULT:
                await self._bot.set_my_commands(commands, scope)

    def _in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _shows_answers(screen: Screen) -> bool:
    return screen.step == "review" or bool(screen.selected and screen.step.startswith("q:"))


def _json(body: bytes) -> object:
    try:
        return read_json(body)
    except ValueError:
        return None


def _after(raws: list[Any], offset: int) -> int:
    seen: list[int] = [raw["update_id"] for raw in raws if isinstance(raw, dict) and type(raw.get("update_id")) is int]
    return max(seen, default=offset - 1) + 1


def _waits() -> Iterator[float]:
    """Seconds between attempts, doubling."""
    wait = FIRST_WAIT
    while True:
        yield wait
        wait = min(2 * wait, LONGEST_WAIT)


async def _announced(announce: Callable[[], Awaitable[None]]) -> bool:
    """Whether Telegram has taken our settings; False when it cannot be reached at present.

    Raises:
        BadInput: it refuses them, which waiting does not mend.
    """
    try:
        await announce()
    except InvalidToken:
        # The library's message would name the token.
        raise BadInput(
            "Telegram does not know this token; copy it again from @BotFather", "MINPING_TELEGRAM_TOKEN"
        ) from None
    except BadRequest as error:
        raise BadInput(f"Telegram refuses this address: {error.message}", "MINPING_PUBLIC_URL") from None
    except TelegramError as error:
        log.warning("Telegram cannot be told where we are, trying again: %s", _reason(error))
        return False
    return True


async def _insist(announce: Callable[[], Awaitable[None]]) -> None:
    for wait in _waits():
        await asyncio.sleep(wait)
        try:
            if await _announced(announce):
                return
        except BadInput as error:
            log.error("%s", error)
            return


def _reason(error: TelegramError) -> str:
    if isinstance(error, Conflict):
        return "another program takes this bot's updates, or a webhook is set; let only one program use the token"
    if isinstance(error, InvalidToken):
        return "it does not know MINPING_TELEGRAM_TOKEN"
    return error.message


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """The result of ``work``, or None when ``stop`` is set first; then it is cancelled."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
