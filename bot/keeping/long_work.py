"""Long work in a thread: it tells how far it is, and ends early when the command is interrupted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import TypeVar

from bot.keeping.container import Step

T = TypeVar("T")


class Ended(Exception):
    """The work was ended before it was done."""


async def in_thread(work: Callable[[Step], T], step: Step) -> T:
    """Runs ``work`` in a thread; once this is cancelled its next step raises, and it is awaited.

    Args:
        work: calls the step that it gets, again and again.
        step: is called by it.
    """
    over = Event()

    def watched(done: int, total: int) -> None:
        if over.is_set():
            raise Ended
        step(done, total)

    task = asyncio.create_task(asyncio.to_thread(work, watched))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        over.set()
        with suppress(Exception):
            await task
        raise
