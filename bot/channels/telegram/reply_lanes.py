"""Lanes of replies, one a chat: what cannot be shown now waits, and delays no other chat.

An update is taken once its effects are stored. Its reply then goes by its chat's lane. While
Telegram refuses a chat, only the chat's last screen waits: it says where the conversation stands.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.channels.telegram.delivery import ReplyNotSent, retry_waits
from bot.channels.telegram.parsing import ParsedUpdate
from bot.channels.telegram.rate_limit import Limits, chat_scope
from bot.conversations.conductor import Unavailable
from bot.conversations.contract import Reply
from bot.core.events import event, fault

log = logging.getLogger(__name__)

AT_ONCE = 32
"""Replies on their way at once."""
PATIENCE = 1.0
"""Seconds for which the taking of updates waits for a reply that is usually there at once."""
LONGEST = 6 * 3600.0
"""Seconds after which a reply that could not be shown is given up."""

Show = Callable[[ParsedUpdate, Reply], Awaitable[None]]


@dataclass(slots=True)
class _Waiting:
    """A reply that is to be shown; ``settled`` at its first outcome, good or bad."""

    taken: ParsedUpdate
    reply: Reply
    settled: asyncio.Future[bool]

    def settle(self, shown: bool) -> None:
        if not self.settled.done():
            self.settled.set_result(shown)


@dataclass(slots=True)
class _Lane:
    task: asyncio.Task[None] | None = None
    next: _Waiting | None = None
    slow: bool = False


class ReplyLanes:
    """Shows replies, each chat's in order and one at a time.

    Args:
        show: shows one reply, or raises `ReplyNotSent` or `Unavailable` to be called again.
        limits: say which chats Telegram refuses for now.
        counts: gets ``waiting`` replies that were not shown at once, and ``unsent`` ones.
    """

    def __init__(self, show: Show, limits: Limits, counts: Counter[str]) -> None:
        self._show = show
        self._limits = limits
        self._counts = counts
        self._lanes: dict[int, _Lane] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)

    def is_free(self, chat: int) -> bool:
        """Returns whether nothing waits for this chat and Telegram takes calls about it."""
        return chat not in self._lanes and not self._limits.seconds_left(chat_scope(chat))

    async def put(self, taken: ParsedUpdate, reply: Reply) -> bool:
        """Takes a reply; returns whether it was shown before `PATIENCE` was over."""
        lane = self._lanes.setdefault(taken.chat, _Lane())
        waiting = _Waiting(taken, reply, asyncio.get_running_loop().create_future())
        if lane.next is not None:
            waiting = _newer(lane.next, waiting)
        lane.next = waiting
        if lane.task is None:
            lane.task = asyncio.create_task(self._run(taken.chat, lane))
        if lane.slow or self._limits.seconds_left(chat_scope(taken.chat)):
            return False
        done, _ = await asyncio.wait({waiting.settled}, timeout=PATIENCE)
        lane.slow = lane.slow or not done
        return bool(done) and waiting.settled.result()

    async def drain(self, seconds: float) -> None:
        """Shows what waits for at most ``seconds``, then gives up."""
        tasks = [lane.task for lane in self._lanes.values() if lane.task]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, chat: int, lane: _Lane) -> None:
        try:
            while lane.next is not None:
                waiting, lane.next = lane.next, None
                await self._deliver(chat, lane, waiting)
        finally:
            self._lanes.pop(chat, None)

    async def _deliver(self, chat: int, lane: _Lane, waiting: _Waiting) -> None:
        """Shows a reply, or the newer one that takes its place, until one is shown."""
        loop = asyncio.get_running_loop()
        waits, until = retry_waits(), loop.time() + LONGEST
        while loop.time() < until:
            wait = self._limits.seconds_left(chat_scope(chat))
            if not wait:
                if await self._is_shown(waiting):
                    lane.slow = False
                    return
                wait = max(next(waits), self._limits.seconds_left(chat_scope(chat)))
            if not lane.slow:
                lane.slow = True
                self._counts["waiting"] += 1
                log.warning(
                    "Telegram does not take a reply now; it waits and is sent later",
                    extra=event("reply_failed", account="telegram", reason="waits"),
                )
            waiting.settle(False)
            await asyncio.sleep(wait)
            if lane.next is not None:
                waiting, lane.next = _newer(waiting, lane.next), None
        self._counts["unsent"] += 1
        log.error(
            "Telegram has not taken a reply for %d hours; it is given up",
            LONGEST // 3600,
            extra=event("reply_failed", account="telegram", reason="given_up"),
        )

    async def _is_shown(self, waiting: _Waiting) -> bool:
        async with self._gate:
            try:
                await self._show(waiting.taken, waiting.reply)
            except (ReplyNotSent, Unavailable):
                return False
            except Exception as error:
                # A fault of the project must not close the lane to the chat's later replies.
                self._counts["unsent"] += 1
                log.error(
                    "a reply could not be shown: %s",
                    type(error).__name__,
                    extra=event("reply_failed", account="telegram", **fault(error)),
                )
        waiting.settle(True)
        return True


def _newer(older: _Waiting, newer: _Waiting) -> _Waiting:
    """Returns the newer reply in the older one's place; what only a notice said is kept."""
    older.settle(False)
    if newer.reply.screen is None and older.reply.screen is not None:
        notices = (*older.reply.notices, *newer.reply.notices)
        merged = replace(older.reply, notices=notices, stale=newer.reply.stale or older.reply.stale)
        return _Waiting(older.taken, merged, newer.settled)
    if older.reply.screen is None:
        notices = (*older.reply.notices, *newer.reply.notices)
        return _Waiting(newer.taken, replace(newer.reply, notices=notices), newer.settled)
    return newer
