"""What the desk signs once, when an installation from before the desk gets its key.

Acts that wait for the log, openings and closes under way were ordered without a signature then.
They are signed as they stand, once; from then on nothing unsigned goes into the log.
The audit log, whose digests had no key, is committed to as it stands.
"""

from __future__ import annotations

import logging

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.audit_anchors import order_anchor
from bot.campaigns.registration import REGISTRATION, order_registration
from bot.campaigns.states import CLOSING, EARLY_CLOSE, HELD, OPENING
from bot.campaigns.vote_marks import vote_mark
from bot.core.events import event
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk, facts_of

log = logging.getLogger(__name__)


async def take_over(connection: AsyncConnection, desk: Desk, now: int) -> None:
    """Signs what waits and what is under way; ``now`` is in epoch seconds."""
    waiting = (await connection.execute(select(tables.notices).order_by(tables.notices.c.id))).all()
    await connection.execute(delete(tables.notices))
    for row in waiting:
        await desk.order(connection, row.kind, row.campaign, facts_of(row.body), row.name)
    campaigns = tables.campaigns.c
    query = select(tables.campaigns).where(campaigns.state.in_((OPENING, CLOSING, HELD)))
    under_way = (await connection.execute(query.order_by(campaigns.id))).all()
    ordered = {(row.kind, row.campaign) for row in waiting}
    for row in under_way:
        if {(REGISTRATION, row.id), (EARLY_CLOSE, row.id)} & ordered:
            continue
        if row.state == OPENING:
            frozen = await order_registration(connection, desk, row)
            changed = update(tables.campaigns).where(campaigns.id == row.id)
            await connection.execute(changed.values(**frozen))
        elif now < row.closes_at:
            facts = {"planned": row.closes_at, "at": now}
            await desk.order(connection, EARLY_CLOSE, row.id, facts, name=row.id)
    for vote in (await connection.execute(select(tables.case_votes))).all():
        mine = update(tables.case_votes).where(tables.case_votes.c.id == vote.id)
        await connection.execute(mine.values(mark=vote_mark(desk, vote._mapping)))
    plain = (await connection.execute(select(func.max(tables.audit.c.number)))).scalar() or 0
    await order_anchor(connection, desk, now, [], plain)
    signed = len(waiting) + len(under_way)
    log.warning(
        "the desk's key was made once; it signed %d acts that were under way",
        signed,
        extra=event("desk_made", count=signed),
    )
