"""Silence while Telegram answers 429: no process that uses the bot's token makes a call."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

NAME = "telegram:pause"
WATCH_SECONDS = 0.5


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
