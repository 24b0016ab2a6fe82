"""Every hour a new key: what is sealed is sealed anew, and the old keys are destroyed.

Then an old copy of the database, be it a backup, a write-ahead log or pages that were freed, cannot be read with all
the keys that there are. What need not be kept any longer goes on the way (`survey_flows.session.worn`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.conversation import read_conversation
from bot.keys import HOUR, Keys
from bot.letters import BOUND
from bot.store import tables
from bot.store.database import reading, writing
from survey_flows.errors import BadSession
from survey_flows.paper import IDLE_LIMIT
from survey_flows.session import worn

AT_ONCE = 200
BREATH = 0.02
"""Seconds between two transactions, in which citizens are served."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A table with sealed bodies: its key, what a body is bound to (None: the key), and what is kept of it."""

    table: Table
    key: str
    bound: bytes | None
    keep: Callable[[str, int], str]


def _conversation(text: str, now: int) -> str:
    conversation = read_conversation(text)
    if conversation.session is None:
        return text
    session = worn(conversation.session, now, IDLE_LIMIT.total_seconds())
    return replace(conversation, session=session).to_text()


SEALED = (
    Sealed(tables.sessions, "person", None, _conversation),
    Sealed(tables.dead_letters, "key", BOUND, lambda text, _: text),
)


class Resealing:
    """Turns the keys of one installation. `turn` does what is to be done now, and mostly that is nothing."""

    def __init__(self, database: AsyncEngine, keys: Keys, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._done: int | None = None

    async def turn(self) -> None:
        """Begin a new hour if there is one; interrupted, it is taken up again at the next turn."""
        now = int(self._clock.now().timestamp())
        hour = now // HOUR
        if hour == self._done:
            return
        self._keys.hours.turn(hour)
        for sealed in SEALED:
            async for _ in self._batches(sealed, hour, now):
                await asyncio.sleep(BREATH)
        self._keys.hours.destroy_others()
        self._done = hour

    async def _batches(self, sealed: Sealed, hour: int, now: int) -> AsyncIterator[None]:
        after: Any = None
        while (after := await self._some(sealed, hour, now, after)) is not None:
            yield

    async def _some(self, sealed: Sealed, hour: int, now: int, after: Any) -> Any:
        """Seal some rows anew, from a key on; returns the last key, None when there are no more."""
        columns = sealed.table.c
        key = columns[sealed.key]
        # By the key, in one pass: an index on the hour would be written at every tap.
        query = select(key, columns.body).where(columns.hour != hour).order_by(key).limit(AT_ONCE)
        query = query if after is None else query.where(key > after)
        async with reading(self._database) as connection:
            rows = (await connection.execute(query)).all()
        if not rows:
            return None
        fresh = [(row, self._anew(sealed, row, now)) for row in rows]
        kept = [{"was": row[0], "old": row[1], "new": body, "present": hour} for row, body in fresh if body is not None]
        lost = [{"was": row[0], "old": row[1]} for row, body in fresh if body is None]
        # Only if nobody was faster: what a citizen has done meanwhile counts, and is sealed under the new key.
        same = (key == bindparam("was"), columns.body == bindparam("old"))
        values: dict[str, Any] = {"body": bindparam("new"), "hour": bindparam("present")}
        async with writing(self._database) as connection:
            if kept:
                await connection.execute(update(sealed.table).where(*same).values(values), kept)
            if lost:
                await connection.execute(delete(sealed.table).where(*same), lost)
        return rows[-1][0]

    def _anew(self, sealed: Sealed, row: Sequence[Any], now: int) -> bytes | None:
        """The body under the present key; None when nobody can read it any more."""
        bound = bytes(row[0]) if sealed.bound is None else sealed.bound
        try:
            return self._keys.seal(bound, sealed.keep(self._keys.unseal(bound, bytes(row[1])), now))
        except BadSession:
            return None
