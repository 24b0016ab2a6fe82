"""Queue of outgoing invitations and reminders.

A sender claims a message for the time of a lease, in which the message is not due for others.
A cancel leaves what a sender has in hand, which may be at the provider already.
It is settled when the channel has answered.
A process that dies leaves at most the messages in its hand to be sent again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from sqlalchemy import Row, bindparam, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage.database import insert, reading
from bot.storage.schema import all as tables
from bot.storage.schema.outreach import outbox, pushes

LEASE = 120
"""Seconds in which a sender has to be done with a message."""
AT_ONCE = 5_000
RUNNING, PAUSED, CANCELLED = "running", "paused", "cancelled"
QUEUED, SENT, DELIVERED = "queued", "sent", "delivered"
HANDED = (SENT, DELIVERED)
"""States of messages that were handed over: `DELIVERED` by a receipt, `SENT` without one."""
INVITATION, REMINDER, HANDOUT = "invitation", "reminder", "handout"
UNOPENED, ALL = "unopened", "all"
QUARTER_HOUR = 900
FAILED = "failed"
LONGEST_STOP = 64

Key = tuple[str, int, bytes]
"""Campaign, step and contact."""


@dataclass(frozen=True, slots=True)
class Push:
    """One step of a campaign, counted from 0.

    ``texts`` are by language, ``hours`` local times, ``not_on`` local days in ISO form. ``kind`` is
    `INVITATION`, for whoever has none, `HANDOUT`, a file of invitations that no messenger sends,
    or `REMINDER`, for ``people``: `UNOPENED` or `ALL`.
    ``handed`` is the quarter of an hour of its last hand-over (epoch seconds), 0 before the first.
    ``stopped`` is the kind of address and the code with which a provider refused it, or empty.
    ``short`` are the texts of short messages by language.
    """

    campaign: str
    step: int
    state: str
    texts: Mapping[str, str]
    hours: tuple[time, time]
    not_on: frozenset[str]
    kind: str = INVITATION
    people: str = UNOPENED
    handed: int = 0
    stopped: str = ""
    short: Mapping[str, str] = field(default_factory=dict)

    @property
    def spares_openers(self) -> bool:
        """Whether people who have opened their invitation get no message."""
        return self.kind == REMINDER and self.people == UNOPENED

    @property
    def counts(self) -> bool:
        """Whether a messenger has handed over a message of it, or may still do so."""
        return self.kind != HANDOUT and (bool(self.handed) or self.state != CANCELLED)

    def may_send(self, now: datetime) -> bool:
        """Return whether messages are sent at this local time."""
        begin, end = self.hours
        return (
            self.state == RUNNING
            and begin <= now.time() < end
            and now.date().isoformat() not in self.not_on
        )


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A message that a sender has in hand until ``until`` (epoch seconds)."""

    key: Key
    tries: int
    until: int


async def queue(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add messages; a contact with a message of the step gets no second one."""
    statement = insert(connection, outbox).on_conflict_do_nothing()
    for start in range(0, len(rows), AT_ONCE):
        await connection.execute(statement, list(rows[start : start + AT_ONCE]))


async def read_pushes(connection: AsyncConnection, campaign: str = "", now: int = 0) -> list[Push]:
    """Read the pushes of a campaign, or of all that take ballots ``now`` (epoch seconds)."""
    query = select(pushes).order_by(pushes.c.campaign, pushes.c.step)
    if campaign:
        query = query.where(pushes.c.campaign == campaign)
    else:
        campaigns = tables.campaigns.c
        query = query.join(tables.campaigns, campaigns.id == pushes.c.campaign).where(
            campaigns.state == "open"
        )
        query = query.where(campaigns.opens_at <= now, campaigns.closes_at > now)
    return [_push(row) for row in await connection.execute(query)]


async def claim_messages(
    connection: AsyncConnection, allowed: Iterable[Push], kind: str, most: int, now: int
) -> list[ClaimedMessage]:
    """Claim up to ``most`` messages to one kind of address, due and of pushes that may send now."""
    found: list[ClaimedMessage] = []
    for push in allowed:
        if len(found) < most:
            found += await _take(connection, push, kind, most - len(found), now)
    return found


async def _take(
    connection: AsyncConnection, push: Push, kind: str, most: int, now: int
) -> list[ClaimedMessage]:
    own = (
        outbox.c.state == QUEUED,
        outbox.c.kind == kind,
        outbox.c.campaign == push.campaign,
        outbox.c.step == push.step,
        outbox.c.form.in_(sorted(READERS)),
    )
    query = (
        select(outbox.c.lookup)
        .where(*own, outbox.c.due <= now)
        .order_by(outbox.c.send_order)
        .limit(most)
    )
    lookups = list((await connection.execute(query.with_for_update(skip_locked=True))).scalars())
    if not lookups:
        return []
    # They are locked, so that their keys alone name them; by their state SQLite would look among
    # all that are queued.
    keys = (outbox.c.campaign == push.campaign, outbox.c.step == push.step)
    changed = update(outbox).where(*keys, outbox.c.lookup.in_(lookups))
    until = now + LEASE
    values = {"due": until, "leased": until, "tries": outbox.c.tries + 1}
    rows = await connection.execute(
        changed.values(values).returning(outbox.c.lookup, outbox.c.tries, outbox.c.form)
    )
    found = {bytes(row.lookup): READERS[row.form](push, row, until) for row in rows}
    return [found[bytes(lookup)] for lookup in lookups]


def _read_claimed(push: Push, row: Row[Any], until: int) -> ClaimedMessage:
    return ClaimedMessage((push.campaign, push.step, bytes(row.lookup)), row.tries, until)


FORM = 1
READERS: Mapping[int, Callable[[Push, Row[Any], int], ClaimedMessage]] = {FORM: _read_claimed}
"""Readers by the version of a row. What has no reader waits for a program that has one."""


@dataclass(frozen=True, slots=True)
class PutBack:
    """A claimed message to be sent again from ``due`` on (epoch seconds).

    ``until`` is the end of its lease; ``untried``: the attempt does not count. ``kind`` is that of
    the next address, or empty where it stays.
    """

    until: int
    due: int
    untried: bool
    kind: str = ""


async def record_outcomes(connection: AsyncConnection, settled: Mapping[Key, str]) -> None:
    """Store the final states of messages; the number of attempts is forgotten."""
    rows = [{"c": key[0], "s": key[1], "l": key[2], "new": state} for key, state in settled.items()]
    if rows:
        await connection.execute(
            _one().values(state=bindparam("new"), due=0, leased=0, tries=0), rows
        )


async def note_handed(
    connection: AsyncConnection, steps: Iterable[tuple[str, int]], now: int
) -> None:
    """Stores that messages of these steps were handed over ``now``, to the quarter of an hour."""
    columns, at = pushes.c, now - now % QUARTER_HOUR
    for campaign, step in sorted(set(steps)):
        own = (columns.campaign == campaign, columns.step == step, columns.handed < at)
        await connection.execute(update(pushes).where(*own).values(handed=at))


async def stop_steps(connection: AsyncConnection, stops: Mapping[tuple[str, int], str]) -> None:
    """Pause steps that a provider refuses; ``stops`` says why, as `Push.stopped`."""
    columns = pushes.c
    for (campaign, step), why in sorted(stops.items()):
        own = (columns.campaign == campaign, columns.step == step, columns.state == RUNNING)
        values = {"state": PAUSED, "stopped": why[:LONGEST_STOP]}
        await connection.execute(update(pushes).where(*own).values(**values))


async def nothing_is_stopped(database: AsyncEngine) -> bool:
    """Return whether no step of an open campaign waits because a provider refuses it."""
    campaigns = tables.campaigns.c
    query = select(pushes.c.step).join(tables.campaigns, campaigns.id == pushes.c.campaign)
    stopped = query.where(campaigns.state == "open", pushes.c.stopped != "").limit(1)
    async with reading(database) as connection:
        return (await connection.execute(stopped)).first() is None


async def read_failed_twice(connection: AsyncConnection, keys: Iterable[Key]) -> set[Key]:
    """Return the messages whose person another step of the campaign has failed, too."""
    wanted, found = set(keys), set()
    for campaign, lookups in _by_campaign(wanted).items():
        for row in await _messages_of(connection, campaign, lookups):
            if row.state == FAILED:
                found.add((campaign, row.step, bytes(row.lookup)))
    return {
        key
        for key in wanted
        if any((one[0], one[2]) == (key[0], key[2]) and one[1] != key[1] for one in found)
    }


async def drop_queued(connection: AsyncConnection, campaign: str, step: int) -> None:
    """Deletes the messages of a step that were not handed over and are in nobody's hand."""
    await connection.execute(delete(outbox).where(*_queued(campaign, step), outbox.c.leased == 0))


async def drop_lost(connection: AsyncConnection, push: Push, now: int) -> None:
    """Deletes the messages of a cancelled step with whose sender something happened.

    ``now`` (epoch seconds) tells which leases are over: such a message is in nobody's hand.
    """
    own = _queued(push.campaign, push.step)
    await connection.execute(delete(outbox).where(*own, outbox.c.leased <= now))


def _queued(campaign: str, step: int) -> tuple[Any, ...]:
    return (outbox.c.campaign == campaign, outbox.c.step == step, outbox.c.state == QUEUED)


async def read_invited_before(connection: AsyncConnection, campaign: str) -> set[bytes]:
    """Returns the contacts to whom a message of this campaign was handed over."""
    own = (outbox.c.campaign == campaign, outbox.c.state.in_(HANDED))
    query = select(outbox.c.lookup).where(*own).distinct()
    return {bytes(lookup) for lookup in (await connection.execute(query)).scalars()}


async def read_having(connection: AsyncConnection, keys: Iterable[Key]) -> set[tuple[str, bytes]]:
    """Returns the campaigns and contacts of these messages that have got an earlier one."""
    found = set()
    for campaign, lookups in _by_campaign(keys).items():
        for row in await _messages_of(connection, campaign, lookups):
            if row.state in HANDED:
                found.add((campaign, bytes(row.lookup)))
    return found


def _by_campaign(keys: Iterable[Key]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for campaign, _, lookup in keys:
        found.setdefault(campaign, []).append(lookup)
    return found


async def _messages_of(
    connection: AsyncConnection, campaign: str, lookups: Sequence[bytes]
) -> Sequence[Row[int, bytes, str]]:
    """Return step, contact and state of all messages to these people.

    The steps are named and the state is not, so that each message is found by its key. By state
    all that were handed over would be read for every handful: with 200,000 people the more of them
    the longer, until nothing goes on.
    """
    query = select(pushes.c.step).where(pushes.c.campaign == campaign)
    steps = list((await connection.execute(query)).scalars())
    own = (outbox.c.campaign == campaign, outbox.c.step.in_(steps), outbox.c.lookup.in_(lookups))
    found = select(outbox.c.step, outbox.c.lookup, outbox.c.state).where(*own)
    return (await connection.execute(found)).all()


async def put_back(connection: AsyncConnection, found: Mapping[Key, PutBack]) -> None:
    """Release claimed messages; another sender may have one whose lease is over, so it is left.

    Messages of a step that was cancelled meanwhile are deleted: they wait for nothing.
    """
    rows = [
        {
            "c": key[0],
            "s": key[1],
            "l": key[2],
            "mine": item.until,
            "new": item.due,
            "less": int(item.untried),
            "next": item.kind,
        }
        for key, item in found.items()
    ]
    if rows:
        values: dict[str, Any] = {"due": bindparam("new"), "leased": 0}
        values["tries"] = outbox.c.tries - bindparam("less")
        kept = bindparam("next") == ""
        values["kind"] = case((kept, outbox.c.kind), else_=bindparam("next"))
        await connection.execute(
            _one().where(outbox.c.leased == bindparam("mine")).values(values), rows
        )
        for campaign in {key[0] for key in found}:
            for push in await read_pushes(connection, campaign):
                if push.state == CANCELLED:
                    await drop_queued(connection, campaign, push.step)


def _one() -> Any:
    where = (
        outbox.c.campaign == bindparam("c"),
        outbox.c.step == bindparam("s"),
        outbox.c.lookup == bindparam("l"),
    )
    return update(outbox).where(*where, outbox.c.state == QUEUED)


async def count_states(connection: AsyncConnection, campaign: str) -> dict[int, Counter[str]]:
    """Count the messages of a campaign by step and state."""
    kinds = await count_kinds(connection, campaign)
    return {step: sum(counts.values(), Counter()) for step, counts in kinds.items()}


async def count_kinds(
    connection: AsyncConnection, campaign: str
) -> dict[int, dict[str, Counter[str]]]:
    """Count the messages of a campaign by step, kind of address and state."""
    columns = (outbox.c.step, outbox.c.kind, outbox.c.state)
    query = select(*columns, func.count()).where(outbox.c.campaign == campaign)
    found: dict[int, dict[str, Counter[str]]] = {}
    for step, kind, state, count in await connection.execute(query.group_by(*columns)):
        found.setdefault(step, {}).setdefault(kind, Counter())[state] = count
    return found


async def read_opened_contacts(
    connection: AsyncConnection, marks: Mapping[bytes, bytes]
) -> set[bytes]:
    """Return the contacts whose invitation was opened.

    ``marks`` are the stored hashes of their tokens, by contact.
    """
    invitations = tables.invitations.c
    query = select(invitations.mark).where(
        invitations.mark.in_(list(marks.values())), invitations.holder.is_not(None)
    )
    used = {bytes(mark) for mark in (await connection.execute(query)).scalars()}
    return {lookup for lookup, mark in marks.items() if mark in used}


@dataclass(frozen=True, slots=True)
class SealedAddress:
    """An address of a person; ``unreachable`` is the day since when messages do not arrive."""

    lookup: bytes
    kind: str
    sealed: bytes
    unreachable: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person with number and turn in a frame, and the sealed addresses in their order."""

    number: str
    turn: int | None
    lang: str
    opted_out: bool
    addresses: tuple[SealedAddress, ...]


async def read_people(connection: AsyncConnection, keys: Iterable[Key]) -> dict[Key, Recipient]:
    """Return each message's person; deleted persons are left out."""
    frames, persons, own = tables.frames.c, tables.persons.c, tables.addresses.c
    wanted = list(keys)
    columns = [frames.campaign, frames.number, frames.turn]
    columns += [persons.lookup, persons.lang, persons.opted_out]
    joined = tables.frames.join(tables.persons, frames.lookup == persons.lookup)
    query = select(*columns).select_from(joined)
    rows: dict[tuple[str, bytes], Row[Any]] = {}
    # Pairs of campaign and person would be looked for among all people of the campaign.
    for campaign, lookups in _by_campaign(wanted).items():
        own_ones = query.where(frames.campaign == campaign, frames.lookup.in_(lookups))
        found = await connection.execute(own_ones)
        rows |= {(campaign, bytes(row.lookup)): row for row in found}
    theirs: dict[bytes, list[SealedAddress]] = {}
    sealed = select(tables.addresses).where(
        own.person.in_({lookup for _, lookup in rows}), own.sealed.is_not(None)
    )
    for row in await connection.execute(sealed.order_by(own.position, own.lookup)):
        one = SealedAddress(bytes(row.lookup), row.kind, bytes(row.sealed), row.unreachable)
        theirs.setdefault(bytes(row.person), []).append(one)
    recipients = {
        (campaign, lookup): Recipient(
            row.number, row.turn, row.lang, bool(row.opted_out), tuple(theirs.get(lookup, ()))
        )
        for (campaign, lookup), row in rows.items()
    }
    return {key: recipients[key[0], key[2]] for key in wanted if (key[0], key[2]) in recipients}


def _push(row: Row[Any]) -> Push:
    begin, end = (time.fromisoformat(part) for part in row.hours.split("-"))
    texts, not_on = json.loads(row.texts), frozenset(json.loads(row.not_on))
    head = (row.campaign, row.step, row.state, texts, (begin, end), not_on)
    rest = (row.kind, row.people, row.handed, row.stopped, json.loads(row.short))
    return Push(*head, *rest)
