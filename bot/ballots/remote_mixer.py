"""The service's side of a mixer that is a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ballots.gate import no_gate_work
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.known_log import know_log
from survey_flows.errors import BadInput, Message, Place
from survey_flows.signed_notes import read_key

POLL_SECONDS = 0.2
"""Seconds between two looks at the other process's work."""


class RemoteMixer:
    """The service's view of a mixer that is a process of its own.

    Args:
        database: where both meet.
        key: the log's public key, as `VerifierKey.write` wrote it.
        origin: the log's name.

    Raises:
        BadInput: the key is that of another log.
    """

    def __init__(self, database: AsyncEngine, key: str, origin: str) -> None:
        self._database = database
        self.gate_work: Callable[[], Awaitable[None]] = no_gate_work
        self.key = read_key(key)
        if self.key.name != origin:
            raise BadInput(
                Message("ballots-key-of-other-log", name=self.key.name, origin=origin),
                Place(field="MINPING_LOG_KEY"),
            )
        know_log(database, self.key)

    def holds(self, _box: str) -> bool:
        """Return True, as the secrets of the other process cannot be seen from here."""
        return True

    async def turn(self) -> None:
        """Do the gate's part; the other process takes its own turns."""
        await self.gate_work()

    async def wait(self, seconds: float = 15.0) -> bool:
        """Wait until the other process has nothing left to open, to close or to publish.

        Returns False when that takes longer than ``seconds``.
        """
        end = asyncio.get_running_loop().time() + seconds
        while await self._waits():
            if asyncio.get_running_loop().time() >= end:
                return False
            await asyncio.sleep(POLL_SECONDS)
        return True

    async def _waits(self) -> bool:
        states = (
            select(tables.campaigns.c.id)
            .where(tables.campaigns.c.state.in_(("opening", "closing")))
            .limit(1)
        )
        async with reading(self._database) as connection:
            for query in (states, select(tables.notices.c.id).limit(1)):
                if (await connection.execute(query)).first():
                    return True
        return False
