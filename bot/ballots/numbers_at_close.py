"""The check of running numbers at a campaign's close: what it holds, and how it ends."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.mixed_numbers import Gaps, MixedNumbers, Secret
from bot.campaigns.held import held_for, hold, release
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.states import CLOSING, HELD
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.errors import Message

END_PATIENCE = 60.0
"""Seconds in which the gate says that there is nothing more; it does so within two."""
GAP, NO_UNIT, UNENDED, UNFINISHED = (
    "ballots-held-gap",
    "ballots-held-gap-no-unit",
    "ballots-held-unended",
    "ballots-held-unfinished",
)
REASONS = (GAP, NO_UNIT, UNENDED, UNFINISHED)
"""The messages of this check."""


def reasons_of(gaps: Gaps) -> list[Message]:
    """Returns why these gaps hold a close; none when everything came."""
    found = []
    if gaps.missing and gaps.units:
        found.append(Message(GAP, missing=gaps.missing, units=gaps.units))
    elif gaps.missing:
        found.append(Message(NO_UNIT, missing=gaps.missing))
    if gaps.unended:
        found.append(Message(UNENDED, streams=gaps.unended))
    if not gaps.finished:
        found.append(Message(UNFINISHED))
    return found


class NumbersAtClose:
    """Holds a campaign whose running numbers have a gap, and lets it go when it is filled.

    Args:
        secret: returns the mixer's secret of a campaign.
    """

    def __init__(self, secret: Secret) -> None:
        self._secret = secret
        self._unfinished: dict[str, float] = {}

    async def due(self, database: AsyncEngine, campaign: str) -> bool:
        """Returns whether there is something to write: a close, or a change of what holds it.

        A look costs no lock, and a held campaign is looked at every two seconds.
        """
        async with reading(database) as connection:
            state = (await read_campaign_row(connection, campaign)).state
            gaps = await self.gaps(connection, campaign)
            settled = await settled_missing(connection, campaign)
            present = [one for one in await held_for(connection, campaign) if one.id in REASONS]
        if not gaps.finished and settled is None and self._waits(campaign):
            return False
        self._unfinished.pop(campaign, None) if gaps.finished else None
        return state == CLOSING or _settles(gaps, settled) or present != _sorted(gaps)

    def _waits(self, campaign: str) -> bool:
        """Returns whether the gate still has time to say that there is nothing more."""
        now = asyncio.get_running_loop().time()
        return now - self._unfinished.setdefault(campaign, now) < END_PATIENCE

    async def settle(self, connection: AsyncConnection, campaign: str) -> Gaps | None:
        """Returns what is missing for good when this check lets the campaign close, else None.

        It holds the campaign for what is missing, and withdraws what holds it no more. The caller
        has the log's lock, so that no other mixer does the same.
        """
        state = (await read_campaign_row(connection, campaign, "update")).state
        if state not in (CLOSING, HELD):
            return None
        gaps = await self.gaps(connection, campaign)
        whole = gaps.whole or _settles(gaps, await settled_missing(connection, campaign))
        wanted = [] if whole else reasons_of(gaps)
        for reason in wanted:
            await hold(connection, campaign, reason)
        state = (await read_campaign_row(connection, campaign)).state
        for old in await held_for(connection, campaign):
            if state == HELD and old.id in REASONS and old.id not in {one.id for one in wanted}:
                await release(connection, campaign, old.id)
        return None if wanted or await held_for(connection, campaign) else gaps

    async def intake(self, connection: AsyncConnection, campaign: str) -> dict[str, Any] | None:
        """Returns the gate's act of what it accepted; None when it never said so."""
        numbers = MixedNumbers(self._secret)
        await numbers.read(connection, [campaign])
        return numbers.intake(campaign)

    async def gaps(self, connection: AsyncConnection, campaign: str) -> Gaps:
        """Returns what is missing of a campaign."""
        numbers = MixedNumbers(self._secret)
        await numbers.read(connection, [campaign])
        return numbers.gaps(campaign)


async def settled_missing(connection: AsyncConnection, campaign: str) -> int | None:
    """Returns how many messages two people accepted as lost; None when they did not."""
    columns = tables.settlements.c
    query = select(columns.missing).where(columns.campaign == campaign)
    return (await connection.execute(query)).scalar()


def _settles(gaps: Gaps, settled: int | None) -> bool:
    """Returns whether what is missing is no more than two people were told."""
    return settled is not None and gaps.missing <= settled


def _sorted(gaps: Gaps) -> list[Message]:
    """Returns the reasons as `held_for` reads them: by id, each with its values by name."""
    found = sorted(reasons_of(gaps), key=lambda one: one.id)
    return [Message(one.id, **dict(sorted(one.values))) for one in found]
