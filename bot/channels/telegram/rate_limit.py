"""Silence where Telegram answers 429: of one chat, of one method, or of the whole bot.

A 429 holds for the chat of its call, or for its method where the call has no chat. Only when
several chats are refused within moments is it the bot that is too fast; then no process that uses
the bot's token makes a call.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

NAME = "telegram:pause"
WATCH_SECONDS = 0.5
CHATS, WITHIN = 3, 2.0
"""So many chats refused within so many seconds mean the whole bot."""
MOST_SCOPES = 10_000


def chat_scope(chat: int | str) -> str:
    """Returns the scope of a limit that holds for one chat."""
    return f"chat {chat}"


def method_scope(method: str) -> str:
    """Returns the scope of a limit that holds for one method."""
    return f"method {method}"


class RateLimitPause:
    """The pause of one ``bot`` (the public part of its token).

    Processes announce it to each other through Redis; without Redis each finds out for itself.
    """

    def __init__(self, redis: Redis | None = None, bot: str = "") -> None:
        self._redis = redis
        self._name = f"{NAME}:{bot}"
        self._until = 0.0

    @property
    def seconds_left(self) -> float:
        """Seconds for which Telegram refuses all calls; 0 when it takes them."""
        return max(0.0, self._until - asyncio.get_running_loop().time())

    async def begin(self, seconds: float) -> None:
        """Begins a pause of at least ``seconds``."""
        self._at_least(seconds)
        if self._redis is not None:
            with suppress(RedisError, OSError):
                async with self._redis.pipeline() as pipe:
                    pipe.set(self._name, "", px=int(seconds * 1000) + 1, nx=True)
                    pipe.pexpire(self._name, int(seconds * 1000) + 1, gt=True)
                    await pipe.execute()

    async def refresh(self) -> None:
        """Reads the pause that another process, or this one before a restart, has announced."""
        if self._redis is not None:
            with suppress(RedisError, OSError):
                self._at_least(await self._redis.pttl(self._name) / 1000)

    async def watch(self) -> None:
        """Repeats `refresh` until it is cancelled."""
        while True:
            await self.refresh()
            await asyncio.sleep(WATCH_SECONDS)

    def _at_least(self, seconds: float) -> None:
        self._until = max(self._until, asyncio.get_running_loop().time() + seconds)


class Limits:
    """The limits of one bot as this process knows them: of chats, of methods, and of all.

    Args:
        pause: the pause of the whole bot.
    """

    def __init__(self, pause: RateLimitPause) -> None:
        self.pause = pause
        self._until: dict[str, float] = {}
        self._refused: deque[tuple[float, str]] = deque()

    def seconds_left(self, scope: str) -> float:
        """Returns the seconds for which Telegram refuses calls of this scope; 0 for none."""
        until = self._until.get(scope, 0.0) - asyncio.get_running_loop().time()
        return max(0.0, until, self.pause.seconds_left)

    async def refuse(self, scope: str, seconds: float, is_chat: bool) -> None:
        """Notes a 429: calls of this scope are refused for ``seconds``."""
        now = asyncio.get_running_loop().time()
        if len(self._until) >= MOST_SCOPES:
            self._until = {name: until for name, until in self._until.items() if until > now}
        self._until[scope] = max(self._until.get(scope, 0.0), now + seconds)
        if not is_chat:
            return
        self._refused.append((now, scope))
        while self._refused[0][0] < now - WITHIN:
            self._refused.popleft()
        if len({name for _, name in self._refused}) >= CHATS:
            await self.pause.begin(seconds)
