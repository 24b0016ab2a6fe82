"""The figures that are read from the database for a monitoring system, in the background.

A system that reads often burdens nobody: it gets what the last look found. What tells of citizens
is looked at when a quarter of an hour begins, and told by whole tens.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.states import OPEN, PAUSED
from bot.core.clock import Clock
from bot.core.events import event, fault
from bot.service.metrics.stepped import by_tens, quarter_of
from bot.service.task_states import AWAY
from bot.storage.database import reading
from bot.storage.schema import all as tables

log = logging.getLogger(__name__)

SECONDS = 15.0
"""Seconds between two looks."""
MOST_CAMPAIGNS = 4
MOST_WITNESSES = 9


@dataclass(frozen=True, slots=True)
class Figures:
    """What the last look found.

    Attributes:
        log_size: entries of the newest checkpoint.
        checkpoint_at: when it was signed, in epoch seconds; 0 without one.
        witnessed_at: by a witness's number, when the newest checkpoint was signed that it has
            countersigned, in epoch seconds.
        lag: seconds by which the event loop was late.
        ballots: by running campaign, by tens.
        waiting: sealed rows that wait for the mixer, by tens.
        refused: rows that the mixer could not read, by reason, by tens and at least ten if any.
        dead_letters: updates that were put aside after an error, likewise.
        outbox: messages by state, by tens.
    """

    log_size: int = 0
    checkpoint_at: int = 0
    witnessed_at: Mapping[int, int] = field(default_factory=dict)
    lag: float = 0.0
    ballots: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    dead_letters: int = 0
    outbox: Mapping[str, int] = field(default_factory=dict)


class FigureReader:
    """Looks every `SECONDS`, and at what citizens do when a quarter of an hour begins."""

    def __init__(self, database: AsyncEngine, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._quarter: int | None = None
        self.figures = Figures()

    async def run(self) -> None:
        """Look for ever; a database that is away leaves the figures as they are."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                await self.look()
            except AWAY as error:
                log.debug(
                    "no figures: %s",
                    type(error).__name__,
                    extra=event("check_failed", **fault(error)),
                )
            began = loop.time()
            await asyncio.sleep(SECONDS)
            late = max(0.0, loop.time() - began - SECONDS)
            self.figures = replace(self.figures, lag=late)

    async def look(self) -> None:
        """Read the figures once.

        Raises:
            sqlalchemy.exc.OperationalError: the database is away.
        """
        quarter = quarter_of(self._clock.now().timestamp())
        async with reading(self._database) as connection:
            found = await _of_the_log(connection, self.figures)
            if self._quarter is None or quarter > self._quarter:
                found = await _of_citizens(connection, found)
                self._quarter = quarter
        self.figures = found


async def _of_the_log(connection: AsyncConnection, before: Figures) -> Figures:
    points, signed = tables.checkpoints.c, tables.cosignatures.c
    newest = (
        await connection.execute(
            select(points.size, points.at).order_by(points.size.desc()).limit(1)
        )
    ).first()
    joined = tables.cosignatures.join(tables.checkpoints, points.size == signed.size)
    query = select(signed.name, func.max(points.at).label("at")).select_from(joined)
    rows = await connection.execute(query.group_by(signed.name).order_by(signed.name))
    # Numbers, not names: whoever reads the metrics need not learn who the witnesses are.
    seen = {number: int(row.at) for number, row in enumerate(rows, 1) if number <= MOST_WITNESSES}
    size, at = (newest.size, newest.at) if newest else (0, 0)
    return replace(before, log_size=int(size), checkpoint_at=int(at), witnessed_at=seen)


async def _of_citizens(connection: AsyncConnection, before: Figures) -> Figures:
    states, ballots = tables.campaigns.c, tables.ballots.c
    of_running = select(states.id).where(states.state.in_((OPEN, PAUSED)))
    running = (await connection.execute(of_running.order_by(states.id))).scalars().all()
    counted = await _count(
        connection,
        select(ballots.campaign, func.count())
        .where(ballots.campaign.in_(running[:MOST_CAMPAIGNS]))
        .group_by(ballots.campaign),
    )
    refused = await _count(
        connection,
        select(tables.refused.c.reason, func.count()).group_by(tables.refused.c.reason),
    )
    outbox = await _count(
        connection, select(tables.outbox.c.state, func.count()).group_by(tables.outbox.c.state)
    )
    waiting = await connection.execute(select(func.count()).select_from(tables.staging))
    dead = await connection.execute(select(func.count()).select_from(tables.dead_letters))
    return replace(
        before,
        ballots={
            campaign: by_tens(counted.get(campaign, 0)) for campaign in running[:MOST_CAMPAIGNS]
        },
        waiting=by_tens(waiting.scalar_one()),
        refused={reason: _some(count) for reason, count in refused.items()},
        dead_letters=_some(dead.scalar_one()),
        outbox={state: by_tens(count) for state, count in outbox.items()},
    )


def _some(count: int) -> int:
    """Return a count up to its next whole ten: of what must not be, one is worth an alarm."""
    return by_tens(count + 9)


async def _count(connection: AsyncConnection, query: Select[str, int]) -> Mapping[str, int]:
    return {str(key): int(count) for key, count in await connection.execute(query)}
