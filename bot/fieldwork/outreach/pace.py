"""The pace of outgoing messages, one for the whole bot and all its processes.

It is a GCRA (ITU-T I.371, virtual scheduling) in Redis by Redis's own clock.
Each message gets a slot in time, the slots are evenly apart, and nobody can burst.
Replies to citizens never wait for a slot; they push the others back.
"""

from __future__ import annotations

import asyncio
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

NAME = "push:pace"
MARGIN = 1.02
"""Factor between slots beyond the limit: messages that are jostled on their way still keep it."""
MOST_BEHIND = 5.0
"""Seconds by which replies can push back outgoing messages."""

# KEYS[1]: when the next slot is free, in microseconds.
# ARGV: interval, replies to make up for, most behind.
# Returns the microseconds to wait for the slot that was taken.
SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local interval, replies, behind = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
due = math.max(due, math.min(due + replies * interval, now + behind))
redis.call('SET', KEYS[1], string.format('%.0f', due + interval), 'PX', 60000)
return string.format('%.0f', due - now)
"""


class Pace:
    """A limit of ``rate`` messages in any second.

    Args:
        redis: shared by all processes of the bot.
        rate: messages in a second.
        bot: the public part of the bot's token, which names the pace.
    """

    def __init__(self, redis: Redis, rate: float, bot: str = "") -> None:
        self._name = f"{NAME}:{bot}"
        self._script = redis.register_script(SCRIPT)
        self._interval = int(1_000_000 * MARGIN / rate)
        self._replies = 0

    def note_reply(self) -> None:
        """Count a reply to a citizen, which outgoing messages have to let pass."""
        self._replies += 1

    async def wait_for_slot(self) -> None:
        """Wait for the next free slot.

        Raises:
            OSError: Redis does not answer, so that the pace of other processes is unknown.
        """
        replies, self._replies = self._replies, 0
        arguments: list[Any] = [self._interval, replies, int(1_000_000 * MOST_BEHIND)]
        try:
            waiting = int(await self._script(keys=[self._name], args=arguments))
        except RedisError as error:
            raise OSError("the pace cannot be kept: Redis is away") from error
        await asyncio.sleep(waiting / 1_000_000)
