"""WeChat's Official Accounts (公众号) and WeCom's applications (企业微信) as channels.

A reply goes in the response to its message, within five seconds: then the sender hangs up and sends
the same message again, three times in all. A repeated message gets the reply that the first one
waits for. A reply that comes too late for all three is announced at the next message, which then
changes nothing, because its writer had not seen the screen that it would answer.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

from aiohttp import web

from bot.channels.channel_wording import channel_words
from bot.channels.wechat.account import WECHAT, MessageRefused, WechatAccount
from bot.channels.wechat.parsing import Mark, ParsedMessage, is_broken, read_message, written_at
from bot.channels.wechat.rendering import write_reply
from bot.channels.wechat.xml import BadXml, Fields, read_fields, write_fields
from bot.conversations.conductor import Unavailable
from bot.conversations.contract import Delivery, Handler, Reply
from bot.core.clock import Clock
from survey_flows.events import Returned, Typed
from survey_flows.wording import DEFAULT

MOST_BYTES = 65_536
TRIES = 3
HANGS_UP = 5
"""Seconds after which the sender hangs up."""
HOLD, LAST = 6.0, 4.5
"""Seconds to wait for a reply: until the sender comes again, and at its last try."""
AGAIN = 0.5
LATE_SECONDS = 300.0
"""Seconds for which a reply that came too late degrades readiness; nothing else shows it here."""
KEEP = 20.0
"""Seconds for which a reply is kept for repeated messages: all tries, and some more."""
SUCCESS = "success"
"""The response for «nothing to show, do not repeat»."""

Keep = Callable[[str, bytes], Awaitable[bool]]


@dataclass(slots=True)
class _Work:
    """An update in progress; ``asked`` counts its deliveries."""

    answer: asyncio.Task[Reply]
    asked: int = 0


class WechatChannel:
    """One account. Enter it, then mount `routes`.

    Args:
        account: the account whose messages are taken.
        handler: takes the updates.
        clock: tells new messages from recorded ones.
        mark: makes a secret name of a text for update keys, because they are stored.
        keep: stores an unreadable message of a channel; returns whether it was stored.
        web_address: of the web chat, without a slash at the end; empty when there is none.

    Attributes:
        counts: ``refused`` (not from the account, or old), ``dropped`` (of no concern, or too
            large), ``broken``, and ``late`` messages, whose reply missed the last try.
    """

    def __init__(
        self,
        account: WechatAccount,
        handler: Handler,
        clock: Clock,
        mark: Mark,
        keep: Keep,
        web_address: str = "",
    ) -> None:
        self._account = account
        self._handler = handler
        self._clock = clock
        self._mark = mark
        self._keep = keep
        self._web = web_address
        self._works: dict[str, _Work] = {}
        self._unseen: set[str] = set()
        self._last_late = -LATE_SECONDS
        self.counts: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        answers = [work.answer for work in self._works.values()]
        for answer in answers:
            answer.cancel()
        await asyncio.gather(*answers, return_exceptions=True)

    @property
    def name(self) -> str:
        """The channel's name."""
        return self._account.channel

    async def is_in_time(self) -> bool:
        """Whether no reply came too late for its sender's last try in the last minutes."""
        return asyncio.get_running_loop().time() - self._last_late >= LATE_SECONDS

    def routes(self) -> list[web.RouteDef]:
        """Returns the routes of the account's address: GET checks it, POST takes messages."""
        path = f"/{self._account.channel}"
        return [web.get(path, self.check, allow_head=False), web.post(path, self.receive)]

    async def check(self, request: web.Request) -> web.Response:
        """Proves the secrets to the account's page."""
        try:
            return web.Response(
                body=self._account.echo(request.query, self._now()), content_type="text/plain"
            )
        except MessageRefused:
            return self._refuse()

    async def receive(self, request: web.Request) -> web.Response:
        """Takes a message and answers with the reply, once all effects are stored."""
        try:
            body = await request.clone(client_max_size=MOST_BYTES).read()
        except web.HTTPRequestEntityTooLarge:
            self.counts["dropped"] += 1  # it would be no smaller if it were delivered again
            return web.Response(text=SUCCESS)
        try:
            plain = self._account.decrypt(request.query, body, self._now())
        except MessageRefused:
            return self._refuse()
        try:
            fields = read_fields(plain)
        except BadXml:
            return await self._leave({}, plain)
        timestamp = int(request.query["timestamp"])
        sent = written_at(fields, timestamp, self._clock.now().timestamp())
        taken = read_message(self._account.channel, fields, sent, self._mark)
        if taken is None:
            return await self._leave(fields, plain)
        return await (
            self._let_go(taken)
            if taken.left
            else self._answer(taken, timestamp - int(fields["CreateTime"]))
        )

    def _refuse(self) -> web.Response:
        self.counts["refused"] += 1
        return web.Response(status=403)

    async def _leave(self, fields: Fields, plain: bytes) -> web.Response:
        """Drops a message of no concern, and keeps a broken one."""
        if fields and not is_broken(fields):
            self.counts["dropped"] += 1
            return web.Response(text=SUCCESS)
        self.counts["broken"] += 1
        kept = await self._keep(self._account.channel, plain)
        return web.Response(text=SUCCESS) if kept else web.Response(status=503)

    async def _let_go(self, taken: ParsedMessage) -> web.Response:
        """Marks a citizen who no longer follows the account as unreachable."""
        try:
            await self._handler.note(taken.incoming, Delivery(blocked=True))
        except Unavailable:
            return web.Response(status=503)
        return web.Response(text=SUCCESS)

    async def _answer(self, taken: ParsedMessage, age: int) -> web.Response:
        """Waits for the reply as long as this try lasts; ``age`` is seconds since the first try."""
        work = self._work(taken)
        work.asked += 1
        last = work.asked >= TRIES or age >= (TRIES - 1) * HANGS_UP - 1
        await asyncio.wait({work.answer}, timeout=LAST if last else HOLD)
        if work.answer.done() and not work.answer.cancelled():
            return self._respond(taken, self._written(taken, work.answer.result()))
        if not last:
            return web.Response(status=503)
        self.counts["late"] += 1
        self._last_late = asyncio.get_running_loop().time()
        self._unseen.add(taken.incoming.user)
        return self._respond(taken, "\n".join(_in_each_language("text-busy")))

    def _work(self, taken: ParsedMessage) -> _Work:
        """Returns the update's work, which begins at its first delivery to this process."""
        key = taken.incoming.key
        if key not in self._works:
            self._works[key] = _Work(asyncio.create_task(self._handled(taken)))
            asyncio.get_running_loop().call_later(KEEP, self._forget, key)
        return self._works[key]

    def _forget(self, key: str) -> None:
        self._works.pop(key).answer.cancel()

    async def _handled(self, taken: ParsedMessage) -> Reply:
        """Returns the reply once all is stored, and tries again for as long as somebody asks."""
        incoming = taken.incoming
        unseen = incoming.user in self._unseen and isinstance(incoming.event, Typed)
        self._unseen.discard(incoming.user)
        if unseen:
            incoming = replace(incoming, event=Returned())
        while True:
            with suppress(Unavailable):
                reply = await self._handler.handle(incoming)
                notice = (channel_words().say(_lang(reply), "text-unseen"),) if unseen else ()
                return replace(reply, notices=notice + reply.notices)
            await asyncio.sleep(AGAIN)

    def _written(self, taken: ParsedMessage, reply: Reply) -> str:
        """Returns the reply's text; at the beginning it names who else may read the chat."""
        say, lang, notes = channel_words().say, _lang(reply), list[str]()
        if taken.web is not None:
            notes.append(say(lang, f"text-seen-{self._account.channel}"))
            notes += (
                [say(lang, "text-web") + "\n" + f"{self._web}/{taken.web}"] if self._web else []
            )
        return write_reply(reply, self._account.channel == WECHAT, *notes)

    def _respond(self, taken: ParsedMessage, text: str) -> web.Response:
        now = self._now()
        fields: dict[str, str | int] = {
            "ToUserName": taken.to,
            "FromUserName": taken.by,
            "CreateTime": now,
        }
        xml = write_fields(fields | {"MsgType": "text", "Content": text})
        return web.Response(text=self._account.encrypt(xml, now), content_type="application/xml")

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _lang(reply: Reply) -> str:
    return reply.screen.lang if reply.screen else DEFAULT


def _in_each_language(key: str) -> list[str]:
    words = channel_words()
    return [words.say(lang, key) for lang in words.languages]
