"""What guessing a code costs: wrong ones make whoever guesses wait, and refuse nobody.

A whole office shares one address, so nobody is refused for it.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque

from aiohttp import web
from redis.exceptions import RedisError

from bot.web.shared.app_keys import SERVICE
from bot.web.shared.middleware import client_address, increment_counter

HOUR, PATIENCE = 3600, 2.0
FREE = 10
"""Wrong codes of one address in an hour after which its next ones wait."""
MOST = 50
"""Wrong codes in a second, of all addresses, after which every code waits."""
PAUSE = 2.0
"""Seconds that a code waits then."""
pause = asyncio.sleep
wrong_codes: deque[float] = deque(maxlen=MOST)
"""When the last wrong codes came to this process."""


async def slow_down(request: web.Request) -> None:
    """Makes a code wait where many wrong ones came, from its address or in all."""
    crowded = len(wrong_codes) == MOST and time.monotonic() - wrong_codes[0] < 1
    if crowded or await wrong_codes_of(request) >= FREE:
        await pause(PAUSE)


async def count_wrong_code(request: web.Request) -> None:
    """Counts a wrong code of this address; while Redis is away it counts for the process alone."""
    wrong_codes.append(time.monotonic())
    try:
        async with asyncio.timeout(PATIENCE):
            await increment_counter(request.app[SERVICE].redis, _counter(request), HOUR)
    except (RedisError, OSError):
        return


async def wrong_codes_of(request: web.Request) -> int:
    """Returns how many wrong codes came from this address in the hour; 0 while Redis is away."""
    try:
        async with asyncio.timeout(PATIENCE):
            return int(await request.app[SERVICE].redis.get(_counter(request)) or 0)
    except (RedisError, OSError):
        return 0


def _counter(request: web.Request) -> str:
    service = request.app[SERVICE]
    address = client_address(request, service.settings)
    return f"minping:web:code:{service.keys.passing_name('address', address).hex()}"
