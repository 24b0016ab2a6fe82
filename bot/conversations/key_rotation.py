"""Reseals conversations and dead letters under the key of a new hour, and destroys the old keys.

After that, no key can read an old copy of the database: a backup, a write-ahead log, freed pages.
Expired parts of a session are deleted on the way (`survey_flows.session.without_expired`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.dead_letters import BOUND
from bot.conversations.stored_conversation import read_conversation
from bot.core.clock import Clock
from bot.core.stored_forms import UnknownForm
from bot.crypto.gate_keys import HOUR, GateKeys
from bot.fieldwork.monitoring.progress import (
    ProgressChange,
    apply_changes,
    participation_state,
    progress_after,
)
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.campaign_definition import IDLE_LIMIT
from survey_flows.errors import BadSession
from survey_flows.session import without_expired

AT_ONCE = 200
BREATH = 0.02
"""Seconds between two transactions, in which the database serves citizens."""


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A table with sealed bodies.

    Attributes:
        table: the table.
        key: its key column.
        bound: the context of the seal; None when that is the row's key.
        reseal: takes a text, epoch seconds and the campaigns; returns the text to keep and a
            change of progress to count.
    """

    table: Table
    key: str
    bound: bytes | None
    reseal: Callable[[str, int, LiveCampaigns], tuple[str, ProgressChange | None]]


def _conversation(
    text: str, now: int, live_campaigns: LiveCampaigns
) -> tuple[str, ProgressChange | None]:
    try:
        conversation = read_conversation(text)
    except UnknownForm:
        # A later version wrote it and will read it again.
        return text, None
    old = conversation.session
    if old is None:
        return text, None
    session = without_expired(old, now, IDLE_LIMIT.total_seconds())
    conversation = replace(conversation, session=session)
    definition = live_campaigns.get(conversation.campaign)
    if definition is None:
        return conversation.to_text(), None
    course = (
        progress_after(conversation.progress, definition, old, session, ())
        if session != old
        else conversation.progress
    )
    counted = participation_state(course, definition, session)
    move = (
        ProgressChange(definition.campaign, course.counted_as, counted, session.seen // HOUR)
        if counted != course.counted_as
        else None
    )
    return replace(conversation, progress=replace(course, counted_as=counted)).to_text(), move


SEALED = (
    SealedColumn(tables.sessions, "person", None, _conversation),
    SealedColumn(
        tables.dead_letters, "key", BOUND, lambda text, _now, _live_campaigns: (text, None)
    ),
)


class KeyRotation:
    """Rotates the keys of one installation; `rotate` does nothing until a new hour begins."""

    def __init__(
        self, database: AsyncEngine, keys: GateKeys, clock: Clock, live_campaigns: LiveCampaigns
    ) -> None:
        self._live_campaigns = live_campaigns
        self._database = database
        self._keys = keys
        self._clock = clock
        self._done: int | None = None

    async def rotate(self) -> None:
        """Begins a new hour if there is one; after an interruption the next call continues."""
        now = int(self._clock.now().timestamp())
        hour = now // HOUR
        if hour == self._done:
            return
        self._keys.hours.set_hour(hour)
        for sealed in SEALED:
            async for _ in self._batches(sealed, hour, now):
                await asyncio.sleep(BREATH)
        self._keys.hours.destroy_others()
        self._done = hour

    async def _batches(self, sealed: SealedColumn, hour: int, now: int) -> AsyncIterator[None]:
        after: Any = None
        while (after := await self._some(sealed, hour, now, after)) is not None:
            yield

    async def _some(self, sealed: SealedColumn, hour: int, now: int, after: Any) -> Any:
        """Reseals some rows after a key; returns the last key, or None when there are no more."""
        columns = sealed.table.c
        key = columns[sealed.key]
        # By the key, in one pass: an index on the hour would be written at every tap.
        query = select(key, columns.body).where(columns.hour != hour).order_by(key).limit(AT_ONCE)
        query = query if after is None else query.where(key > after)
        async with reading(self._database) as connection:
            rows = (await connection.execute(query)).all()
        if not rows:
            return None
        fresh = [(row, *self._anew(sealed, row, now)) for row in rows]
        kept = [
            {"was": row[0], "old": row[1], "new": body, "present": hour}
            for row, body, _ in fresh
            if body
        ]
        lost = [{"was": row[0], "old": row[1]} for row, body, _ in fresh if body is None]
        moves = {bytes(row[0]): (bytes(row[1]), move) for row, _, move in fresh if move}
        # A citizen's step in the meantime has sealed the row under the new key already, and counts.
        same = (key == bindparam("was"), columns.body == bindparam("old"))
        values: dict[str, Any] = {"body": bindparam("new"), "hour": bindparam("present")}
        async with writing(self._database) as connection:
            if moves:
                await apply_changes(connection, await _unchanged(connection, moves))
            if kept:
                await connection.execute(update(sealed.table).where(*same).values(values), kept)
            if lost:
                await connection.execute(delete(sealed.table).where(*same), lost)
        return rows[-1][0]

    def _anew(
        self, sealed: SealedColumn, row: Sequence[Any], now: int
    ) -> tuple[bytes | None, ProgressChange | None]:
        """Returns the body under the present key (None: unreadable), and the change to count."""
        bound = bytes(row[0]) if sealed.bound is None else sealed.bound
        try:
            text, move = sealed.reseal(
                self._keys.unseal(bound, bytes(row[1])), now, self._live_campaigns
            )
        except BadSession:
            return None, None
        return self._keys.seal(bound, text), move


async def _unchanged(
    connection: AsyncConnection, moves: Mapping[bytes, tuple[bytes, ProgressChange]]
) -> list[ProgressChange]:
    """Returns the progress changes whose conversation rows are unchanged; the rows are locked."""
    columns = tables.sessions.c
    query = (
        select(columns.person, columns.body)
        .where(columns.person.in_(sorted(moves)))
        .order_by(columns.person)
    )
    rows = {
        bytes(row.person): bytes(row.body)
        for row in await connection.execute(query.with_for_update())
    }
    return [move for person, (body, move) in moves.items() if rows.get(person) == body]
