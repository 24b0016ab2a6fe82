"""Stores the rows of a list as persons with addresses.

Rows are of one person when they have a number of the list, a telephone or an address in common,
with each other or with a stored person. Two stored persons whom a list ties together become one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.states import OVER
from bot.core.identity import Address
from bot.crypto.contact_keys import ContactKeys, Seal
from bot.fieldwork.audience.addresses import (
    GONE,
    NUMBER,
    OUTSIDE,
    lookup_of,
    number_in_list,
)
from bot.fieldwork.audience.contacts import AT_ONCE, Contact
from bot.fieldwork.audience.opt_outs import BLANK, ERASED
from bot.fieldwork.audience.person_rows import (
    AddressRow,
    PersonRow,
    Stored,
    erase_opted_out,
    merge_persons,
    write_addresses,
    write_persons,
)
from bot.spreadsheets.reader import Problems
from bot.storage.schema import all as tables
from survey_flows.errors import Message

StoreProgress = Callable[[int, int], None]
"""Takes the number of persons stored so far, and the number of all."""


@dataclass(frozen=True, slots=True)
class ContactImportCounts:
    """Numbers of persons of an import: new, changed, unchanged, and skipped after an opt-out."""

    new: int
    changed: int
    unchanged: int
    opted_out: int


class _Entry(NamedTuple):
    """A row with its pseudonyms: of the address, and of the number or telephone, if it has one."""

    contact: Contact
    address: bytes
    person: bytes | None

    @property
    def known_by(self) -> bytes:
        return self.address if self.person is None else self.person


class _Listed(NamedTuple):
    """A person on the list: the entries, the stored persons that they are, and the pseudonym."""

    entries: Sequence[_Entry]
    stored: Sequence[bytes]
    lookup: bytes

    @property
    def first(self) -> Contact:
        return self.entries[0].contact

    @property
    def consent(self) -> str:
        return max([entry.contact.consent for entry in self.entries])


async def store_contacts(
    connection: AsyncConnection,
    keys: ContactKeys,
    listed: Sequence[Contact],
    problems: Problems | None = None,
    progress: StoreProgress = lambda _done, _total: None,
) -> ContactImportCounts:
    """Add persons and addresses or change them; the same list again changes nothing.

    The later consent counts. A list without a consent takes none away: only an opt-out does.
    Of a person who has opted out only the pseudonyms of further addresses are kept.

    Args:
        connection: in a transaction of its own.
        keys: for pseudonyms and sealed addresses.
        listed: the rows of the list.
        problems: takes the contradictions by row.
        progress: takes how many persons are stored, and of how many.

    Raises:
        BadInput: rows of one person differ, an address is of two persons of one list, or a list
            ties two persons together who stand in one sample.
    """
    problems = problems or Problems("")
    known = await _read(connection, tables.addresses)
    people = await _read(connection, tables.persons)
    found = _gathered(_entries(keys, listed), known, people)
    # The order of the pseudonyms is that of no list, so rows do not tell how they came.
    found.sort(key=lambda one: one.lookup)
    doubtful = [one for one in found if len(one.entries) > 1 or _is_numbered(one.first)]
    for one in sorted(doubtful, key=lambda one: one.first.row):
        _refuse_contradictions(keys, one, known, problems)
    merging = [one for one in found if len(one.stored) > 1]
    await _refuse_sampled_twice(connection, merging, problems)
    problems.settle()
    people |= await _locked(connection, merging)
    counts: Counter[str] = Counter()
    seal = keys.sealer()
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        rows, places = _changes(seal, some, known, people, counts)
        await write_persons(connection, rows)
        for one in some:
            if others := [row for row in one.stored if row != one.lookup]:
                await merge_persons(connection, one.lookup, others)
        await write_addresses(connection, places, known)
        progress(start + len(some), len(found))
    await erase_opted_out(connection)
    return ContactImportCounts(counts["new"], counts["changed"], counts["same"], counts["out"])


def _changes(
    seal: Seal,
    some: Sequence[_Listed],
    known: Stored,
    people: Stored,
    counts: Counter[str],
) -> tuple[list[PersonRow], list[AddressRow]]:
    """Return the rows of persons and addresses that are new or change; counts the persons."""
    rows: list[PersonRow] = []
    places: list[AddressRow] = []
    for one in some:
        entry, *others = one.entries
        if not (one.stored or others or entry.person or entry.address in known):
            row, place = _first_seen(seal, entry)
            rows.append(row)
            places.append(place)
            counts["new"] += 1
            continue
        before = [people[lookup] for lookup in one.stored]
        out = bool(before) and any(row.opted_out for row in before)
        row = _gone(before) if out else _merged(one, before)
        own = _addresses(seal, one, known, row, out)
        changed = len(before) != 1 or before[0] != row
        changed = changed or any(known.get(value.lookup) != value for value in own)
        counts["out" if out else "same" if not changed else "changed" if before else "new"] += 1
        if changed:
            rows.append(row)
            places += own
    return rows, places


async def _read(connection: AsyncConnection, table: Any) -> dict[bytes, Row[Any]]:
    return {bytes(row.lookup): row for row in await connection.execute(select(table))}


def _entries(keys: ContactKeys, listed: Sequence[Contact]) -> list[_Entry]:
    lookups = keys.lookups([one.address for one in listed])
    return [
        _Entry(one, lookup, None)
        if one.person is None
        else _Entry(one, lookup_of(keys, one.address, one.person), keys.lookup(one.person))
        for one, lookup in zip(listed, lookups, strict=True)
    ]


def _gathered(entries: Sequence[_Entry], known: Stored, people: Stored) -> list[_Listed]:
    """Gather the entries of each person, in the order of the list."""
    leader: dict[bytes, bytes] = {}

    def find(node: bytes) -> bytes:
        while leader.setdefault(node, node) != node:
            leader[node] = node = leader[leader[node]]
        return node

    def owner(lookup: bytes) -> bytes:
        return bytes(known[lookup].person) if lookup in known else lookup

    for entry in entries:
        if entry.person is not None:
            leader[find(owner(entry.address))] = find(owner(entry.person))
    groups: dict[bytes, list[_Entry]] = defaultdict(list)
    for entry in entries:
        own = owner(entry.known_by)
        groups[find(own) if own in leader else own].append(entry)
    found = []
    for group in groups.values():
        stored: Sequence[bytes] = ()
        if people:
            names = [(entry.known_by, entry.address) for entry in group]
            owned = {owner(name) for both in names for name in both}
            stored = sorted(owned & people.keys())
        found.append(_Listed(group, stored, stored[0] if stored else _new_lookup(group)))
    return found


def _new_lookup(group: Sequence[_Entry]) -> bytes:
    """Return a new person's pseudonym, whatever the order of the rows."""
    if len(group) == 1:
        return group[0].known_by
    tied = [entry.person for entry in group if entry.person is not None]
    return min(tied or [entry.address for entry in group])


def _refuse_contradictions(
    keys: ContactKeys, one: _Listed, known: Stored, problems: Problems
) -> None:
    """Complain of rows of one person that differ, and of two numbers in one list."""
    numbers: dict[str, str] = {}
    for stored in _stored_numbers(keys, one, known):
        source, number = number_in_list(stored)
        numbers[source] = number
    for entry in one.entries:
        contact, first = entry.contact, one.first
        cells = (contact.lang, contact.group, contact.area, contact.size, contact.source)
        if cells != (first.lang, first.group, first.area, first.size, first.source):
            message = Message("fieldwork-person-differs", row=first.row)
            problems.add(message, contact.row, "person")
        for address in (contact.address, contact.person):
            if address is None or address.channel != OUTSIDE:
                continue
            source, number = number_in_list(address)
            if numbers.setdefault(source, number) != number:
                problems.add(Message("fieldwork-address-of-two"), contact.row, "address")


def _stored_numbers(keys: ContactKeys, one: _Listed, known: Stored) -> Iterable[Address]:
    """Return the stored numbers of a person whom the list gives a number that is not stored."""
    named = [entry for entry in one.entries if _is_numbered(entry.contact)]
    if not one.stored or all(entry.known_by in known for entry in named):
        return
    own = set(one.stored)
    for lookup, row in known.items():
        if bytes(row.person) in own and row.kind in (NUMBER, OUTSIDE) and row.sealed is not None:
            yield keys.unseal(lookup, bytes(row.sealed))


def _is_numbered(contact: Contact) -> bool:
    """Return whether a row gives a number of its list."""
    tied = contact.person is not None and contact.person.channel == OUTSIDE
    return tied or contact.address.channel == OUTSIDE


async def _refuse_sampled_twice(
    connection: AsyncConnection, merging: Sequence[_Listed], problems: Problems
) -> None:
    """Complain of two persons who become one while a campaign that is not over has sampled both."""
    frames, campaigns = tables.frames.c, tables.campaigns.c
    for one in merging:
        query = (
            select(frames.campaign)
            .join(tables.campaigns, campaigns.id == frames.campaign)
            .where(frames.lookup.in_(one.stored), campaigns.state.not_in(OVER))
        )
        sampled = Counter((await connection.execute(query)).scalars())
        for campaign, number in sampled.items():
            if number > 1:
                message = Message("fieldwork-persons-sampled", campaign=campaign)
                problems.add(message, one.first.row, "person")


async def _locked(connection: AsyncConnection, merging: Sequence[_Listed]) -> dict[bytes, Row[Any]]:
    """Read the persons who become one once more, so that no opt-out of this moment is lost."""
    found: dict[bytes, Row[Any]] = {}
    for one in merging:
        query = select(tables.persons).where(tables.persons.c.lookup.in_(one.stored))
        rows = await connection.execute(query.order_by(tables.persons.c.lookup).with_for_update())
        found |= {bytes(row.lookup): row for row in rows}
    return found


def _first_seen(seal: Seal, entry: _Entry) -> tuple[PersonRow, AddressRow]:
    """Return the rows of a person with one address of whom nothing is stored, as most are.

    They are what `_merged` and `_addresses` make, which ask about much more.
    """
    address, lang, group, area, size, consent, source, _, _ = entry.contact
    own = entry.address
    row = PersonRow(own, lang, group, area, size, source, consent, "", "")
    sealed = seal(address, own) if consent else None
    return row, AddressRow(own, own, address.channel, sealed, 0, "", "")


def _gone(before: Sequence[Row[Any]]) -> PersonRow:
    days = {name: max(getattr(row, name) for row in before) for name in ("opted_out", "invited")}
    return PersonRow(lookup=bytes(before[0].lookup), **(BLANK | days))


def _merged(one: _Listed, before: Sequence[Row[Any]]) -> PersonRow:
    first, consent, invited = one.first, one.consent, ""
    for row in before:
        consent, invited = max(consent, row.consent), max(invited, row.invited)
    described = (first.lang, first.group, first.area, first.size, first.source)
    return PersonRow(one.lookup, *described, consent, "", invited)


def _addresses(
    seal: Seal, one: _Listed, known: Stored, row: PersonRow, out: bool
) -> list[AddressRow]:
    """Return the rows of a person's addresses and numbers, one of each."""
    found: dict[bytes, AddressRow] = {}
    consent = one.consent
    for place, entry in enumerate(one.entries):
        named = ((entry.person, entry.contact.person), (entry.address, entry.contact.address))
        for lookup, address in named:
            if lookup is None or address is None:
                continue
            old = known.get(lookup)
            kind = address.channel if lookup == entry.address else NUMBER
            if kind == NUMBER and (lookup in found or (old is not None and old.kind != GONE)):
                continue  # an address that also stands for the person remains an address
            if out:
                was = old.opted_out if old is not None else ""
                erased = ERASED | {"opted_out": was}
                found[lookup] = AddressRow(lookup, one.lookup, **erased)
                continue
            since = old.unreachable if old is not None else ""
            sealed = old.sealed if old is not None else None
            # A telephone that only ties rows together is none that the person gave to be written to
            kept = row.consent and (kind != NUMBER or address.channel == OUTSIDE)
            found[lookup] = AddressRow(
                lookup,
                one.lookup,
                kind,
                sealed=(sealed or seal(address, lookup)) if kept else None,
                position=0 if kind == NUMBER else place,
                # A new consent is worth another attempt.
                unreachable="" if consent > since else since,
                opted_out="",
            )
    return list(found.values())
