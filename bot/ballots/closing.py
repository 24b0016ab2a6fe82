"""Closes a campaign: once all of it is mixed and checked, with what waited for the close."""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.close_check import check_ballots, hold_or_release
from bot.ballots.closing_counts import count_all, differs_from_intake, logged_closing
from bot.ballots.closing_lot import write_lot
from bot.ballots.mixer_envelopes import BatchTaken
from bot.ballots.numbers_at_close import NumbersAtClose
from bot.ballots.pool import Pool, Snapshot
from bot.ballots.quota_places import delete_quota_marks
from bot.campaigns.states import CLOSED, CLOSING
from bot.core.events import event
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.entry_bodies import INTAKE
from bot.transparency.guarded_log import GuardedLog, OpenLog
from bot.transparency.log_entry import LogEntry, act_entry
from survey_flows.canonical_json import canonical_by_code
from survey_flows.errors import Message
from survey_flows.signed_notes import ID, Signature, VerifierKey

log = logging.getLogger(__name__)


class Closing:
    """Writes the ends of campaigns to the log.

    Args:
        database: where the campaigns are.
        log: takes their closings.
        pool: has what waits for the close.
        numbers: says whether everything came that the gate accepted.
        gate: the gate's public key.
        now: returns epoch seconds.
    """

    def __init__(
        self,
        database: AsyncEngine,
        log: GuardedLog,
        pool: Pool,
        numbers: NumbersAtClose,
        gate: VerifierKey,
        now: Callable[[], int],
    ) -> None:
        self._database = database
        self._log = log
        self._pool = pool
        self._numbers = numbers
        self._gate = gate
        self._now = now

    async def close(self, campaign: str) -> None:
        """Log what a campaign counted, once all of it has been mixed and checked."""
        async with reading(self._database) as connection:
            closed_before = await logged_closing(connection, campaign)
        # A check after the close may hold a campaign whose numbers went with its close.
        if closed_before or not await self._numbers.due(self._database, campaign):
            return
        findings = await check_ballots(self._database, campaign, self._log.guard)
        findings += await self._differences(campaign)
        await hold_or_release(self._database, campaign, findings)
        if findings:
            found = ", ".join(finding.id for finding in findings)
            log.error(
                "the close of campaign %s is held: %s",
                campaign,
                found,
                extra=event("close_held", campaign=campaign),
            )
            return
        snapshot = await self._pool.read()
        # Another mixer of the same log may have changed what waits; the next turn looks again.
        with suppress(BatchTaken):
            async with self._log.open() as opened:
                await self._write(opened, snapshot, campaign)

    async def _differences(self, campaign: str) -> list[Message]:
        """Compares what is stored with what the gate said that it accepted."""
        async with reading(self._database) as connection:
            intake = await self._numbers.intake(connection, campaign)
            gaps = await self._numbers.gaps(connection, campaign)
            if intake is None:
                return []
            said = json.loads(intake["body"])
            return await differs_from_intake(connection, campaign, said, gaps.missing, gaps.unended)

    async def _write(self, opened: OpenLog, snapshot: Snapshot, campaign: str) -> None:
        connection, columns = opened.connection, tables.campaigns.c
        lost = await self._numbers.settle(connection, campaign)
        row = update(tables.campaigns).where(columns.id == campaign, columns.state == CLOSING)
        if lost is None or not (await connection.execute(row.values(state=CLOSED))).rowcount:
            return
        words = await self._pool.take_out(connection, snapshot, campaign)
        entries = await self._intake(connection, campaign)
        entries += await write_lot(connection, campaign, words, opened.size + len(entries))
        await delete_quota_marks(connection, campaign)
        await delete_streams(connection, campaign)
        body = await count_all(connection, campaign, lost.missing, lost.unended)
        entries.append(opened.own_act("closing", campaign, campaign, body))
        await opened.append(entries, self._now())

    async def _intake(self, connection: AsyncConnection, campaign: str) -> list[LogEntry]:
        """Returns the entry of what the gate accepted, and keeps for auditors what opens it.

        There is none where the gate never said it and two people settled that.
        """
        said = await self._numbers.intake(connection, campaign)
        if said is None:
            return []
        row = {"campaign": campaign, "salt": bytes.fromhex(said["salt"])}
        row["units"] = canonical_by_code(said["units"])
        await connection.execute(tables.intakes.insert(), [row])
        raw = b64decode(said["signature"])
        signature = Signature(self._gate.name, raw[:ID], raw[ID:])
        return [act_entry(INTAKE, campaign, campaign, said["body"], [signature])]


async def delete_streams(connection: AsyncConnection, campaign: str) -> None:
    """Delete the running numbers, marks and ids of a campaign, and what was settled about it."""
    streams = (tables.gate_streams, tables.mixed_streams, tables.settlements)
    for table in (*streams, tables.gate_marks, tables.seen_ids):
        await connection.execute(delete(table).where(table.c.campaign == campaign))
