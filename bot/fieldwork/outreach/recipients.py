"""Whom the next step of a campaign goes to, and of what kind it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import exists, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.fieldwork.outreach.accounts import served_kinds
from bot.fieldwork.outreach.outbox import (
    CANCELLED,
    HANDOUT,
    INVITATION,
    QUEUED,
    REMINDER,
    Push,
    read_invited_before,
)
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.storage.schema.outreach import pushes


def of_messengers(steps: Sequence[Push]) -> list[Push]:
    """Return the steps that messengers send, without files that were handed out."""
    return [push for push in steps if push.kind != HANDOUT]


def due_kind(before: Sequence[Push], lacking: Sequence[bytes], having: Sequence[bytes]) -> str:
    """Return the kind of the next step: who got no invitation yet is not reminded of it."""
    if not before or not having:
        return INVITATION
    broken = before[-1].state == CANCELLED and before[-1].kind == INVITATION
    return INVITATION if broken and lacking else REMINDER


async def count_recipients(database: AsyncEngine, campaign: str) -> int:
    """Return how many invited people have an address to which a messenger writes."""
    async with reading(database) as connection:
        lacking, having = await by_invitation(connection, campaign)
    return len(lacking) + len(having)


async def by_invitation(
    connection: AsyncConnection, campaign: str
) -> tuple[list[bytes], list[bytes]]:
    """Return the invited people who have got no message yet, and those who have.

    Whoever has addresses, and none to which a messenger writes, is left to letters and exports.
    """
    frames, own = tables.frames.c, tables.addresses.c
    theirs = exists().where(own.person == frames.lookup, own.sealed.is_not(None))
    kinds = await served_kinds(connection)
    query = select(frames.lookup).where(
        frames.campaign == campaign,
        frames.invited,
        or_(theirs.where(own.kind.in_(kinds)), not_(theirs)),
    )
    people = [bytes(lookup) for lookup in (await connection.execute(query)).scalars()]
    handed = await read_invited_before(connection, campaign)
    filed = await _in_files(connection, campaign)
    lacking = [one for one in people if one not in handed and one not in filed]
    return lacking, [one for one in people if one in handed]


async def first_kinds(connection: AsyncConnection, campaign: str) -> Mapping[bytes, str]:
    """Return by person the kind of the first address to which an account writes.

    It comes before others that are known to be unreachable. People without any get the first kind
    of the service, whose sender settles their messages.
    """
    frames, own = tables.frames.c, tables.addresses.c
    served = await served_kinds(connection)
    joined = tables.frames.join(tables.addresses, own.person == frames.lookup)
    query = select(frames.lookup, own.kind).select_from(joined)
    query = query.where(frames.campaign == campaign, own.kind.in_(served))
    found: dict[bytes, str] = defaultdict(lambda: served[0])
    alive = query.where(own.sealed.is_not(None))
    for row in await connection.execute(
        alive.order_by(own.unreachable != "", own.position, own.lookup)
    ):
        found.setdefault(bytes(row.lookup), row.kind)
    return found


async def _in_files(connection: AsyncConnection, campaign: str) -> set[bytes]:
    """Return the people of files that are allowed and not made yet."""
    outbox = tables.outbox.c
    joined = tables.outbox.join(
        pushes, (pushes.c.campaign == outbox.campaign) & (pushes.c.step == outbox.step)
    )
    own = (outbox.campaign == campaign, outbox.state == QUEUED, pushes.c.kind == HANDOUT)
    query = select(outbox.lookup).select_from(joined).where(*own)
    return {bytes(lookup) for lookup in (await connection.execute(query)).scalars()}
