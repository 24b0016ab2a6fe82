"""Delivery of replies to Telegram, and its outcomes; `reply_lanes` repeats what fails for now."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from bot.channels.channel_wording import channel_words
from bot.channels.telegram.http import RateLimited, TelegramRequest
from bot.channels.telegram.parsing import ParsedUpdate
from bot.channels.telegram.rendering import Call, render
from bot.conversations.contract import Delivery, Reply
from survey_flows.wording import DEFAULT

TRIES = 4
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0


TOAST_PATIENCE = 20.0
"""Seconds of a limit that the answer to a press waits for; later the press is forgotten."""


class ReplyNotSent(Exception):
    """Telegram cannot take the call now."""


class BotBlocked(Exception):
    """The citizen has blocked the bot."""


def retry_waits(longest: float = LONGEST_WAIT) -> Iterator[float]:
    """Seconds between attempts, doubling."""
    wait = FIRST_WAIT
    while True:
        yield wait
        wait = min(2 * wait, longest)


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
        try:
            stays = [number for number in reply.stale if not await self._remove(taken.chat, number)]
            if taken.incoming.typed in stays:
                reply = replace(reply, notices=(*reply.notices, self._stays(reply)))
            call = render(taken, reply)
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

    async def toast(self, call: Call, chat: int = 0) -> None:
        """Answers a press in a chat, after a short limit too; a late answer is no loss."""
        params = {name: value for name, value in call.items() if name != "method"}
        for _ in range(TRIES):
            try:
                await self._requests.call(call["method"], params, chat=chat)
            except RateLimited as limited:
                if limited.seconds > TOAST_PATIENCE:
                    break
                await asyncio.sleep(limited.seconds)
            except BadRequest:
                break
            except NetworkError:
                await asyncio.sleep(FIRST_WAIT)
            except TelegramError:
                break
            else:
                return
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

    def _stays(self, reply: Reply) -> str:
        """Returns that the words which were just typed stay in the chat."""
        lang = reply.screen.lang if reply.screen else DEFAULT
        return channel_words().say(lang, "typed-stays")

    async def _remove(self, chat: int, message: int) -> bool:
        """Deletes a message, or clears it after 48 hours, when Telegram deletes it no longer.

        Returns whether nothing of it stays; a citizen's own message cannot be cleared.
        """
        place = {"chat_id": chat, "message_id": message}
        try:
            await self._attempt("deleteMessage", place)
        except TelegramError as error:
            return _gone(error) or await self._clear(place)
        return True

    async def _clear(self, place: dict[str, Any]) -> bool:
        try:
            await self._attempt("editMessageText", {**place, "text": self._cleared})
        except TelegramError as error:
            self._counts["unsent"] += not _gone(error)
            return _gone(error)
        return True


def _gone(error: TelegramError) -> bool:
    return "not found" in error.message or "not modified" in error.message
