"""WeChat's Official Accounts (公众号) and WeCom's applications (企业微信): the reply to a message goes in its response.

There is no other way to answer, and five seconds for it: then the sender hangs up and sends the same message again,
three times in all. Whoever comes again gets what the first one waits for. An answer that none of the three could take
is told at the next message, which then changes nothing: its writer had not seen what it would be taken for.
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
"""Seconds to wait for an answer: until the sender has hung up and comes again, and when it will not come again."""
AGAIN = 0.5
KEEP = 20.0
"""Seconds for which an answer is kept for who comes again: all tries, and some."""
SUCCESS = "success"
"""What tells the sender that there is nothing to show, and not to come again."""

Keep = Callable[[str, bytes], Awaitable[bool]]


@dataclass(slots=True)
class _Work:
    """An update under way. ``asked`` is how often it came."""

    answer: asyncio.Task[Reply]
    asked: int = 0


class WechatChannel:
    """One account. Enter it, then mount `routes`.

    Args:
        account: whose messages are taken.
        handler: takes the updates.
        clock: tells what is sent now from what was recorded.
        mark: makes a name that only we can make, for update keys: they are stored, and user ids must not be.
        keep: is given the channel's name and a message that cannot be read; tells whether it was stored.
        web_address: of the web chat, without a slash at the end; empty when citizens cannot reach it.

    Attributes:
        counts: ``refused`` (not from the account, or old), ``dropped`` (no concern of ours, or too large), ``broken``,
            and ``late`` messages, whose answer could not be given in time.
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
        self.counts: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        answers = [work.answer for work in self._works.values()]
        for answer in answers:
            answer.cancel()
        await asyncio.gather(*answers, return_exceptions=True)

    def routes(self) -> list[web.RouteDef]:
        """The account's address: it is checked by GET and takes messages by POST."""
        path = f"/{self._account.channel}"
        return [web.get(path, self.check, allow_head=False), web.post(path, self.receive)]

    async def check(self, request: web.Request) -> web.Response:
        """Show the account's page that we know the secrets."""
        try:
            return web.Response(
                body=self._account.echo(request.query, self._now()), content_type="text/plain"
            )
        except MessageRefused:
            return self._refuse()

    async def receive(self, request: web.Request) -> web.Response:
        """Take a message; what its response shows is stored."""
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
        told = int(request.query["timestamp"])
        sent = written_at(fields, told, self._clock.now().timestamp())
        taken = read_message(self._account.channel, fields, sent, self._mark)
        if taken is None:
            return await self._leave(fields, plain)
        return await (
            self._let_go(taken)
            if taken.left
            else self._answer(taken, told - int(fields["CreateTime"]))
        )

    def _refuse(self) -> web.Response:
        self.counts["refused"] += 1
        return web.Response(status=403)

    async def _leave(self, fields: Fields, plain: bytes) -> web.Response:
        """Do without a message that is nothing to us; one that is broken is kept."""
        if fields and not is_broken(fields):
            self.counts["dropped"] += 1
            return web.Response(text=SUCCESS)
        self.counts["broken"] += 1
        kept = await self._keep(self._account.channel, plain)
        return web.Response(text=SUCCESS) if kept else web.Response(status=503)

    async def _let_go(self, taken: ParsedMessage) -> web.Response:
        """Note that somebody follows us no more: nothing can be written to them."""
        try:
            await self._handler.note(taken.incoming, Delivery(blocked=True))
        except Unavailable:
            return web.Response(status=503)
        return web.Response(text=SUCCESS)

    async def _answer(self, taken: ParsedMessage, age: int) -> web.Response:
        """Wait for the reply, as long as this try of the sender lasts; ``age`` are the seconds since the first."""
        work = self._work(taken)
        work.asked += 1
        last = work.asked >= TRIES or age >= (TRIES - 1) * HANGS_UP - 1
        await asyncio.wait({work.answer}, timeout=LAST if last else HOLD)
        if work.answer.done() and not work.answer.cancelled():
            return self._respond(taken, self._written(taken, work.answer.result()))
        if not last:
            return web.Response(status=503)
        self.counts["late"] += 1
        self._unseen.add(taken.incoming.user)
        return self._respond(taken, "\n".join(_in_each_language("text-busy")))

    def _work(self, taken: ParsedMessage) -> _Work:
        """The update's work, begun if this process does not know of it."""
        key = taken.incoming.key
        if key not in self._works:
            self._works[key] = _Work(asyncio.create_task(self._handled(taken)))
            asyncio.get_running_loop().call_later(KEEP, self._forget, key)
        return self._works[key]

    def _forget(self, key: str) -> None:
        self._works.pop(key).answer.cancel()

    async def _handled(self, taken: ParsedMessage) -> Reply:
        """The reply, when all is stored; while nothing can be, try again for as long as somebody asks."""
        incoming = taken.incoming
        unseen = incoming.user in self._unseen and isinstance(incoming.event, Typed)
        self._unseen.discard(incoming.user)
        if unseen:
            incoming = replace(incoming, event=Returned())
        while True:
            with suppress(Unavailable):
                reply = await self._handler.handle(incoming)
                told = (channel_words().say(_lang(reply), "text-unseen"),) if unseen else ()
                return replace(reply, notices=told + reply.notices)
            await asyncio.sleep(AGAIN)

    def _written(self, taken: ParsedMessage, reply: Reply) -> str:
        """The reply's text. Who else may see what is sent, and where nobody does, is told at the beginning."""
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
