"""Rows of persons and their addresses, and how they are written.

An opt-out is never undone here, also one of the moment in which a list is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.fieldwork.audience.addresses import GONE
from bot.fieldwork.audience.opt_outs import ERASED
from bot.storage.bulk import upsert_many
from bot.storage.schema import all as tables

Stored = Mapping[bytes, Row[Any]]


class PersonRow(NamedTuple):
    """A row of the table of persons."""

    lookup: bytes
    lang: str
    group_code: str
    area: str
    size: str
    source: str
    consent: str
    opted_out: str
    invited: str


class AddressRow(NamedTuple):
    """A row of the table of addresses."""

    lookup: bytes
    person: bytes
    kind: str
    sealed: bytes | None
    position: int
    unreachable: str
    opted_out: str


async def write_persons(connection: AsyncConnection, rows: Sequence[PersonRow]) -> None:
    """Store persons; an opt-out that came since they were read stands, whatever is stored."""
    if rows:
        # Invitations write the day in the meantime, which may be newer than what was read.
        await upsert_many(
            connection,
            tables.persons,
            PersonRow._fields,
            ("lookup",),
            [rows],
            kept=("invited",),
            only="persons.opted_out = ''",
        )


async def merge_persons(connection: AsyncConnection, kept: bytes, others: Sequence[bytes]) -> None:
    """Give one person all that is stored of others, and delete these."""
    columns = tables.persons.c
    invited = await connection.execute(select(columns.invited).where(columns.lookup.in_(others)))
    day = max(invited.scalars(), default="")
    later = update(tables.persons).where(columns.lookup == kept, columns.invited < day)
    await connection.execute(later.values(invited=day))
    await connection.execute(delete(tables.persons).where(columns.lookup.in_(others)))
    queue = tables.outbox
    twin = queue.alias()
    same = (twin.c.campaign == queue.c.campaign, twin.c.step == queue.c.step)
    doubled = exists().where(*same, twin.c.lookup == kept)
    await connection.execute(delete(queue).where(queue.c.lookup.in_(others), doubled))
    for table, column in (
        (tables.addresses, "person"),
        (tables.frames, "lookup"),
        (tables.outbox, "lookup"),
    ):
        for other in others:
            theirs = update(table).where(table.c[column] == other)
            await connection.execute(theirs.values({column: kept}))


async def write_addresses(
    connection: AsyncConnection, rows: Sequence[AddressRow], known: Stored
) -> None:
    """Store addresses; none changes its person here, and none comes back after an opt-out."""
    if not rows:
        return
    rows = sorted(rows)
    await upsert_many(
        connection,
        tables.addresses,
        AddressRow._fields,
        ("lookup",),
        [rows],
        kept=("person", "unreachable"),
        only="addresses.person = excluded.person",
    )
    before = [row.lookup for row in rows if row.lookup in known]
    if before:
        # Senders mark what is unreachable, perhaps since the rows were read.
        own = tables.addresses.c
        consent = select(tables.persons.c.consent).where(tables.persons.c.lookup == own.person)
        mine = (own.lookup.in_(before), own.unreachable != "")
        again = update(tables.addresses).where(*mine, own.unreachable < consent.scalar_subquery())
        await connection.execute(again.values(unreachable=""))


async def erase_opted_out(connection: AsyncConnection) -> None:
    """Keep of the addresses of persons who have opted out their pseudonyms alone."""
    out = select(tables.persons.c.lookup).where(tables.persons.c.opted_out != "")
    own = tables.addresses.c
    erased = update(tables.addresses).where(own.person.in_(out), own.kind != GONE)
    await connection.execute(erased.values(**ERASED))
