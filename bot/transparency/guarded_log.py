"""The log as the mixer writes it: rows and guard move on together, or nothing is signed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.events import event
from bot.core.operator_needed import OperatorNeeded
from bot.crypto.note_signatures import open_note, sign_checkpoint, sign_text
from bot.crypto.note_signatures import public_key as log_key
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.entry_bodies import FORMAT, format_body
from bot.transparency.guard import Guard, GuardState, TreeHead, Verdict, decide
from bot.transparency.log_entry import LogEntry, act_entry, entry_of_row
from bot.transparency.log_reader import LogDamaged, read_root
from bot.transparency.log_writer import append_entries, lock_log
from survey_flows.errors import BadInput, Message
from survey_flows.log_entries import (
    LOG_ITSELF,
    OLDER_FORM,
    signed_act_text,
)
from survey_flows.merkle import EMPTY, Frontier, leaf_hash
from survey_flows.signed_notes import Signature

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 5000


class LogRefused(OperatorNeeded):
    """The rows of the log are not those that the guard knows; nothing is signed."""


class OpenLog:
    """The log within one transaction that holds its lock; `GuardedLog.open` makes it."""

    def __init__(
        self, connection: AsyncConnection, guard: Guard, state: GuardState, seed: bytes, origin: str
    ) -> None:
        self.connection = connection
        self._guard = guard
        self._state = state
        self._frontier = state.done.frontier()
        self._seed = seed
        self._origin = origin

    @property
    def size(self) -> int:
        """The number of entries, which is the position of the next one."""
        return self._frontier.size

    async def append(self, entries: Sequence[LogEntry], at: int) -> None:
        """Appends entries and a checkpoint, which is shown once both are committed.

        Args:
            entries: in the order of the log.
            at: epoch seconds.
        """
        if not entries:
            return
        await append_entries(self.connection, self._frontier, entries, self.sign, at)
        intend = self._guard.intend
        self._state = await asyncio.to_thread(intend, self._state, entries, self._frontier)

    def sign(self, size: int, root: bytes) -> str:
        """Returns the signed checkpoint."""
        return sign_checkpoint(self._seed, self._origin, size, root)

    def own_act(
        self, kind: str, campaign: str, name: str, body: str, also: Sequence[Signature] = ()
    ) -> LogEntry:
        """Returns the entry of an act that the log's key signs (`act_entry`), and others too."""
        text = signed_act_text(self._origin, body)
        signature = sign_text(self._seed, self._origin, text)
        return act_entry(kind, campaign, name, body, [signature, *also])


async def go_on_in_lines(opened: OpenLog) -> None:
    """Appends the act ``format`` to a log that has entries of form 1 alone.

    It freezes whose each older entry is, which the rows alone have said so far. The checkpoint has
    the time of the one before: nothing has happened but that.
    """
    if not opened.size:
        return
    columns, notes = tables.log_entries.c, tables.checkpoints.c
    last = select(columns.form).where(columns.position == opened.size - 1)
    if (await opened.connection.execute(last)).scalar() != OLDER_FORM:
        return
    before = select(columns.campaign, columns.position).where(columns.body.is_(None))
    positions: dict[str, list[int]] = {}
    async for campaign, position in await opened.connection.stream(
        before.order_by(columns.position)
    ):
        positions.setdefault(campaign, []).append(position)
    body = format_body(opened.size, positions)
    at = await opened.connection.execute(select(func.max(notes.at)))
    act = opened.own_act(FORMAT, LOG_ITSELF, LOG_ITSELF, body)
    log.warning(
        "the log goes on in form 2 after %d entries",
        opened.size,
        extra=event("log_form", count=opened.size),
    )
    await opened.append([act], at.scalar() or 0)


class GuardedLog:
    """One log with its guard.

    Args:
        database: has the rows.
        guard: has the files beside the log's key.
        seed: returns the log's key.
        origin: the log's name.
    """

    def __init__(
        self, database: AsyncEngine, guard: Guard, seed: Callable[[], bytes], origin: str
    ) -> None:
        self._database = database
        self._guard = guard
        self._seed = seed
        self._origin = origin

    @property
    def guard(self) -> Guard:
        """The files beside the log's key."""
        return self._guard

    async def start(self) -> None:
        """Compares rows and guard, down to the root of the rows; makes the guard where none was.

        Raises:
            LogRefused: they are not of one history, or the log's key is another one.
        """
        async with self.open():
            pass
        async with reading(self._database) as connection:
            rows = await self.read_head(connection)
            found = await _root_of_rows(connection, rows.size)
        if found != rows.root:
            raise LogRefused(Message("transparency-rows-changed", size=rows.size))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[OpenLog]:
        """Opens a transaction that holds the log; what it appends is shown after its commit.

        Raises:
            LogRefused: rows and guard are not of one history.
        """
        async with self._guard.locked():
            async with writing(self._database) as connection:
                state = await self._settle(connection)
                opened = OpenLog(connection, self._guard, state, self._seed(), self._origin)
                await go_on_in_lines(opened)
                yield opened
            if (await asyncio.to_thread(self._guard.read)).intent is not None:
                await asyncio.to_thread(self._guard.confirm)
                async with writing(self._database) as connection:
                    await _show(connection)

    @asynccontextmanager
    async def refill(self, at: int) -> AsyncIterator[tuple[OpenLog, int, list[LogEntry]]]:
        """Puts back the entries that an older database lacks, all of them or none.

        Yields the log, and position and entries of what was put back, in the same transaction.

        Raises:
            BadInput: rows and guard agree, so that there is nothing to put back.
            LogRefused: the rows are not the beginning of what was signed.
        """
        async with self._guard.locked():
            state = await asyncio.to_thread(self._guard.read)
            async with writing(self._database) as connection:
                await lock_log(connection)
                rows = await self.read_head(connection)
                if decide(state, rows) is not Verdict.REFUSE:
                    raise BadInput(Message("transparency-nothing-to-refill"))
                frontier, missing = await asyncio.to_thread(self._part, state, rows)
                opened = OpenLog(
                    connection, self._guard, GuardState(state.done), self._seed(), self._origin
                )
                await append_entries(connection, frontier, missing, opened.sign, at)
                await go_on_in_lines(opened)
                yield opened, rows.size, missing
            await asyncio.to_thread(self._guard.confirm)
            async with writing(self._database) as connection:
                await _show(connection)

    async def begin_guard(self, known: TreeHead) -> None:
        """Makes the guard of a restored database that came to another disk without it.

        Args:
            known: a head of this log that somebody outside has; the newest there is.

        Raises:
            LogRefused: the rows end before it, or are another history.
        """
        async with self._guard.locked(), writing(self._database) as connection:
            await lock_log(connection)
            rows = await self.read_head(connection)
            if rows.size < known.size:
                values: dict[str, str | int] = {"rows": rows.size, "size": known.size}
                values["root"] = known.root.hex()
                raise LogRefused(Message("transparency-older-than-known", **values))
            await self._fill_guard(connection, rows, known)
            await _show(connection)

    def _part(self, state: GuardState, rows: TreeHead) -> tuple[Frontier, list[LogEntry]]:
        """Returns the end of the rows in the guard's log, and the entries after it."""
        frontier, missing = Frontier(), []
        for position, entry in enumerate(self._guard.entries()):
            if position < rows.size:
                frontier.append(leaf_hash(entry.line))
            else:
                missing.append(entry)
        if (frontier.size, frontier.root()) != (rows.size, rows.root):
            raise refused(state, rows)
        return frontier, missing

    async def _settle(self, connection: AsyncConnection) -> GuardState:
        """Returns the guard's state after what a killed process may have left."""
        await lock_log(connection)
        rows = await self.read_head(connection)
        if not self._guard.exists:
            await self._make_guard(connection, rows)
        state = await asyncio.to_thread(self._guard.read)
        verdict = decide(state, rows)
        if verdict is Verdict.REFUSE:
            raise refused(state, rows)
        if verdict is Verdict.CONFIRM:
            state = await asyncio.to_thread(self._guard.confirm)
        elif state.intent is not None:
            state = await asyncio.to_thread(self._guard.discard)
        await _show(connection)
        return state

    async def read_head(self, connection: AsyncConnection) -> TreeHead:
        """Returns the head that the rows have, by the newest note.

        Raises:
            LogRefused: the note is not signed by this log's key, or names other entries.
        """
        columns = tables.checkpoints.c
        query = select(columns.size, columns.note).order_by(columns.size.desc()).limit(1)
        newest = (await connection.execute(query)).first()
        last = select(func.max(tables.log_entries.c.position))
        position = (await connection.execute(last)).scalar()
        size = 0 if position is None else position + 1
        if newest is None and size == 0:
            return TreeHead()
        try:
            key = log_key(self._seed(), self._origin)
            note = open_note(newest.note if newest else "", [key]).checkpoint
        except BadInput as error:
            raise LogRefused(Message("transparency-log-key-other", size=size)) from error
        if note.size != size:
            raise LogRefused(Message("transparency-rows-missing", signed=note.size, rows=size))
        return TreeHead(note.size, note.root)

    async def _make_guard(self, connection: AsyncConnection, rows: TreeHead) -> None:
        """Makes the guard of an empty log, or once of a log that is older than guards.

        Raises:
            LogRefused: the log had a guard, or its entries do not give the signed root.
        """
        if rows.size and not await _older_than_guards(connection):
            raise LogRefused(Message("transparency-guard-missing", folder=str(self._guard.folder)))
        await self._fill_guard(connection, rows, TreeHead())
        if rows.size:
            newest = tables.checkpoints.c.size == rows.size
            await connection.execute(update(tables.checkpoints).where(newest).values(shown=1))
            log.warning(
                "the guard was made once from the %d entries of the log",
                rows.size,
                extra=event("guard_made", count=rows.size),
            )

    async def _fill_guard(
        self, connection: AsyncConnection, rows: TreeHead, known: TreeHead
    ) -> None:
        """Makes the guard of the rows, which have to give their own root and the known one."""
        frontier, found = Frontier(), EMPTY
        await asyncio.to_thread(self._guard.begin)
        async for entries in read_entries(connection, rows.size):
            for entry in entries:
                frontier.append(leaf_hash(entry.line))
                if frontier.size == known.size:
                    found = frontier.root()
            await asyncio.to_thread(self._guard.add, entries)
        if frontier.root() != rows.root:
            raise LogRefused(Message("transparency-rows-changed", size=rows.size))
        if found != known.root:
            raise LogRefused(Message("transparency-other-history", size=known.size))
        await asyncio.to_thread(self._guard.make, frontier)


def refused(state: GuardState, rows: TreeHead) -> LogRefused:
    """Returns the refusal that names both heads."""
    values: dict[str, str | int] = {"rows": rows.size, "rows_root": rows.root.hex()}
    values |= {"size": state.done.size, "root": state.done.root}
    return LogRefused(Message("transparency-log-refused", **values))


async def read_entries(connection: AsyncConnection, size: int) -> AsyncIterator[list[LogEntry]]:
    """Yields the first ``size`` entries of the rows, some thousands at once."""
    columns = tables.log_entries.c
    query = select(tables.log_entries).where(columns.position < size).order_by(columns.position)
    result = await connection.stream(query)
    async for rows in result.partitions(ROWS_AT_ONCE):
        yield [entry_of_row(row._mapping) for row in rows]


async def _root_of_rows(connection: AsyncConnection, size: int) -> bytes:
    if not size:
        return EMPTY
    try:
        return await read_root(connection, size)
    except LogDamaged:
        return b""


async def _older_than_guards(connection: AsyncConnection) -> bool:
    columns = tables.checkpoints.c
    query = select(columns.shown).order_by(columns.size.desc()).limit(1)
    return (await connection.execute(query)).scalar() is None


async def _show(connection: AsyncConnection) -> None:
    """Lets the notes be served that the guard has confirmed."""
    hidden = tables.checkpoints.c.shown == 0
    if (await connection.execute(select(tables.checkpoints.c.size).where(hidden).limit(1))).first():
        await connection.execute(update(tables.checkpoints).where(hidden).values(shown=1))
