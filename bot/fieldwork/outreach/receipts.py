"""Receipts: what a provider tells of a message after it took it.

They come in any order, twice, and before the sender has noted the reference that they name. The
first word about a message counts; every other changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.fieldwork.audience.contacts import set_unreachable
from bot.fieldwork.audience.opt_outs import opt_out_lookups
from bot.fieldwork.outreach.accounts import served_kinds
from bot.fieldwork.outreach.messenger import DeliveryOutcome
from bot.fieldwork.outreach.outbox import (
    CANCELLED,
    DELIVERED,
    FAILED,
    QUEUED,
    SENT,
    Key,
    read_failed_twice,
)
from bot.storage.database import insert
from bot.storage.schema import all as tables
from bot.storage.schema.outreach import outbox, receipts

DAY = 86_400
KEPT = 3 * DAY
"""Seconds for which a reference is kept at most; providers tell within two days (GSM 03.40)."""
FINAL = (
    DeliveryOutcome.DELIVERED,
    DeliveryOutcome.UNREACHABLE,
    DeliveryOutcome.OPTED_OUT,
    DeliveryOutcome.LATER,
)
"""What a receipt may say; `LATER` is a message that was given up, and another may arrive."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """A message whose receipt may come: its mark, and the pseudonym of the address it went to."""

    mark: bytes
    key: Key
    address: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """One word of a provider about the message of a reference."""

    mark: bytes
    outcome: DeliveryOutcome


async def await_receipts(
    connection: AsyncConnection, awaited: Sequence[Awaited], now: int, day: date
) -> None:
    """Note whose receipts may come; what has come already is acted upon at once."""
    for one in awaited:
        campaign, step, lookup = one.key
        row = {"campaign": campaign, "step": step, "lookup": lookup, "address": one.address}
        until = now + KEPT - (now + KEPT) % DAY
        statement = insert(connection, receipts).values(
            mark=one.mark, **row, outcome="", until=until
        )
        known = statement.on_conflict_do_update(index_elements=["mark"], set_=row)
        early = (await connection.execute(known.returning(receipts.c.outcome))).scalar_one()
        if early:
            await _apply(connection, one.key, one.address, DeliveryOutcome(early), day)


async def take_receipts(
    connection: AsyncConnection, found: Sequence[Receipt], now: int, day: date
) -> int:
    """Act upon receipts; returns how many said something new of a message that is known."""
    new = 0
    for one in found:
        if one.outcome not in FINAL:
            continue
        own = (receipts.c.mark == one.mark, receipts.c.outcome == "")
        named = update(receipts).where(*own).values(outcome=one.outcome.value)
        columns = (receipts.c.campaign, receipts.c.step, receipts.c.lookup, receipts.c.address)
        row = (await connection.execute(named.returning(*columns))).first()
        if row is not None:
            key = (row.campaign, row.step, bytes(row.lookup))
            await _apply(connection, key, bytes(row.address), one.outcome, day)
            new += 1
            continue
        blank = {"campaign": "", "step": 0, "lookup": b"", "address": b""}
        early = insert(connection, receipts).values(
            mark=one.mark, **blank, outcome=one.outcome.value, until=now + DAY
        )
        await connection.execute(early.on_conflict_do_nothing())
    return new


async def drop_old_receipts(connection: AsyncConnection, now: int) -> None:
    """Delete the references whose time is over."""
    await connection.execute(delete(receipts).where(receipts.c.until <= now))


async def _apply(
    connection: AsyncConnection, key: Key, address: bytes, outcome: DeliveryOutcome, day: date
) -> None:
    """Settle a message that was handed over, and what it says of address and person."""
    if outcome is DeliveryOutcome.DELIVERED:
        columns = tables.addresses.c
        arrived = update(tables.addresses).where(columns.lookup == address)
        await connection.execute(arrived.values(unreachable=""))
        await _settle(connection, key, DELIVERED)
    elif outcome is DeliveryOutcome.OPTED_OUT:
        await opt_out_lookups(connection, [address], day)
        await _settle(connection, key, "opted_out")
    elif outcome is DeliveryOutcome.UNREACHABLE:
        await set_unreachable(connection, [address], day)
        await _go_on(connection, key)
    else:
        await _settle(connection, key, FAILED)
        if await read_failed_twice(connection, [key]):
            await set_unreachable(connection, [address], day)


async def _go_on(connection: AsyncConnection, key: Key) -> None:
    """Queue a message for the person's next address, unless there is none or the step is over."""
    campaign, step, lookup = key
    pushes, own = tables.pushes.c, tables.addresses.c
    state = select(pushes.state).where(pushes.campaign == campaign, pushes.step == step)
    cancelled = (await connection.execute(state)).scalar() == CANCELLED
    kinds = await served_kinds(connection)
    alive = (own.person == lookup, own.sealed.is_not(None), own.unreachable == "")
    query = select(own.kind).where(*alive, own.kind.in_(kinds)).order_by(own.position, own.lookup)
    following = None if cancelled else (await connection.execute(query.limit(1))).scalar()
    if following is None:
        await _settle(connection, key, "unreachable")
    else:
        await _settle(connection, key, QUEUED, following)


async def _settle(connection: AsyncConnection, key: Key, state: str, kind: str = "") -> None:
    own = (outbox.c.campaign == key[0], outbox.c.step == key[1], outbox.c.lookup == key[2])
    values = {"state": state} | ({"kind": kind} if kind else {})
    await connection.execute(update(outbox).where(*own, outbox.c.state == SENT).values(**values))
