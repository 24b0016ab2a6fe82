"""Contacts: persons who may be invited, kept apart from ballots under pseudonyms.

A person has one address or several, each sealed. Consent and opt-out are of the person,
over all addresses; what arrives, or does not, is of the address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.preferences import FATIGUE_DAYS
from bot.core.identity import Address
from bot.crypto.contact_keys import ContactKeys
from bot.fieldwork.audience.addresses import KINDS
from bot.storage.schema import all as tables

REASONS = ("opted_out", "no_consent", "unreachable", "fatigue")
"""Codes of why a contact cannot be invited.

A contact is counted once, under the first reason that applies.
"""
AT_ONCE = 5_000


class Contact(NamedTuple):
    """A row of a list: a person at one of their addresses.

    ``consent`` is a day in ISO form, or empty; ``area`` and ``size`` may be empty. ``person`` is
    the number in the list (`bot.fieldwork.audience.addresses.list_number`) or the telephone that
    ties the rows of one person; without it the address is the person. ``row`` is its place.
    """

    address: Address
    lang: str
    group: str
    area: str
    size: str
    consent: str
    source: str
    person: Address | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class ContactCounts:
    """Numbers of persons: by group those to invite, by reason (`REASONS`) those left out.

    ``kinds``: how many persons have an address of each kind that is sealed and reachable.
    """

    groups: Mapping[str, int]
    left_out: Mapping[str, int]
    kinds: Mapping[str, int]


def select_persons() -> Select[Any]:
    """Select all columns of persons, and ``unreachable``: the first day, if no address is left."""
    own, columns = tables.addresses.c, tables.persons.c
    dead = select(own.person, func.min(own.unreachable).label("since"))
    dead = dead.where(own.sealed.is_not(None), own.kind.in_(KINDS)).group_by(own.person)
    found = dead.subquery()
    joined = tables.persons.outerjoin(found, found.c.person == columns.lookup)
    since = func.coalesce(found.c.since, "").label("unreachable")
    return select(*columns, since).select_from(joined)


async def set_unreachable(connection: AsyncConnection, lookups: Iterable[bytes], day: date) -> None:
    """Mark addresses as unreachable on a day; a consent of a later day takes the mark away."""
    columns = tables.addresses.c
    for lookup in sorted(lookups):
        alive = (columns.lookup == lookup, columns.sealed.is_not(None))
        changed = tables.addresses.update().where(*alive)
        await connection.execute(changed.values(unreachable=day.isoformat()))


async def set_reachable(
    connection: AsyncConnection, keys: ContactKeys, addresses: Iterable[Address]
) -> None:
    """Take the mark of unreachability from addresses from which somebody was just heard."""
    columns = tables.addresses.c
    lookups = sorted({keys.lookup(address) for address in addresses})
    marked = columns.lookup.in_(lookups) & (columns.unreachable != "")
    await connection.execute(tables.addresses.update().where(marked).values(unreachable=""))


async def count_contacts(
    connection: AsyncConnection, day: date, fatigue_days: int = FATIGUE_DAYS
) -> ContactCounts:
    """Count the persons that can be invited on a day, and those that cannot by reason."""
    groups: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for row in await connection.execute(select_persons()):
        reason = exclusion_reason(row, day, fatigue_days)
        if reason:
            left_out[reason] += 1
        else:
            groups[row.group_code] += 1
    own = tables.addresses.c
    alive = (own.sealed.is_not(None), own.unreachable == "")
    query = select(own.kind, func.count(own.person.distinct())).where(*alive).group_by(own.kind)
    kinds: dict[str, int] = {row[0]: row[1] for row in await connection.execute(query)}
    return ContactCounts(
        dict(sorted(groups.items())),
        {reason: left_out[reason] for reason in REASONS},
        {kind: kinds[kind] for kind in KINDS if kind in kinds},
    )


def exclusion_reason(row: Row[Any], day: date, fatigue_days: int) -> str:
    """Return the first of `REASONS` that bars a person's row on a day; empty when none does."""
    if row.opted_out:
        return "opted_out"
    if not row.consent or not row.group_code:
        return "no_consent"
    if row.unreachable:
        return "unreachable"
    if row.invited and (day - date.fromisoformat(row.invited)).days < fatigue_days:
        return "fatigue"
    return ""
