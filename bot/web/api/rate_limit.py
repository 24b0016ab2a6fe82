"""The rate limit of a token: a GCRA in Redis, by its clock, shared by all processes."""

from __future__ import annotations

import asyncio
from math import ceil

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.web.shared.middleware import PATIENCE

BURST = 5
"""Seconds' worth of requests that may come at once."""

# KEYS[1]: the theoretical arrival time in microseconds. ARGV: interval of one request, tolerance.
# Returns the microseconds to wait; 0 admits the request. A refused request does not count.
SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local cost, ahead = tonumber(ARGV[1]), tonumber(ARGV[2])
local paid = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + cost
if paid - now > ahead then return string.format('%.0f', paid - now - ahead) end
redis.call('SET', KEYS[1], string.format('%.0f', paid), 'PX', math.ceil(ahead / 1000) + 1000)
return '0'
"""


async def seconds_to_wait(redis: Redis, token: str, rate: int) -> int:
    """Returns the seconds that this token has to wait, 0 for none; 0 too while Redis is away."""
    cost = 1_000_000 // rate
    try:
        async with asyncio.timeout(PATIENCE):
            waiting = await redis.eval(SCRIPT, 1, f"minping:api:{token}", cost, BURST * 1_000_000)
            return ceil(int(waiting) / 1_000_000)
    except (RedisError, OSError):
        return 0
