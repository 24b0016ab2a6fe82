"""States of campaigns that nobody ordered: what stands in a row and in no act.

Whoever owns the database can write any state into a row. Nothing goes into the log by that; the
comparison here says so to the operator.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.registration import REGISTRATION
from bot.campaigns.states import CLOSING, EARLY_CLOSE, HELD, OPEN, OPENING, PAUSE, PAUSED
from bot.storage.schema import all as tables

CLOSING_ACT = "closing"
_ACTS = (REGISTRATION, PAUSE, EARLY_CLOSE, CLOSING_ACT)


async def states_without_order(connection: AsyncConnection, now: int) -> dict[str, str]:
    """Returns the states by campaign for which there is no act, logged or waiting.

    Args:
        connection: reads at one moment.
        now: epoch seconds; closing at the planned end needs no order.
    """
    columns = tables.campaigns.c
    states = (OPENING, OPEN, PAUSED, CLOSING, HELD)
    query = select(columns.id, columns.state, columns.closes_at).where(columns.state.in_(states))
    campaigns = (await connection.execute(query)).all()
    acts = await _acts(connection)
    return {row.id: row.state for row in campaigns if not _ordered(row, acts, now)}


async def _acts(connection: AsyncConnection) -> dict[tuple[str, str], str]:
    """Returns the last body of each kind by campaign; what waits comes after what is logged."""
    found: dict[tuple[str, str], str] = {}
    for table, order in (
        (tables.log_entries, tables.log_entries.c.position),
        (tables.notices, tables.notices.c.id),
    ):
        query = select(table.c.kind, table.c.campaign, table.c.body).where(table.c.kind.in_(_ACTS))
        for kind, campaign, body in await connection.execute(query.order_by(order)):
            found[kind, campaign] = body
    return found


def _ordered(row: Row[*tuple[Any, ...]], acts: dict[tuple[str, str], str], now: int) -> bool:
    if row.state in (CLOSING, HELD):
        closed = (EARLY_CLOSE, row.id) in acts or (CLOSING_ACT, row.id) in acts
        return closed or row.closes_at <= now
    if row.state == OPENING:
        return (REGISTRATION, row.id) in acts
    paused = acts.get((PAUSE, row.id))
    last = json.loads(paused)["state"] if paused else OPEN
    return bool(last == row.state)
