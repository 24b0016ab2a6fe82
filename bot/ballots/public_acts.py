"""Logs public acts: registrations, with which campaigns open, and those that others ask for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ballots.mixer_envelopes import BatchTaken, take
from bot.campaigns.campaign_keys import MIXER, remember_key
from bot.campaigns.registration import definition_with_seed, read_limits
from bot.crypto.gate_keys import Keyring
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.acts import waiting_acts
from bot.transparency.entry_bodies import registration_body
from bot.transparency.guarded_log import GuardedLog

CAMPAIGN = "campaign-"
"""Begins the name of the mixer's key of a campaign."""
NOTICES_AT_ONCE = 75


class PublicActs:
    """Writes public acts to the log.

    Args:
        database: where they wait.
        log: takes them.
        ring: gets the mixer's keys of campaigns that open.
        now: returns epoch seconds.
    """

    def __init__(
        self, database: AsyncEngine, log: GuardedLog, ring: Keyring, now: Callable[[], int]
    ) -> None:
        self._database = database
        self._log = log
        self._ring = ring
        self._now = now

    async def register(self) -> None:
        """Log campaigns' frozen definitions, then open them (R4: rules first, answers after).

        This alone makes the mixer's key of a campaign.
        """
        columns = tables.campaigns.c
        waiting = select(tables.campaigns).where(columns.state == "opening")
        async with reading(self._database) as connection:
            if not (await connection.execute(waiting.limit(1))).first():
                return  # Writing would take a lock that citizens need.
        async with self._log.open() as opened:
            connection = opened.connection
            entries = []
            rows = (await connection.execute(waiting)).all()
            for position, row in enumerate(rows, opened.size):
                definition = definition_with_seed(row, await read_limits(connection, row.id))
                frozen = {"definition": definition}
                body = registration_body({**row._mapping, **frozen})
                entries.append(opened.own_act("registration", row.id, row.id, body))
                secret = self._ring.find_or_create(CAMPAIGN + row.id)
                await remember_key(connection, row.id, MIXER, secret)
                values = frozen | {"state": "open", "registered": position}
                campaign = update(tables.campaigns).where(columns.id == row.id)
                await connection.execute(campaign.values(values))
            await opened.append(entries, self._now())

    async def publish(self) -> None:
        """Log the public entries that wait."""
        query = select(tables.notices).order_by(tables.notices.c.id).limit(NOTICES_AT_ONCE)
        async with reading(self._database) as connection:
            rows = list(await connection.execute(query))
        if not rows:
            return
        # Another mixer of the same log, in a command or the service, may have been quicker.
        with suppress(BatchTaken):
            async with self._log.open() as opened:
                await take(opened.connection, tables.notices, rows)
                await opened.append(await waiting_acts(opened, rows), self._now())
