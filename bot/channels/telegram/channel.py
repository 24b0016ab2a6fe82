"""Telegram as a channel: updates by webhook or long polling, replies through the Bot API.

python-telegram-bot's typed `Bot` sets the channel up, and its errors name what failed. On the hot
path updates and replies are plain dictionaries, which tests check against the published types: the
library's objects cost some 20 times as much to read an update, and 10 times as much to write a
keyboard, as all the rest of the work on an update.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Self, TypeVar

import orjson
from aiohttp import web
from redis.asyncio import Redis
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from bot.channels.channel_wording import channel_words
from bot.channels.telegram.announcing import announced, insist, reason
from bot.channels.telegram.delivery import ReplyNotSent, ReplySender, retry_waits
from bot.channels.telegram.http import READ_SECONDS, TelegramRequest
from bot.channels.telegram.json import read_json
from bot.channels.telegram.parsing import ParsedUpdate, is_broken, read_update
from bot.channels.telegram.rate_limit import RateLimitPause
from bot.channels.telegram.rendering import Call, render, render_toast
from bot.conversations.conductor import Unavailable
from bot.conversations.contract import Delivery, Handler, Reply
from survey_flows.errors import BadInput, Message, Place
from survey_flows.wording import DEFAULT

log = logging.getLogger(__name__)
T = TypeVar("T")

PATH = "/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (the header's name)
UPDATES = ["message", "callback_query"]
COMMANDS = ("start", "language", "help", "privacy", "receipt", "followup", "delete")
CONNECTIONS = 100
POLL_SECONDS = 25
STOP_SECONDS = 5.0
HOPELESS = 6
"""Rounds of tries (some 40 seconds) after which one unreachable chat delays no others."""


def _cleared() -> str:
    """Returns the text that replaces a message that cannot be deleted, in all languages."""
    words = channel_words()
    return " / ".join(words.say(lang, "cleared") for lang in words.languages)


Keep = Callable[[str, bytes], Awaitable[bool]]


async def _forget(_channel: str, _raw: bytes) -> bool:
    return True


class TelegramChannel:
    """One bot. Enter it, then either mount `routes` and call `start_webhook`, or run `poll`.

    Args:
        token: the bot's token.
        handler: takes the updates; an error besides `Unavailable` is a fault of the project.
        secret: what Telegram must send with each webhook call; 1 to 256 of A–Z, a–z, 0–9, _ and -.
        api_base_url: address of the Bot API, without the token.
        keep: stores an unreadable update of a channel; returns whether it was stored.
        redis: through which processes that share the token announce pauses to each other.
        replied: is called for each reply, so that outgoing messages can yield to replies.

    Attributes:
        pause: how long Telegram refuses all calls.
        counts: ``dropped`` updates (of no concern, or too large), ``broken`` updates,
            ``unreachable`` citizens (who blocked the bot), ``unsent`` replies.

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
        redis: Redis | None = None,
        replied: Callable[[], None] = lambda: None,
    ) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise BadInput(Message("telegram-secret"), Place(field="MINPING_TELEGRAM_SECRET"))
        base_url = f"{api_base_url.rstrip('/')}/bot"
        self._secret = secret
        self._handler = handler
        self._keep = keep
        self.pause = RateLimitPause(redis, token.partition(":")[0])
        self._replied = replied
        self._requests = TelegramRequest(base_url + token, self.pause)
        self._bot = Bot(token, base_url, request=self._requests, get_updates_request=self._requests)
        self._tasks: set[asyncio.Task[Any]] = set()
        self.counts: Counter[str] = Counter()
        self._sender = ReplySender(self._requests, self.counts, _cleared())

    async def __aenter__(self) -> Self:
        await self._requests.initialize()
        await self.pause.refresh()
        self._watching = asyncio.create_task(self.pause.watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watching.cancel()
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
        """Registers the webhook; while Telegram is away, further tries run in the background.

        Raises:
            BadInput: Telegram refuses the token or the address.
        """
        url = public_url.rstrip("/") + PATH

        async def announce() -> None:
            await self._bot.set_webhook(
                url, secret_token=self._secret, allowed_updates=UPDATES, max_connections=CONNECTIONS
            )
            await self._set_commands()

        if not await announced(announce):
            self._in_background(insist(announce))

    async def webhook(self, request: web.Request) -> web.Response:
        """Takes an update; answers 200 when all effects are stored, 503 to have it again."""
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
            self._replied()
            return await self._respond(taken, reply)
        except (Unavailable, ReplyNotSent):
            return web.Response(status=503)

    async def _leave(self, raw: object, body: bytes) -> bool:
        """Drops an update of no concern, or keeps a broken one; False when it must come again."""
        if not is_broken(raw):
            self.counts["dropped"] += 1
            return True
        self.counts["broken"] += 1
        return await self._keep("telegram", body)

    async def _respond(self, taken: ParsedUpdate, reply: Reply) -> web.Response:
        """Answers in the webhook's response, or by calls when their outcome must be known."""
        call = render(taken, reply)
        toast = render_toast(taken, reply) if taken.query else None
        if self.pause.seconds_left or _must_be_known(taken, reply):
            try:
                await self._show(taken, reply)
            except ReplyNotSent:
                # Telegram reaches the service, but not the reverse. A screen whose outcome is
                # unknown is better than none.
                if (
                    self.pause.seconds_left
                    or call is None
                    or call["method"] != "editMessageText"
                    or reply.stale
                ):
                    raise
            else:
                return _response(toast)
        if toast:
            self._in_background(self._sender.toast(toast))
        return _response(call)

    async def _show(self, taken: ParsedUpdate, reply: Reply) -> None:
        """Shows a reply by a call and stores the outcome.

        Raises:
            ReplyNotSent: Telegram cannot be reached.
            Unavailable: the reply was shown, and the outcome could not be stored.
        """
        delivery = await self._sender.deliver(taken, reply)
        if delivery == Delivery():
            return
        try:
            await self._handler.note(taken.incoming, delivery)
        except Unavailable:
            await self._sender.remove_messages(taken, filter(None, [delivery.shown]))
            raise

    async def poll(self, stop: asyncio.Event) -> None:
        """Takes updates by long polling until ``stop`` is set.

        Raises:
            BadInput: Telegram refuses the token.
        """
        if not await announced(self._announce_polling):
            await _unless(stop, insist(self._announce_polling))
        offset, pauses = 0, retry_waits()
        while not stop.is_set():
            try:
                raws = await _unless(stop, self._fetch(offset)) or []
            except TelegramError as error:
                log.warning("Telegram gives no updates: %s", reason(error))
                await _unless(stop, asyncio.sleep(next(pauses)))
                continue
            pauses = retry_waits()
            taken = await _unless(stop, self._take_all(raws))
            offset = _after(raws, offset) if taken else offset

    async def _announce_polling(self) -> None:
        await self._bot.delete_webhook()
        await self._set_commands()

    async def _fetch(self, offset: int) -> list[Any]:
        # `Bot.get_updates` raises on the first unreadable update, and no other would get through.
        params = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": UPDATES}
        found = await self._requests.call("getUpdates", params, POLL_SECONDS + READ_SECONDS)
        return found if isinstance(found, list) else []

    async def _take_all(self, raws: list[Any]) -> bool:
        """Takes a batch, each chat's updates in order; True when all are stored and answered."""
        chats: dict[int, list[ParsedUpdate]] = {}
        for raw in raws:
            if (taken := read_update(raw)) is None:
                await self._leave_patiently(raw)
            else:
                chats.setdefault(taken.chat, []).append(taken)
        async with asyncio.TaskGroup() as group:
            for updates in chats.values():
                group.create_task(self._take_in_order(updates))
        return True

    async def _take_in_order(self, updates: Iterable[ParsedUpdate]) -> None:
        for taken in updates:
            await self._take_patiently(taken)

    async def _leave_patiently(self, raw: object) -> None:
        for wait in retry_waits():
            if await self._leave(raw, orjson.dumps(raw)):
                return
            await asyncio.sleep(wait)

    async def _take_patiently(self, taken: ParsedUpdate) -> None:
        """Takes an update and shows the reply, and repeats both until they are done.

        The next updates of all chats wait for this one. So when Telegram takes other calls but
        none about this chat, the reply is dropped: the answer is stored, and the chat's next
        update shows the screen.
        """
        for rounds, wait in enumerate(retry_waits(), 1):
            try:
                reply = await self._handler.handle(taken.incoming)
                self._replied()
                if taken.query:
                    self._in_background(self._sender.toast(render_toast(taken, reply)))
                await self._show(taken, reply)
            except Unavailable:
                await asyncio.sleep(wait)
            except ReplyNotSent:
                if rounds >= HOPELESS and await self._is_heard():
                    self.counts["unsent"] += 1
                    return
                await asyncio.sleep(wait)
            else:
                return

    async def is_reached(self) -> bool:
        """Whether Telegram answered the last call; after one that it did not, asks once more."""
        return self._requests.reached or await self._is_heard()

    async def _is_heard(self) -> bool:
        """Whether Telegram takes calls at present."""
        try:
            await self._requests.call("getMe", {})
        except TelegramError:
            return False
        return True

    async def _set_commands(self) -> None:
        words, scope = channel_words(), BotCommandScopeAllPrivateChats()
        for lang in words.languages:
            commands = [BotCommand(name, words.say(lang, f"command-{name}")) for name in COMMANDS]
            await self._bot.set_my_commands(commands, scope, lang.partition("-")[0])
            if lang == DEFAULT:
                await self._bot.set_my_commands(commands, scope)

    def _in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _must_be_known(taken: ParsedUpdate, reply: Reply) -> bool:
    """Whether answers could stay in the chat unnoticed if Telegram ignored a response's call."""
    new_answers = (
        reply.screen is not None and reply.screen.shows_answers and not taken.incoming.message
    )
    again = reply.replayed and taken.incoming.message != 0
    return bool(reply.stale) or reply.covers or new_answers or again


def _response(call: Call | None) -> web.Response:
    """A response that asks for a call, or for none."""
    return (
        web.Response(body=orjson.dumps(call), content_type="application/json")
        if call
        else web.Response()
    )


def _json(body: bytes) -> object:
    try:
        return read_json(body)
    except ValueError:
        return None


def _after(raws: list[Any], offset: int) -> int:
    seen: list[int] = [
        raw["update_id"]
        for raw in raws
        if isinstance(raw, dict) and type(raw.get("update_id")) is int
    ]
    return max(seen, default=offset - 1) + 1


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
