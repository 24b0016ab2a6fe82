"""Closes a campaign: once all of it is mixed and checked, with what waited for the close."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.close_check import check_ballots, count_all, hold_or_release, logged_closing
from bot.ballots.closing_lot import write_words
from bot.ballots.mixer_envelopes import BatchTaken
from bot.ballots.numbers_at_close import NumbersAtClose
from bot.ballots.pool import Pool, Snapshot
from bot.ballots.quota_places import delete_quota_marks
from bot.campaigns.states import CLOSED, CLOSING
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.guarded_log import GuardedLog, OpenLog

log = logging.getLogger(__name__)


class Closing:
    """Writes the ends of campaigns to the log.

    Args:
        database: where the campaigns are.
        log: takes their closings.
        pool: has what waits for the close.
        numbers: says whether everything came that the gate accepted.
        now: returns epoch seconds.
    """

    def __init__(
        self,
        database: AsyncEngine,
        log: GuardedLog,
        pool: Pool,
        numbers: NumbersAtClose,
        now: Callable[[], int],
    ) -> None:
        self._database = database
        self._log = log
        self._pool = pool
        self._numbers = numbers
        self._now = now

    async def close(self, campaign: str) -> None:
        """Log what a campaign counted, once all of it has been mixed and checked."""
        async with reading(self._database) as connection:
            closed_before = await logged_closing(connection, campaign)
        # A check after the close may hold a campaign whose numbers went with its close.
        if closed_before or not await self._numbers.due(self._database, campaign):
            return
        findings = await check_ballots(self._database, campaign, self._log.guard)
        await hold_or_release(self._database, campaign, findings)
        if findings:
            found = ", ".join(finding.id for finding in findings)
            log.error("the close of campaign %s is held: %s", campaign, found)
            return
        snapshot = await self._pool.read()
        # Another mixer of the same log may have changed what waits; the next turn looks again.
        with suppress(BatchTaken):
            async with self._log.open() as opened:
                await self._write(opened, snapshot, campaign)

    async def _write(self, opened: OpenLog, snapshot: Snapshot, campaign: str) -> None:
        connection, columns = opened.connection, tables.campaigns.c
        lost = await self._numbers.settle(connection, campaign)
        row = update(tables.campaigns).where(columns.id == campaign, columns.state == CLOSING)
        if lost is None or not (await connection.execute(row.values(state=CLOSED))).rowcount:
            return
        words = await self._pool.take_out(connection, snapshot, campaign)
        entries = await write_words(connection, campaign, words, opened.size)
        await delete_quota_marks(connection, campaign)
        await delete_streams(connection, campaign)
        body = await count_all(connection, campaign, lost.missing, lost.unended)
        entries.append(opened.own_act("closing", campaign, campaign, body))
        await opened.append(entries, self._now())


async def delete_streams(connection: AsyncConnection, campaign: str) -> None:
    """Delete the running numbers of a campaign, and what was settled about them."""
    for table in (tables.gate_streams, tables.mixed_streams, tables.settlements):
        await connection.execute(delete(table).where(table.c.campaign == campaign))
