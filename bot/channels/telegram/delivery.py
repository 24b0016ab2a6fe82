"""Delivery of replies to Telegram, and its outcomes.

There is no queue of replies: an update is confirmed only when its reply is delivered. Whatever is
lost with a process or a connection comes again, because Telegram repeats the update.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from bot.channels.telegram.http import RateLimited, TelegramRequest
from bot.channels.telegram.parsing import ParsedUpdate
from bot.channels.telegram.rendering import Call, render
from bot.conversations.contract import Delivery, Reply

TRIES = 4
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0


class ReplyNotSent(Exception):
    """Telegram cannot take the call now."""


class BotBlocked(Exception):
    """The citizen has blocked the bot."""


def retry_waits() -> Iterator[float]:
    """Seconds between attempts, doubling."""
    wait = FIRST_WAIT
    while True:
        yield wait
        wait = min(2 * wait, LONGEST_WAIT)


class ReplySender:
    """Makes the calls that show replies; ``counts`` gets ``unreachable`` and ``unsent`` ones."""

    def __init__(self, requests: TelegramRequest, counts: Counter[str], cleared: str) -> None:
        self._requests = requests
        self._counts = counts
        self._cleared = cleared

    async def deliver(self, taken: ParsedUpdate, reply: Reply) -> Delivery:
        """Removes stale messages, then shows the reply; returns the outcome to store.

        Raises:
            ReplyNotSent: a call failed for now; all of them must be repeated later.
        """
        call = render(taken, reply)
        try:
            for number in reply.stale:
                await self._remove(taken.chat, number)
            sent = await self.call(call) if call else None
        except BotBlocked:
            self._counts["unreachable"] += 1
            return Delivery(blocked=True)
        number, place = (
            (sent["message_id"] if isinstance(sent, dict) else 0),
            taken.incoming.message,
        )
        new = reply.screen is not None and reply.screen.shows_answers and number not in (0, place)
        return Delivery(number if new else 0, (*reply.stale, *([place] if new and place else [])))

    async def remove_messages(self, taken: ParsedUpdate, messages: Iterable[int]) -> None:
        """Removes messages without further tries: nothing remembers them."""
        for number in messages:
            try:
                await self._remove(taken.chat, number)
            except (ReplyNotSent, BotBlocked):
                self._counts["unsent"] += 1

    async def toast(self, call: Call) -> None:
        """Answers a press; a late answer is no loss."""
        try:
            await self.call(call)
        except (ReplyNotSent, BotBlocked):
            self._counts["unsent"] += 1

    async def call(self, call: Call) -> Any:
        """Returns Telegram's answer to a call, or None when it refuses the call for good.

        A message that cannot be edited is followed by a new one.

        Raises:
            ReplyNotSent: Telegram cannot be reached, or pauses for long.
            BotBlocked: the citizen has blocked the bot.
        """
        method, params = (
            call["method"],
            {name: value for name, value in call.items() if name != "method"},
        )
        try:
            return await self._attempt(method, params)
        except BadRequest as error:
            if "not modified" in error.message:
                return None
            if method == "editMessageText":
                return await self.call(
                    {k: v for k, v in call.items() if k != "message_id"} | {"method": "sendMessage"}
                )
            self._counts["unsent"] += 1
        except TelegramError:
            self._counts["unsent"] += 1
        return None

    async def _attempt(self, method: str, params: dict[str, Any]) -> Any:
        """Makes a call until Telegram takes or refuses it; a lost answer may make it twice."""
        for wait in (*islice(retry_waits(), TRIES - 1), None):
            try:
                return await self._requests.call(method, params)
            except Forbidden:
                raise BotBlocked from None
            except RateLimited:
                raise ReplyNotSent from None
            except BadRequest:
                raise  # for the library it is an error of the network
            except NetworkError:
                if wait is not None:
                    await asyncio.sleep(wait)
        raise ReplyNotSent

    async def _remove(self, chat: int, message: int) -> None:
        """Deletes a message, or clears it after 48 hours, when Telegram deletes it no longer."""
        place = {"chat_id": chat, "message_id": message}
        try:
            await self._attempt("deleteMessage", place)
        except TelegramError as error:
            if not _gone(error):
                await self._clear(place)

    async def _clear(self, place: dict[str, Any]) -> None:
        try:
            await self._attempt("editMessageText", {**place, "text": self._cleared})
        except TelegramError as error:
            self._counts["unsent"] += not _gone(error)


def _gone(error: TelegramError) -> bool:
    return "not found" in error.message or "not modified" in error.message
