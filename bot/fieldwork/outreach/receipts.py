"""Receipts: what a provider tells of a message after it took it.

They come in any order, twice, and before the sender has noted the reference that they name. The
first word about a message counts; every other changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.fieldwork.audience.contacts import set_unreachable
from bot.fieldwork.audience.opt_outs import opt_out_lookups
from bot.fieldwork.outreach.accounts import served_kinds
from bot.fieldwork.outreach.messenger import DeliveryOutcome
from bot.fieldwork.outreach.outbox import (
    AT_ONCE,
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
    until = now + KEPT - (now + KEPT) % DAY
    rows = {
        one.mark: {
            "mark": one.mark,
            "campaign": one.key[0],
            "step": one.key[1],
            "lookup": one.key[2],
            "address": one.address,
            "outcome": "",
            "until": until,
        }
        for one in awaited
    }
    statement = insert(connection, receipts)
    named = {name: statement.excluded[name] for name in ("campaign", "step", "lookup", "address")}
    known = statement.on_conflict_do_update(index_elements=["mark"], set_=named)
    await _act(connection, await _upserted(connection, known, list(rows.values())), day)


async def take_receipts(
    connection: AsyncConnection, found: Sequence[Receipt], now: int, day: date
) -> int:
    """Act upon receipts; returns how many said something new of a message that is known.

    What names no message that is known is kept for a day: the sender may note it any moment.
    """
    first: dict[bytes, str] = {}
    for one in found:
        if one.outcome in FINAL:
            first.setdefault(one.mark, one.outcome.value)
    blank = {"campaign": "", "step": 0, "lookup": b"", "address": b"", "until": now + DAY}
    rows = [{"mark": mark, "outcome": outcome, **blank} for mark, outcome in first.items()]
    statement = insert(connection, receipts)
    new = statement.on_conflict_do_update(
        index_elements=["mark"],
        set_={"outcome": statement.excluded.outcome},
        where=receipts.c.outcome == "",
    )
    return await _act(connection, await _upserted(connection, new, rows), day)


async def _upserted(
    connection: AsyncConnection, statement: Any, rows: list[dict[str, Any]]
) -> list[Row[Any]]:
    """Insert or change rows; returns those of which now both message and outcome are known.

    In the order of their marks, so that two deliveries at once wait for each other at most once.
    """
    columns = (receipts.c.campaign, receipts.c.step, receipts.c.lookup, receipts.c.address)
    ordered = sorted(rows, key=lambda row: bytes(row["mark"]))
    found: list[Row[Any]] = []
    for start in range(0, len(ordered), AT_ONCE):
        returned = statement.returning(*columns, receipts.c.outcome)
        some = await connection.execute(returned, ordered[start : start + AT_ONCE])
        found += [row for row in some if row.campaign and row.outcome]
    return found


async def _act(connection: AsyncConnection, rows: Sequence[Row[Any]], day: date) -> int:
    """Settle messages, and what their outcomes say of addresses and persons."""
    by_outcome: dict[str, dict[Key, bytes]] = {}
    for row in rows:
        key = (row.campaign, row.step, bytes(row.lookup))
        by_outcome.setdefault(row.outcome, {})[key] = bytes(row.address)
    arrived = by_outcome.get(DeliveryOutcome.DELIVERED.value, {})
    await _reached(connection, list(arrived.values()))
    await _settle(connection, arrived, DELIVERED)
    left = by_outcome.get(DeliveryOutcome.OPTED_OUT.value, {})
    await opt_out_lookups(connection, left.values(), day)
    await _settle(connection, left, "opted_out")
    lost = by_outcome.get(DeliveryOutcome.UNREACHABLE.value, {})
    await set_unreachable(connection, lost.values(), day)
    for key in lost:
        await _go_on(connection, key)
    given_up = by_outcome.get(DeliveryOutcome.LATER.value, {})
    await _settle(connection, given_up, FAILED)
    twice = await read_failed_twice(connection, given_up)
    await set_unreachable(connection, [given_up[key] for key in twice], day)
    return len(rows)


async def _reached(connection: AsyncConnection, addresses: Sequence[bytes]) -> None:
    """Take the mark of unreachability from addresses at which a message arrived."""
    columns = tables.addresses.c
    for start in range(0, len(addresses), AT_ONCE):
        some = columns.lookup.in_(addresses[start : start + AT_ONCE])
        marked = update(tables.addresses).where(some, columns.unreachable != "")
        await connection.execute(marked.values(unreachable=""))


async def drop_old_receipts(connection: AsyncConnection, now: int) -> None:
    """Delete the references whose time is over."""
    await connection.execute(delete(receipts).where(receipts.c.until <= now))


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
        await _settle(connection, [key], "unreachable")
    else:
        await _settle(connection, [key], QUEUED, following)


async def _settle(
    connection: AsyncConnection, keys: Iterable[Key], state: str, kind: str = ""
) -> None:
    """Give messages that were handed over another state, and the kind of their next address."""
    rows = [{"c": key[0], "s": key[1], "l": key[2]} for key in keys]
    own = (
        outbox.c.campaign == bindparam("c"),
        outbox.c.step == bindparam("s"),
        outbox.c.lookup == bindparam("l"),
    )
    values = {"state": state} | ({"kind": kind} if kind else {})
    if rows:
        changed = update(outbox).where(*own, outbox.c.state == SENT).values(**values)
        await connection.execute(changed, rows)
