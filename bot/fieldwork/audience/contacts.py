"""Contacts who may be invited, kept apart from ballots under pseudonyms with sealed addresses.

An address is kept only of a contact who consented and has not opted out.
An opt-out lasts: of that person only the pseudonym is kept, and a later import skips them by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, case, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.preferences import FATIGUE_DAYS
from bot.core.identity import Address
from bot.crypto.contact_keys import ContactKeys
from bot.storage.database import insert
from bot.storage.schema import all as tables

REASONS = ("opted_out", "no_consent", "unreachable", "fatigue")
"""Codes of why a contact cannot be invited.

A contact is counted once, under the first reason that applies.
"""
AT_ONCE = 5_000

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Contact:
    """A person on a list.

    ``consent`` is a day in ISO form, or empty; ``area`` and ``size`` may be empty.
    """

    address: Address
    lang: str
    group: str
    area: str
    size: str
    consent: str
    source: str


@dataclass(frozen=True, slots=True)
class ContactImportCounts:
    """Numbers of contacts of an import: new, changed, unchanged, and skipped after an opt-out."""

    new: int
    changed: int
    unchanged: int
    opted_out: int


@dataclass(frozen=True, slots=True)
class ContactCounts:
    """Numbers of contacts: by group those to invite, by reason (`REASONS`) those left out."""

    groups: Mapping[str, int]
    left_out: Mapping[str, int]


async def store_contacts(
    connection: AsyncConnection, keys: ContactKeys, listed: Sequence[Contact]
) -> ContactImportCounts:
    """Add contacts or change them; importing the same list again changes nothing.

    The later consent counts.
    A list without a consent takes none away: only an opt-out does.
    """
    before = {bytes(row.lookup): row for row in await connection.execute(select(tables.contacts))}
    done: Counter[str] = Counter()
    rows: list[Values] = []
    for contact in listed:
        lookup = keys.lookup(contact.address)
        old = before.get(lookup)
        if old is not None and old.opted_out:
            done["opted_out"] += 1
            continue
        row = _merged(keys, lookup, contact, old)
        if old is not None and dict(old._mapping) == row:
            done["same"] += 1
            continue
        done["new" if old is None else "changed"] += 1
        rows.append(row)
    await _write(connection, rows)
    return ContactImportCounts(done["new"], done["changed"], done["same"], done["opted_out"])


def _merged(keys: ContactKeys, lookup: bytes, contact: Contact, old: Row[Any] | None) -> Values:
    consent = max(contact.consent, old.consent if old else "")
    sealed = old.sealed if old else None
    unreachable = old.unreachable if old else ""
    return {
        "lookup": lookup,
        "sealed": (sealed or keys.seal(contact.address)) if consent else None,
        "lang": contact.lang,
        "group_code": contact.group,
        "area": contact.area,
        "size": contact.size,
        "source": contact.source,
        "consent": consent,
        "opted_out": "",
        # A new consent is worth another attempt.
        "unreachable": "" if contact.consent > unreachable else unreachable,
        "invited": old.invited if old else "",
    }


async def opt_out(
    connection: AsyncConnection, keys: ContactKeys, addresses: Iterable[Address], day: date
) -> int:
    """Opt these people out, on a list or not; returns how many had not opted out before.

    Only the pseudonym, the day and the day of the last invitation are kept of them.
    """
    lookups = dict.fromkeys(keys.lookup(address) for address in addresses)
    before = await _find(connection, list(lookups))
    rows = [
        _gone(lookup, day, before.get(lookup))
        for lookup in lookups
        if lookup not in before or not before[lookup].opted_out
    ]
    await _write(connection, rows)
    return len(rows)


async def opt_in(
    connection: AsyncConnection, keys: ContactKeys, addresses: Iterable[Address], day: date
) -> int:
    """Undo the opt-outs of these people from the same addresses; returns how many there were.

    Their consent is of this day. What a list said of them is gone, so that a sample has room for
    them only once a list names them again.
    """
    columns, done = tables.contacts.c, 0
    for address in dict.fromkeys(addresses):
        own = (columns.lookup == keys.lookup(address), columns.opted_out != "")
        values = {"opted_out": "", "consent": day.isoformat(), "sealed": keys.seal(address)}
        changed = tables.contacts.update().where(*own).values(values)
        done += (await connection.execute(changed)).rowcount
    return done


async def _find(connection: AsyncConnection, lookups: Sequence[bytes]) -> dict[bytes, Row[Any]]:
    found: dict[bytes, Row[Any]] = {}
    for start in range(0, len(lookups), AT_ONCE):
        query = select(tables.contacts).where(
            tables.contacts.c.lookup.in_(lookups[start : start + AT_ONCE])
        )
        found |= {bytes(row.lookup): row for row in await connection.execute(query)}
    return found


def _gone(lookup: bytes, day: date, old: Row[Any] | None) -> Values:
    empty = dict.fromkeys(
        ("lang", "group_code", "area", "size", "source", "consent", "unreachable"), ""
    )
    invited = old.invited if old else ""
    return {
        "lookup": lookup,
        "sealed": None,
        **empty,
        "opted_out": day.isoformat(),
        "invited": invited,
    }


async def set_unreachable(connection: AsyncConnection, lookups: Iterable[bytes], day: date) -> None:
    """Mark contacts as unreachable on a day; a consent of a later day takes the mark away."""
    columns = tables.contacts.c
    for lookup in sorted(lookups):
        changed = tables.contacts.update().where(columns.lookup == lookup, columns.opted_out == "")
        await connection.execute(changed.values(unreachable=day.isoformat()))


async def set_reachable(
    connection: AsyncConnection, keys: ContactKeys, addresses: Iterable[Address]
) -> None:
    """Take the mark of unreachability from contacts who have just been heard of."""
    columns = tables.contacts.c
    lookups = sorted({keys.lookup(address) for address in addresses})
    marked = columns.lookup.in_(lookups) & (columns.unreachable != "")
    await connection.execute(tables.contacts.update().where(marked).values(unreachable=""))


async def count_contacts(
    connection: AsyncConnection, day: date, fatigue_days: int = FATIGUE_DAYS
) -> ContactCounts:
    """Count the contacts that can be invited on a day, and those that cannot by reason."""
    groups: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for row in await connection.execute(select(tables.contacts)):
        reason = exclusion_reason(row, day, fatigue_days)
        if reason:
            left_out[reason] += 1
        else:
            groups[row.group_code] += 1
    return ContactCounts(
        dict(sorted(groups.items())), {reason: left_out[reason] for reason in REASONS}
    )


def exclusion_reason(row: Row[Any], day: date, fatigue_days: int) -> str:
    """Return the first of `REASONS` that bars a contact's row on a day; empty when none does."""
    if row.opted_out:
        return "opted_out"
    if not row.consent or not row.group_code:
        return "no_consent"
    if row.unreachable:
        return "unreachable"
    if row.invited and (day - date.fromisoformat(row.invited)).days < fatigue_days:
        return "fatigue"
    return ""


async def _write(connection: AsyncConnection, rows: list[Values]) -> None:
    # The order of the pseudonyms is that of no list, so rows do not tell how they came.
    rows = sorted(rows, key=lambda row: bytes(row["lookup"]))
    for start in range(0, len(rows), AT_ONCE):
        await _upsert(connection, rows[start : start + AT_ONCE])


async def _upsert(connection: AsyncConnection, rows: list[Values]) -> None:
    """Store rows; an opt-out that came since they were read stands, whatever else is stored."""
    columns = tables.contacts.c
    for leaving in (False, True):
        some = [row for row in rows if bool(row["opted_out"]) == leaving]
        if not some:
            continue
        statement = insert(connection, tables.contacts)
        rest = {name: statement.excluded[name] for name in some[0] if name != "lookup"}
        if not leaving:
            # Senders write these two columns, which may be newer than the rows that were read.
            rest["invited"] = columns.invited
            rest["unreachable"] = case(
                (statement.excluded.consent > columns.unreachable, ""), else_=columns.unreachable
            )
        stays = None if leaving else columns.opted_out == ""
        changed = statement.on_conflict_do_update(index_elements=["lookup"], set_=rest, where=stays)
        await connection.execute(changed, some)
