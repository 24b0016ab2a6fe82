"""Reseals conversations and dead letters under the key of a new hour, and destroys the old keys.

After that, no key can read an old copy of the database: a backup, a write-ahead log, freed pages.
Expired parts of a session are deleted on the way (`survey_flows.session.without_expired`), and an
hour after the last tap everything that dates it (`survey_flows.session.worn`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.dead_letters import BOUND
from bot.conversations.homes import campaign_end, takes_conversations
from bot.conversations.store import rewrite_unreachable
from bot.conversations.stored_conversation import (
    NOTHING_TYPED,
    Conversation,
    read_conversation,
    without_old_promise,
)
from bot.core.clock import Clock
from bot.core.stored_forms import UnknownForm
from bot.crypto.gate_keys import DAY, HOUR, GateKeys
from bot.fieldwork.monitoring.progress import (
    ProgressChange,
    apply_changes,
    participation_state,
    progress_after,
)
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.campaign_definition import IDLE_LIMIT, same_cell
from survey_flows.errors import BadSession
from survey_flows.front_door import Brought
from survey_flows.session import NONCE_LENGTH, without_expired, worn

AT_ONCE = 200
BREATH = 0.02
"""Seconds between two transactions, in which the database serves citizens."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What resealing a text needs beside it: epoch seconds, the campaigns, and chance."""

    now: int
    live_campaigns: LiveCampaigns
    token: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Resealed:
    """A text to keep, a change of progress to count, and new values of the row's columns."""

    text: str
    change: ProgressChange | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A table with sealed bodies.

    Attributes:
        table: the table.
        key: its key column.
        bound: the context of the seal; None when that is the row's key.
        reseal: takes a text and its moment; returns what to keep, or None to delete the row.
        columns: the columns beside the body that ``reseal`` may change.
    """

    table: Table
    key: str
    bound: bytes | None
    reseal: Callable[[str, Moment], Resealed | None]
    columns: tuple[str, ...] = ()


def _conversation(text: str, moment: Moment) -> Resealed | None:
    try:
        conversation = read_conversation(text)
    except UnknownForm:
        # A later version wrote it and will read it again.
        return Resealed(text)
    old = conversation.session
    definition = moment.live_campaigns.get(conversation.campaign)
    if old is None or definition is None:
        return Resealed(text)
    if not takes_conversations(definition):
        return None
    session = without_expired(old, moment.now, IDLE_LIMIT.total_seconds())
    conversation = replace(conversation, session=session)
    course = (
        progress_after(conversation.progress, definition, old, session, ())
        if session != old
        else conversation.progress
    )
    counted = participation_state(course, definition, session)
    hour = (session.seen or moment.now) // HOUR
    move = (
        ProgressChange(definition.campaign, course.counted_as, counted, hour)
        if counted != course.counted_as
        else None
    )
    nonce = moment.token()[:NONCE_LENGTH]
    session = worn(session, moment.now, nonce, same_cell(definition, session.link))
    kept = replace(
        conversation,
        session=session,
        progress=replace(course, counted_as=counted),
        brought=_of_running(conversation, moment.live_campaigns),
        typed=conversation.typed if session.rating else NOTHING_TYPED,
    )
    # A row of an older version does not say its campaign yet.
    home = {"campaign": definition.campaign, "until": campaign_end(definition)}
    return Resealed(without_old_promise(kept).to_text(), move, home)


def _of_running(conversation: Conversation, live_campaigns: LiveCampaigns) -> tuple[Brought, ...]:
    """Returns what waits, without what belongs to a campaign that is over."""
    found = [(one, live_campaigns.get(one.campaign)) for one in conversation.brought]
    return tuple(
        one
        for one, definition in found
        if not one.campaign or (definition and takes_conversations(definition))
    )


SEALED = (
    SealedColumn(tables.sessions, "person", None, _conversation, ("campaign", "until")),
    SealedColumn(tables.dead_letters, "key", BOUND, lambda text, _moment: Resealed(text)),
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
        self._keys.passing.set_day(now // DAY)
        if hour == self._done:
            return
        self._keys.hours.set_hour(hour)
        for sealed in SEALED:
            async for _ in self._batches(sealed, hour, now):
                await asyncio.sleep(BREATH)
        await rewrite_unreachable(self._database)
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
        read = (key, columns.body, *(columns[name] for name in sealed.columns))
        query = select(*read).where(columns.hour != hour).order_by(key).limit(AT_ONCE)
        query = query if after is None else query.where(key > after)
        async with reading(self._database) as connection:
            rows = (await connection.execute(query)).all()
        if not rows:
            return None
        fresh = [(row, *self._anew(sealed, row, now)) for row in rows]
        kept = [
            {"was": row[0], "old": row[1], "new": body, "present": hour}
            | {f"its_{name}": anew.columns.get(name, getattr(row, name)) for name in sealed.columns}
            for row, body, anew in fresh
            if anew
        ]
        lost = [{"was": row[0], "old": row[1]} for row, _, anew in fresh if anew is None]
        moves = {
            bytes(row[0]): (bytes(row[1]), anew.change)
            for row, _, anew in fresh
            if anew and anew.change
        }
        # A citizen's step in the meantime has sealed the row under the new key already, and counts.
        same = (key == bindparam("was"), columns.body == bindparam("old"))
        values: dict[str, Any] = {"body": bindparam("new"), "hour": bindparam("present")}
        values |= {name: bindparam(f"its_{name}") for name in sealed.columns}
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
    ) -> tuple[bytes, Resealed | None]:
        """Returns the body under the present key, and None where the row is to be deleted.

        A row goes that no key opens, and a conversation whose campaign is over.
        """
        bound = bytes(row[0]) if sealed.bound is None else sealed.bound
        moment = Moment(now, self._live_campaigns, self._clock.token)
        try:
            anew = sealed.reseal(self._keys.unseal(bound, bytes(row[1])), moment)
        except BadSession:
            return b"", None
        return (self._keys.seal(bound, anew.text), anew) if anew else (b"", None)


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
