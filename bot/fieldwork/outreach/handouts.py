"""Handouts: invitations that leave the service in a file, for letters or for another sender.

Whoever holds such a file could use the invitations in it. So one person asks for it and another
allows it, the public log says that it was made, and whom it reaches is settled like a message.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.approvals import Approval, Approvals, Decision
from bot.accounts.roles import ADMINISTRATOR, STAFF
from bot.accounts.roster import Book
from bot.campaigns.registered import read_campaign_row
from bot.crypto.age_files import fingerprint, read_recipient
from bot.crypto.contact_keys import ContactKeys
from bot.crypto.gate_keys import GateKeys
from bot.fieldwork.audience.addresses import EMAIL, LETTER, OUTSIDE, SMS, number_in_list
from bot.fieldwork.outreach.accounts import served_kinds
from bot.fieldwork.outreach.outbox import (
    AT_ONCE,
    CANCELLED,
    HANDED,
    HANDOUT,
    QUEUED,
    SENT,
    count_states,
    drop_queued,
    queue,
    read_people,
    read_pushes,
)
from bot.fieldwork.outreach.push_service import message_row, require_open
from bot.storage.database import insert, reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from survey_flows.errors import BadInput, Message, Place

LETTERS, MERGE, SEALED = "letters", "merge", "sealed"
FORMS: Mapping[str, tuple[str, ...]] = {
    LETTERS: (LETTER,),
    MERGE: (LETTER,),
    SEALED: (SMS, EMAIL, OUTSIDE, LETTER),
}
"""Forms of a file with the kinds of addresses that it takes: letters to print, a table for the
mail merge of a word processor, and a table that only another sender's key opens."""
MOST: Mapping[str, int] = {LETTERS: 1_000, MERGE: 200_000, SEALED: 200_000}
"""People in one file; a page of a PDF takes its time."""
LONGEST_PURPOSE = 200
ALLOWED, MADE = "allowed", "made"
LOST = ("unreachable", "not_started")
"""States of a message after which another road is taken: for silence none is."""


@dataclass(frozen=True, slots=True)
class HandoutRequest:
    """What somebody asks for; ``recipient`` is the age key of a `SEALED` file."""

    campaign: str
    form: str
    kind: str
    purpose: str
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class Handout:
    """A file that was allowed: ``counts`` are the people in it by the state of their message."""

    campaign: str
    step: int
    form: str
    kind: str
    recipient: str
    purpose: str
    asked_by: str
    made: int
    state: str
    counts: Mapping[str, int]

    @property
    def people(self) -> int:
        """The people in the file."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class HandoutRow:
    """An invitation in a file: where it goes, the code, and a reference that opens nothing."""

    person: bytes
    address: str
    lang: str
    code: str
    reference: str


async def count_waiting(database: AsyncEngine, campaign: str) -> dict[str, int]:
    """Return by kind of address how many invited people only a file can reach."""
    found = {}
    async with reading(database) as connection:
        for kind in FORMS[SEALED]:
            lacking = _lacking(campaign, kind, await served_kinds(connection))
            query = select(func.count()).select_from(lacking.subquery())
            found[kind] = int((await connection.execute(query)).scalar_one())
    return {kind: number for kind, number in found.items() if number}


async def prepare_handout(approvals: Approvals, asked: HandoutRequest, by: str) -> Approval:
    """Ask for a file of invitations; where two persons decide, it waits for the other one.

    Raises:
        BadInput: the campaign is not open, nobody is left, the purpose is missing or too long, or
            the form does not fit the kind of address or the key.
    """
    if asked.kind not in FORMS.get(asked.form, ()):
        raise BadInput(Message("handout-form"), Place(field="form"))
    purpose = asked.purpose.strip()
    if not purpose or len(purpose) > LONGEST_PURPOSE:
        message = Message("handout-purpose", most=LONGEST_PURPOSE)
        raise BadInput(message, Place(field="purpose"))
    recipient = read_recipient(asked.recipient) if asked.form == SEALED else ""
    async with reading(approvals.roster.database) as connection:
        await require_open(connection, asked.campaign)
        await _require_somebody(connection, asked)
    details = {"form": asked.form, "kind": asked.kind, "purpose": purpose, "recipient": recipient}
    details["fingerprint"] = fingerprint(recipient) if recipient else ""
    return await approvals.prepare(HANDOUT, asked.campaign, details, by)


def handout_decision() -> dict[str, Decision]:
    """Return what two people decide of a file: that it may be made, for whom it reaches now."""

    async def allow(connection: AsyncConnection, _book: Book, one: Approval, _now: int) -> None:
        said = one.details
        asked = HandoutRequest(one.subject, said["form"], said["kind"], said["purpose"])
        await require_open(connection, one.subject)
        people = await _require_somebody(connection, asked)
        step = len(await read_pushes(connection, one.subject))
        head = {"campaign": one.subject, "step": step}
        push = {**head, "state": ALLOWED, "texts": "{}", "hours": "00:00-23:59"}
        push |= {"not_on": json.dumps([]), "kind": HANDOUT, "handed": 0}
        await connection.execute(insert(connection, tables.pushes), [push])
        row = {**head, "form": asked.form, "kind": asked.kind, "purpose": asked.purpose}
        row |= {"recipient": said["recipient"], "asked_by": one.prepared_by, "made": 0}
        await connection.execute(insert(connection, tables.handouts), [row])
        rows = [message_row(one.subject, step, lookup, asked.kind) for lookup in people]
        await queue(connection, rows)

    return {HANDOUT: Decision(allow, prepared_in=(ADMINISTRATOR, STAFF))}


async def list_handouts(database: AsyncEngine, campaign: str) -> list[Handout]:
    """Return the files of a campaign in order; raises `BadInput` if there is no such campaign."""
    async with reading(database) as connection:
        await read_campaign_row(connection, campaign)
        return await _read(connection, campaign)


async def count_in_files(connection: AsyncConnection, campaign: str) -> dict[str, int]:
    """Return by form how many people's invitations left the service in a file."""
    found: Counter[str] = Counter()
    for one in await _read(connection, campaign):
        if one.made:
            found[one.form] += one.people - one.counts.get("opted_out", 0)
    return dict(sorted(found.items()))


async def read_rows(
    database: AsyncEngine,
    keys: GateKeys,
    contact_keys: ContactKeys,
    campaign: str,
    step: int,
    by: str,
) -> tuple[Handout, list[HandoutRow]]:
    """Return a file's invitations, without the people who have opted out since.

    Raises:
        BadInput: the campaign is not open, there is no such file, or another person asked for it.
    """
    async with reading(database) as connection:
        await require_open(connection, campaign)
        one = await _own(connection, campaign, step, by)
        own = (tables.outbox.c.campaign == campaign, tables.outbox.c.step == step)
        live = tables.outbox.c.state.in_((QUEUED, SENT))
        query = select(tables.outbox.c.lookup).where(*own, live)
        lookups = [bytes(lookup) for lookup in (await connection.execute(query)).scalars()]
        rows: list[HandoutRow] = []
        for start in range(0, len(lookups), AT_ONCE):
            wanted = [(campaign, step, lookup) for lookup in lookups[start : start + AT_ONCE]]
            for key, person in (await read_people(connection, wanted)).items():
                sealed = next((it for it in person.addresses if it.kind == one.kind), None)
                if person.opted_out or sealed is None:
                    continue
                address = contact_keys.unseal(sealed.lookup, sealed.sealed)
                outside = one.kind == OUTSIDE
                rows.append(
                    HandoutRow(
                        person=key[2],
                        address=number_in_list(address)[1] if outside else address.address,
                        lang=person.lang,
                        code=keys.invitation(campaign, person.number, person.turn),
                        reference=keys.reference(campaign, person.number),
                    )
                )
    # By the reference, which is that of no list.
    return one, sorted(rows, key=lambda row: row.reference)


async def record_made(
    database: AsyncEngine,
    desk: Desk,
    one: Handout,
    people: Sequence[bytes],
    digest: str,
    at: int,
) -> None:
    """Settle the people of a file that was made, and order the act that tells of it.

    Args:
        database: where the file is.
        desk: signs the act.
        one: the file.
        people: who is in it; the others of its step have opted out.
        digest: the SHA-256 of the file, in hexadecimal digits.
        at: epoch seconds.
    """
    facts: dict[str, object] = {"form": one.form, "people": len(people), "digest": digest}
    facts["fingerprint"] = fingerprint(one.recipient) if one.recipient else ""
    facts |= {"purpose": one.purpose, "at": at}
    outbox, handouts, pushes = tables.outbox.c, tables.handouts.c, tables.pushes.c
    async with writing(database) as connection:
        await require_open(connection, one.campaign)
        own = update(tables.outbox).where(
            outbox.campaign == one.campaign, outbox.step == one.step, outbox.state == QUEUED
        )
        for start in range(0, len(people), AT_ONCE):
            some = own.where(outbox.lookup.in_(people[start : start + AT_ONCE]))
            await connection.execute(some.values(state=SENT))
        await connection.execute(own.values(state="opted_out"))
        this = (handouts.campaign == one.campaign, handouts.step == one.step)
        counted = update(tables.handouts).where(*this).values(made=handouts.made + 1)
        await connection.execute(counted)
        push = (pushes.campaign == one.campaign, pushes.step == one.step)
        await connection.execute(update(tables.pushes).where(*push).values(state=MADE))
        await desk.order(connection, "export", one.campaign, facts)


async def drop_handout(database: AsyncEngine, campaign: str, step: int, by: str) -> None:
    """Give up a file that was not made; its people are free for another.

    Raises:
        BadInput: there is no such file, another person asked for it, or it was made.
    """
    pushes = tables.pushes.c
    async with writing(database) as connection:
        one = await _own(connection, campaign, step, by)
        if one.made:
            raise BadInput(Message("handout-made-already"), Place(subject=campaign))
        await drop_queued(connection, campaign, step)
        push = (pushes.campaign == campaign, pushes.step == step)
        await connection.execute(update(tables.pushes).where(*push).values(state=CANCELLED))


def _lacking(campaign: str, kind: str, served: Sequence[str]) -> Select[Any]:
    """Select the invited people whom only this kind of address can reach, and no file has.

    A messenger's own addresses come first: whoever has one is left to it until it says that they
    cannot be reached there.
    """
    frames, persons = tables.frames.c, tables.persons.c
    own, outbox = tables.addresses.c, tables.outbox.c
    alive = (own.person == frames.lookup, own.sealed.is_not(None), own.unreachable == "")
    # With its steps named, a person's messages are found by their keys. By campaign alone SQLite
    # reads all messages for each person: 200,000 people would take hours.
    steps = select(tables.pushes.c.step).where(tables.pushes.c.campaign == campaign)
    told = (
        outbox.campaign == campaign,
        outbox.step.in_(steps),
        outbox.lookup == frames.lookup,
    )
    here = exists().where(*alive, own.kind == kind)
    by_messenger = exists().where(*alive, own.kind.in_(served))
    lost = exists().where(*told, outbox.state.in_(LOST))
    settled = exists().where(*told, outbox.state.in_((QUEUED, *HANDED, "opted_out")))
    joined = tables.frames.join(tables.persons, persons.lookup == frames.lookup)
    query = select(frames.lookup).select_from(joined)
    query = query.where(frames.campaign == campaign, frames.invited, persons.opted_out == "")
    query = query.where(here, not_(settled), or_(not_(by_messenger), lost))
    # The numbers of a frame are of no order that tells anything.
    return query.order_by(frames.number)


async def _require_somebody(connection: AsyncConnection, asked: HandoutRequest) -> list[bytes]:
    served = await served_kinds(connection)
    query = _lacking(asked.campaign, asked.kind, served).limit(MOST[asked.form])
    found = [bytes(lookup) for lookup in (await connection.execute(query)).scalars()]
    if not found:
        raise BadInput(Message("fieldwork-nobody-left"), Place(subject=asked.campaign))
    return found


async def _own(connection: AsyncConnection, campaign: str, step: int, by: str) -> Handout:
    found = [one for one in await _read(connection, campaign) if one.step == step]
    if not found or found[0].state == CANCELLED:
        raise BadInput(Message("handout-unknown"), Place(subject=campaign))
    if found[0].asked_by != by:
        raise BadInput(Message("handout-of-another"), Place(subject=campaign))
    return found[0]


async def _read(connection: AsyncConnection, campaign: str) -> list[Handout]:
    handouts = tables.handouts.c
    counts = await count_states(connection, campaign)
    states = {push.step: push.state for push in await read_pushes(connection, campaign)}
    query = select(tables.handouts).where(handouts.campaign == campaign).order_by(handouts.step)
    return [
        Handout(
            campaign,
            row.step,
            row.form,
            row.kind,
            row.recipient,
            row.purpose,
            row.asked_by,
            row.made,
            states[row.step],
            dict(counts.get(row.step, {})),
        )
        for row in await connection.execute(query)
    ]
