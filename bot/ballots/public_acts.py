"""Logs public acts that the desk has signed; with a registration the campaign opens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.desk_orders import DeskOrders, keep_aside, signatures, warn_of
from bot.ballots.mixer_envelopes import BatchTaken, take
from bot.campaigns.campaign_keys import MIXER, remember_key
from bot.campaigns.registration import REGISTRATION
from bot.campaigns.states import OPEN
from bot.crypto.keyrings import Keyring
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.guarded_log import GuardedLog
from bot.transparency.log_entry import act_entry

ResultCheck = Callable[[str, str], Awaitable[bool]]
"""Takes a campaign and the text of its act ``result``; returns whether it follows."""


async def any_result(_campaign: str, _body: str) -> bool:
    """Takes every result, for a mixer that logs none or whose ballots nobody made."""
    return True


CAMPAIGN = "campaign-"
"""Begins the name of the mixer's key of a campaign."""
NOTICES_AT_ONCE = 75


class PublicActs:
    """Writes public acts to the log.

    Args:
        database: where they wait.
        log: takes them.
        orders: judges them.
        ring: gets the mixer's keys of campaigns that open.
        now: returns epoch seconds.
        follows: says whether a result follows from the ballots.
    """

    def __init__(
        self,
        database: AsyncEngine,
        log: GuardedLog,
        orders: DeskOrders,
        ring: Keyring,
        now: Callable[[], int],
        follows: ResultCheck,
    ) -> None:
        self._database = database
        self._log = log
        self._orders = orders
        self._ring = ring
        self._now = now
        self._follows = follows

    async def waits(self) -> bool:
        """Return whether there is an act to be judged."""
        async with reading(self._database) as connection:
            return (
                await connection.execute(select(tables.notices.c.id).limit(1))
            ).first() is not None

    async def publish(self) -> None:
        """Log the acts that wait, if the desk has signed them, and open what they register.

        The definition is logged before the campaign opens (R4: rules first, answers after).
        """
        query = select(tables.notices).order_by(tables.notices.c.id).limit(NOTICES_AT_ONCE)
        async with reading(self._database) as connection:
            rows = list(await connection.execute(query))
        if not rows:
            return  # Writing would take a lock that citizens need.
        # Before the log is taken: the check reads all of it, and the ballots.
        unproven = {
            row.id
            for row in await self._orders.new_results(rows)
            if not await self._follows(row.campaign, row.body)
        }
        # Another mixer of the same log, in a command or the service, may have been quicker.
        with suppress(BatchTaken):
            async with self._log.open() as opened:
                await take(opened.connection, tables.notices, rows)
                acts, refused = await self._orders.judge(opened.connection, rows, unproven)
                for position, act in enumerate(acts, opened.size):
                    if act.kind == REGISTRATION:
                        await self._open_campaign(opened.connection, act.campaign, position)
                entries = [
                    act_entry(act.kind, act.campaign, act.name, act.body, signatures(act))
                    for act in acts
                ]
                await opened.append(entries, self._now())
                await keep_aside(opened.connection, refused, self._now())
            warn_of(refused)

    async def _open_campaign(
        self, connection: AsyncConnection, campaign: str, position: int
    ) -> None:
        """Open a campaign; this alone makes the mixer's key of it."""
        secret = self._ring.find_or_create(CAMPAIGN + campaign)
        await remember_key(connection, campaign, MIXER, secret)
        opened = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
        await connection.execute(opened.values(state=OPEN, registered=position))
