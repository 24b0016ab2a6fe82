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
from telegram import Bot
from telegram.error import TelegramError

from bot.channels.channel_wording import channel_words
from bot.channels.telegram.announcing import announced, insist, offer_menu, reason
from bot.channels.telegram.delivery import ReplySender, retry_waits
from bot.channels.telegram.http import READ_SECONDS, RateLimited, TelegramRequest
from bot.channels.telegram.json import read_json
from bot.channels.telegram.parsing import ParsedUpdate, is_broken, pressed_query, read_update
from bot.channels.telegram.rate_limit import Limits, RateLimitPause, chat_scope
from bot.channels.telegram.rendering import Call, render, render_toast, unread_press
from bot.channels.telegram.reply_lanes import ReplyLanes
from bot.conversations.conductor import Unavailable
from bot.conversations.contract import Delivery, Handler, Reply
from bot.core.events import event
from survey_flows.errors import BadInput, Message, Place

log = logging.getLogger(__name__)
T = TypeVar("T")

PATH = "/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (the header's name)
UPDATES = ["message", "edited_message", "callback_query"]
CONNECTIONS = 100
POLL_SECONDS = 25
STOP_SECONDS = 5.0
ALBUMS = 1000
"""Albums that are remembered, so that their further parts are not answered again."""


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
            ``unreachable`` citizens (who blocked the bot), ``waiting`` replies (not taken at once),
            and ``unsent`` ones.

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
        self._id = token.partition(":")[0]
        self.pause = RateLimitPause(redis, self._id)
        self.limits = Limits(self.pause)
        self._replied = replied
        self._requests = TelegramRequest(base_url + token, self.limits)
        self._bot = Bot(token, base_url, request=self._requests, get_updates_request=self._requests)
        self._tasks: set[asyncio.Task[Any]] = set()
        self.counts: Counter[str] = Counter()
        self._sender = ReplySender(self._requests, self.counts, _cleared())
        self._lanes = ReplyLanes(self._show, self.limits, self.counts)
        self._albums: dict[str, None] = {}

    async def __aenter__(self) -> Self:
        await self._requests.initialize()
        await self.pause.refresh()
        self._watching = asyncio.create_task(self.pause.watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watching.cancel()
        await self._lanes.drain(STOP_SECONDS)
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

        if not await announced(announce):
            self._in_background(insist(announce))
        self._in_background(offer_menu(self._bot))

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
        taken = read_update(raw, self._id)
        if taken is None or self._is_known_album(taken):
            return web.Response(status=200 if await self._leave(raw, body) else 503)
        try:
            reply = await self._handler.handle(taken.incoming)
        except Unavailable:
            return web.Response(status=503)
        self._remember_album(taken)
        self._replied()
        return await self._respond(taken, reply)

    def _is_known_album(self, taken: ParsedUpdate) -> bool:
        """Whether another part of the same album has been answered."""
        return taken.album in self._albums

    def _remember_album(self, taken: ParsedUpdate) -> None:
        if taken.album:
            self._albums[taken.album] = None
            while len(self._albums) > ALBUMS:
                del self._albums[next(iter(self._albums))]

    async def _leave(self, raw: object, body: bytes) -> bool:
        """Drops an update of no concern, or keeps a broken one; False when it must come again.

        A press is answered in any case: its button would go on turning.
        """
        if query := pressed_query(raw):
            self._in_background(self._sender.toast(unread_press(query)))
        if not is_broken(raw):
            self.counts["dropped"] += 1
            return True
        self.counts["broken"] += 1
        return await self._keep("telegram", body)

    async def _respond(self, taken: ParsedUpdate, reply: Reply) -> web.Response:
        """Answers in the webhook's response, or by the lane when the outcome must be known."""
        call = render(taken, reply)
        toast = render_toast(taken, reply) if taken.query else None
        if self._lanes.is_free(taken.chat) and not _must_be_known(taken, reply):
            self._toast(taken, toast)
            return _response(call)
        if await self._lanes.put(taken, reply):
            return _response(toast)
        self._toast(taken, toast)
        # Telegram reaches the service, but not the reverse. A screen whose outcome is unknown is
        # better than none; the lane shows it again, which changes nothing.
        if (
            self.limits.seconds_left(chat_scope(taken.chat))
            or call is None
            or call["method"] != "editMessageText"
            or reply.stale
        ):
            return web.Response()
        return _response(call)

    def _toast(self, taken: ParsedUpdate, toast: Call | None) -> None:
        if toast:
            self._in_background(self._sender.toast(toast, taken.chat))

    async def _show(self, taken: ParsedUpdate, reply: Reply) -> None:
        """Shows a reply by a call and stores the outcome.

        Raises:
            ReplyNotSent: Telegram does not take it now.
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
        if not await announced(self._bot.delete_webhook):
            self._in_background(insist(self._bot.delete_webhook))
        self._in_background(offer_menu(self._bot))
        offset, pauses = 0, retry_waits()
        while not stop.is_set():
            try:
                raws = await _unless(stop, self._fetch(offset)) or []
            except TelegramError as error:
                log.warning(
                    "Telegram gives no updates: %s",
                    reason(error),
                    extra=event("channel_away", account="telegram"),
                )
                least = error.seconds if isinstance(error, RateLimited) else 0.0
                await _unless(stop, asyncio.sleep(max(next(pauses), least)))
                continue
            pauses = retry_waits()
            taken = await _unless(stop, self._take_all(raws))
            offset = _after(raws, offset) if taken else offset

    async def _fetch(self, offset: int) -> list[Any]:
        # `Bot.get_updates` raises on the first unreadable update, and no other would get through.
        params = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": UPDATES}
        found = await self._requests.call("getUpdates", params, POLL_SECONDS + READ_SECONDS)
        return found if isinstance(found, list) else []

    async def _take_all(self, raws: list[Any]) -> bool:
        """Takes a batch, each chat's updates in order; True when all are stored."""
        chats: dict[int, list[ParsedUpdate]] = {}
        for raw in raws:
            if (taken := read_update(raw, self._id)) is None or self._is_known_album(taken):
                await self._leave_patiently(raw)
            else:
                self._remember_album(taken)
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
        """Takes an update, again until it is stored, and hands its reply to the chat's lane."""
        for wait in retry_waits():
            try:
                reply = await self._handler.handle(taken.incoming)
            except Unavailable:
                await asyncio.sleep(wait)
                continue
            self._replied()
            self._toast(taken, render_toast(taken, reply) if taken.query else None)
            await self._lanes.put(taken, reply)
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
