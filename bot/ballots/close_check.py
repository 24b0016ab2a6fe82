"""Checks that a campaign's ballots are those that the log commits to, at its close and after.

Every row of the campaign is committed to anew and compared with its entry, every sealed entry needs
its row, and the entries of the whole log have to give the signed root. At the close, where the
guard is, each entry is also compared with the guard's, which knows whose entry it is.

Rows are streamed, so that a million of them need little memory. What does not agree holds the
campaign alone (`bot.campaigns.held`); others go on.
"""

from __future__ import annotations

import asyncio
import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.closing_counts import ACCEPTED, NUMBERS, logged_closing, other_numbers
from bot.ballots.stored_entries import BodyMaker, stored_rows, withdrawn_text
from bot.campaigns.held import hold, release
from bot.campaigns.log_loss import LOSS
from bot.campaigns.states import CLOSED, CLOSING, HELD
from bot.core.operator_needed import OperatorNeeded
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.guard import Guard, leaf_line, read_leaf_line
from bot.transparency.log_entry import LogEntry, entry_of_row, is_committed
from bot.transparency.log_reader import find_act
from survey_flows.errors import BadInput, Message, Place, Problem
from survey_flows.log_entries import LOG_ITSELF, commit
from survey_flows.merkle import EMPTY, Frontier, leaf_hash
from survey_flows.signed_notes import read_checkpoint, read_note

ROWS_AT_ONCE = 2000
TOLD = 3
"""The positions that are named of each finding."""

ROWS, MISSING, LOG = "close-check-rows", "close-check-missing", "close-check-log"
ORDER, UNLOGGED = "close-check-order", "close-check-unlogged"
CHECKS = (ROWS, MISSING, LOG, ORDER, UNLOGGED, NUMBERS, ACCEPTED)
"""The checks, by the messages that say what each found."""


class BallotsChanged(OperatorNeeded):
    """What is stored of a campaign is not what the log commits to; nothing is published."""

    def __init__(self, campaign: str, findings: Sequence[Message]) -> None:
        place = Place(subject=campaign)
        super().__init__(findings[0], place)
        self.problems = tuple(Problem(finding, place) for finding in findings)


@dataclass(slots=True)
class _Found:
    """The positions that a check found, of which the first are kept."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, position: int) -> None:
        self.count += 1
        if len(self.first) < TOLD or position < self.first[-1]:
            self.first = sorted([*self.first, position])[:TOLD]

    def messages(self, check: str) -> list[Message]:
        return [self.message(check)] if self.count else []

    def message(self, check: str) -> Message:
        return Message(check, count=self.count, positions=tuple(map(str, self.first)))


async def check_ballots(
    database: AsyncEngine, campaign: str, guard: Guard | None = None
) -> list[Message]:
    """Returns what does not agree between a campaign's rows and the log; nothing when all does.

    A campaign that was imported is in no log, and there is nothing to compare.

    Args:
        database: has the rows.
        campaign: no ballots of it are taken or mixed any more.
        guard: the files beside the log's key, where this process has them.
    """
    async with reading(database) as connection:
        if not await _is_registered(connection, campaign):
            return []
        # While another process appends, rows are ahead of what the guard has confirmed.
        async with guard.locked() if guard else nullcontext():
            check = _Check(campaign, *await _signed_head(connection))
        check.expect_withdrawals(await _held_withdrawals(connection, campaign))
        for query, body in stored_rows(campaign):
            await _each(connection, query, partial(check.take_rows, body))
        await check.walk(connection, guard)
        findings = check.findings() + await _out_of_order(connection, campaign)
        findings += await _unlogged(connection, campaign)
        # What was lost was counted by the closing, and nobody can count it again.
        return findings + ([] if check.lost else await other_numbers(connection, campaign))


async def hold_or_release(
    database: AsyncEngine, campaign: str, findings: Sequence[Message]
) -> bool:
    """Holds a campaign for each finding, and withdraws the checks that found nothing any more.

    Returns whether the campaign is held now, for these or other reasons.
    """
    async with writing(database) as connection:
        for finding in findings:
            await hold(connection, campaign, finding)
        query = select(tables.campaigns.c.state).where(tables.campaigns.c.id == campaign)
        clear = set(CHECKS) - {finding.id for finding in findings}
        for check in sorted(clear):
            if (await connection.execute(query)).scalar() == HELD:
                await release(connection, campaign, check)
        if (await connection.execute(query)).scalar() == CLOSING and await logged_closing(
            connection, campaign
        ):
            # A check after the close held it; its keys are gone, and it is closed already.
            row = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
            await connection.execute(row.values(state=CLOSED))
        return (await connection.execute(query)).scalar() == HELD


async def require_unchanged(database: AsyncEngine, campaign: str) -> None:
    """Checks a closed campaign before anything of it is published, and holds it otherwise.

    Raises:
        BallotsChanged: its ballots are not those that the log commits to.
    """
    async with reading(database) as connection:
        query = select(tables.campaigns.c.state).where(tables.campaigns.c.id == campaign)
        state = (await connection.execute(query)).scalar()
    if state != CLOSED:
        return  # Callers refuse every other state with a sentence of their own.
    findings = await check_ballots(database, campaign)
    if findings:
        await hold_or_release(database, campaign, findings)
        raise BallotsChanged(campaign, findings)


async def check_again(database: AsyncEngine, campaign: str, guard: Guard | None = None) -> None:
    """Checks a campaign on request; lets it go on to its close when everything agrees again.

    Raises:
        BadInput: the campaign is neither closing, held nor closed.
        BallotsChanged: something does not agree; the campaign is held.
    """
    async with reading(database) as connection:
        query = select(tables.campaigns.c.state).where(tables.campaigns.c.id == campaign)
        state = (await connection.execute(query)).scalar()
    if state not in (CLOSING, HELD, CLOSED):
        raise BadInput(Message("close-check-not-over"), Place(subject=campaign))
    findings = await check_ballots(database, campaign, guard)
    await hold_or_release(database, campaign, findings)
    if findings:
        raise BallotsChanged(campaign, findings)


class _Check:
    """One walk through a campaign's rows and then through the log."""

    def __init__(self, campaign: str, size: int, root: bytes) -> None:
        self._campaign = campaign
        self._size = size
        self._root = root
        self._opened = bytearray(size)
        self._withdrawn: set[int] = set()
        self._missing = array("q")
        self.lost: set[int] = set()
        self._rows, self._log = _Found(), _Found()
        self._frontier = Frontier()

    def expect_withdrawals(self, positions: Iterable[int]) -> None:
        """Notes entries that the close will withdraw, whose texts are gone already."""
        self._withdrawn.update(positions)

    def take_rows(self, body: BodyMaker, rows: Sequence[Any]) -> None:
        """Compares rows with the commitments of their entries."""
        for row in rows:
            position = row.position
            inside = 0 <= position < self._size
            if not inside or self._opened[position] or not self._agrees(row, body):
                self._rows.add(position)
            if inside:
                self._opened[position] = 1

    def _agrees(self, row: Any, body: BodyMaker) -> bool:
        """Returns whether the log commits to this row as a sealed entry of the campaign."""
        try:
            text = body(row._mapping)
            if commit(row.salt, text) != row.commitment:
                return False
            if body is withdrawn_text:
                self._withdrawn.add(json.loads(text)["position"])
        except (ValueError, TypeError, KeyError):
            return False
        return row.logged_body is None and row.logged_for == self._campaign

    async def walk(self, connection: AsyncConnection, guard: Guard | None) -> None:
        """Goes through the whole log: its root, entries without a row, the guard's entries."""
        columns = tables.log_entries.c
        query = select(tables.log_entries).where(columns.position < self._size)
        known = guard.lines() if guard else None
        work = partial(self._take_entries, known)
        await _each(connection, query.order_by(columns.position), work)
        for position in self._withdrawn:
            if 0 <= position < self._size and self._opened[position]:
                self._rows.add(position)

    def _take_entries(self, known: Iterator[bytes] | None, rows: Sequence[Any]) -> None:
        for row in rows:
            entry, position = entry_of_row(row._mapping), row.position
            leaf = entry.line
            if known is not None:
                line = next(known, b"")
                if line != leaf_line(entry):
                    leaf = self._note_other(position, entry, line).line
            self._frontier.append(leaf_hash(leaf))
            if entry.campaign not in (self._campaign, LOG_ITSELF):
                continue
            if entry.body is not None and not is_committed(entry):
                self._log.add(position)
            if entry.is_sealed and not self._opened[position]:
                self._missing.append(position)
            elif entry.body is not None and entry.kind == LOSS:
                self.lost.update(json.loads(entry.body)["positions"])

    def _note_other(self, position: int, entry: LogEntry, line: bytes) -> LogEntry:
        """Notes an entry that is not the guard's, if either says that it is this campaign's.

        Another campaign's entries are not this campaign's matter. Returns the entry of the guard,
        which leads to the signed root all the same.
        """
        known = read_leaf_line(line) if line else entry
        if self._campaign in (entry.campaign, known.campaign):
            self._log.add(position)
        return known

    def findings(self) -> list[Message]:
        """Returns what the walk found."""
        missing = _Found()
        for position in self._missing:
            if position not in self._withdrawn and position not in self.lost:
                missing.add(position)
        found = self._rows.messages(ROWS) + missing.messages(MISSING)
        whole = (self._frontier.size, self._frontier.root()) == (self._size, self._root)
        return found + (self._log.messages(LOG) or ([] if whole else [_Found().message(LOG)]))


async def _held_withdrawals(connection: AsyncConnection, campaign: str) -> list[int]:
    columns = tables.held_withdrawals.c
    query = select(columns.position).where(columns.campaign == campaign)
    return list((await connection.execute(query)).scalars())


async def _is_registered(connection: AsyncConnection, campaign: str) -> bool:
    return await find_act(connection, "registration", campaign) is not None


async def _signed_head(connection: AsyncConnection) -> tuple[int, bytes]:
    columns = tables.checkpoints.c
    query = select(columns.note).order_by(columns.size.desc()).limit(1)
    note = (await connection.execute(query)).scalar()
    if note is None:
        return 0, EMPTY
    signed = read_checkpoint(read_note(note).text)
    return signed.size, signed.root


async def _each(
    connection: AsyncConnection, query: Select[Any], work: Callable[[Sequence[Any]], None]
) -> None:
    """Streams rows into ``work``, which computes in a thread while others are served."""
    result = await connection.stream(query)
    async for rows in result.partitions(ROWS_AT_ONCE):
        await asyncio.to_thread(work, rows)


async def _out_of_order(connection: AsyncConnection, campaign: str) -> list[Message]:
    """Finds superseded ballots without a later one of the same voter for the same unit."""
    old, new = tables.superseded.c, tables.ballots.c
    same = (new.campaign == old.campaign) & (new.unit == old.unit) & (new.voter == old.voter)
    later = exists().where(same, new.position > old.position)
    query = select(old.position).where(old.campaign == campaign, ~later)
    return await _positions(connection, ORDER, query.order_by(old.position))


async def _unlogged(connection: AsyncConnection, campaign: str) -> list[Message]:
    """Finds ballots and comments without an entry in the log."""
    count = 0
    for table in (tables.ballots, tables.comments):
        query = select(func.count()).select_from(table)
        query = query.where(table.c.campaign == campaign, table.c.position.is_(None))
        count += (await connection.execute(query)).scalar_one()
    return _Found(count).messages(UNLOGGED)


async def _positions(connection: AsyncConnection, check: str, query: Select[Any]) -> list[Message]:
    found = _Found()
    for position in (await connection.execute(query)).scalars():
        found.add(position)
    return found.messages(check)
