"""Opt-outs and their undoing: of a person over all addresses, and only from the same address.

After an opt-out the person's pseudonym is kept, and those of their addresses and numbers, so that a
later list with any of them knows the person. The addresses themselves are deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.identity import Address
from bot.crypto.contact_keys import ContactKeys
from bot.fieldwork.audience.addresses import GONE
from bot.fieldwork.audience.contacts import AT_ONCE
from bot.storage.database import insert
from bot.storage.schema import all as tables

BLANK = dict.fromkeys(("lang", "group_code", "area", "size", "source", "consent"), "")
ERASED: dict[str, Any] = {"kind": GONE, "sealed": None, "position": 0, "unreachable": ""}


async def opt_out(
    connection: AsyncConnection, keys: ContactKeys, addresses: Iterable[Address], day: date
) -> int:
    """Opt the persons of these addresses out, on a list or not; returns how many had not before."""
    return await opt_out_lookups(connection, [keys.lookup(one) for one in addresses], day)


async def opt_out_lookups(connection: AsyncConnection, left: Iterable[bytes], day: date) -> int:
    """Opt out the persons of addresses by their pseudonyms, as `opt_out`.

    A list that is imported meanwhile may give an address to another person, so their owners are
    read again until all of them have opted out.
    """
    lookups = list(dict.fromkeys(left))
    done: set[bytes] = set()
    new = 0
    while True:
        owners = await read_owners(connection, lookups)
        people = sorted({owners.get(lookup, lookup) for lookup in lookups} - done)
        if not people:
            return new
        new += await _leave(connection, people, day)
        await _erase(connection, people, lookups, day)
        done |= set(people)


async def opt_out_persons(connection: AsyncConnection, people: Iterable[bytes], day: date) -> int:
    """Opt persons out who said so otherwise than from an address; returns how many had not before.

    No address brings them back.
    """
    some = sorted(set(people))
    new = await _leave(connection, some, day)
    await _erase(connection, some, [], day)
    return new


async def opt_in(
    connection: AsyncConnection, keys: ContactKeys, addresses: Iterable[Address], day: date
) -> int:
    """Undo the opt-outs that came from these addresses; returns how many persons are back.

    Their consent is of this day, and they are written to at this address alone. What a list said
    of them is gone, so that a sample has room for them only once a list names them again.
    """
    own, done = tables.addresses.c, 0
    for address in dict.fromkeys(addresses):
        lookup = keys.lookup(address)
        query = select(own.person).where(own.lookup == lookup, own.opted_out != "")
        person = (await connection.execute(query)).scalar()
        if person is None:
            continue
        back = update(tables.persons).where(
            tables.persons.c.lookup == person, tables.persons.c.opted_out != ""
        )
        values = {"opted_out": "", "consent": day.isoformat()}
        changed = (await connection.execute(back.values(**values))).rowcount
        if changed:
            theirs = update(tables.addresses).where(own.person == person)
            await connection.execute(theirs.values(opted_out=""))
            this = update(tables.addresses).where(own.lookup == lookup)
            await connection.execute(this.values(kind=address.channel, sealed=keys.seal(address)))
        done += changed
    return done


async def read_owners(
    connection: AsyncConnection, lookups: Sequence[bytes]
) -> Mapping[bytes, bytes]:
    """Return the person of each address that is known."""
    own = tables.addresses.c
    found: dict[bytes, bytes] = {}
    for start in range(0, len(lookups), AT_ONCE):
        query = select(own.lookup, own.person).where(
            own.lookup.in_(lookups[start : start + AT_ONCE])
        )
        rows = await connection.execute(query)
        found |= {bytes(row.lookup): bytes(row.person) for row in rows}
    return found


async def _leave(connection: AsyncConnection, people: Sequence[bytes], day: date) -> int:
    """Mark persons as opted out; returns how many had not opted out before."""
    columns, new = tables.persons.c, 0
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        query = select(columns.lookup).where(columns.lookup.in_(some), columns.opted_out != "")
        before = set((await connection.execute(query)).scalars())
        rows = [
            {"lookup": lookup, **BLANK, "opted_out": day.isoformat(), "invited": ""}
            for lookup in some
            if lookup not in before
        ]
        if not rows:
            continue
        statement = insert(connection, tables.persons)
        rest = {name: statement.excluded[name] for name in (*BLANK, "opted_out")}
        changed = statement.on_conflict_do_update(
            index_elements=["lookup"], set_=rest, where=columns.opted_out == ""
        )
        await connection.execute(changed, rows)
        new += len(rows)
    return new


async def _erase(
    connection: AsyncConnection, people: Sequence[bytes], lookups: Sequence[bytes], day: date
) -> None:
    """Erase all addresses of persons; those from which they left are marked, known or not."""
    own = tables.addresses.c
    for start in range(0, len(people), AT_ONCE):
        theirs = update(tables.addresses).where(own.person.in_(people[start : start + AT_ONCE]))
        await connection.execute(theirs.values(**ERASED))
    # Of an unknown address the person is the address.
    rows = [
        {"lookup": lookup, "person": lookup, **ERASED, "opted_out": day.isoformat()}
        for lookup in sorted(lookups)
    ]
    statement = insert(connection, tables.addresses)
    marked = statement.on_conflict_do_update(
        index_elements=["lookup"],
        set_={"opted_out": statement.excluded.opted_out},
        where=own.opted_out == "",
    )
    for start in range(0, len(rows), AT_ONCE):
        await connection.execute(marked, rows[start : start + AT_ONCE])
