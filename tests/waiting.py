"""Waits for an event: as long as a busy machine may need, and no longer than it takes."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable

PATIENCE = 60.0
"""Seconds after which a test gives up; it says nothing about the product."""
LOOK_EVERY = 0.02


async def until(happened: Callable[[], object] | Callable[[], Awaitable[object]]) -> None:
    """Return once it has happened.

    Raises:
        TimeoutError: it did not.
    """
    async with asyncio.timeout(PATIENCE):
        while not await _look(happened):  # noqa: ASYNC110 - it looks at what no event tells of
            await asyncio.sleep(LOOK_EVERY)


async def _look(happened: Callable[[], object]) -> bool:
    found = happened()
    return bool(await found if inspect.isawaitable(found) else found)
