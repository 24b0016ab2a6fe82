"""What came of files with invitations: letters that came back, and people who want no more.

A row names a person by the reference on the letter, which opens nothing. Whoever sent a sealed file
gives the same table back.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.registered import read_campaign_row
from bot.crypto.gate_keys import REFERENCE, GateKeys
from bot.fieldwork.audience.contacts import set_unreachable
from bot.fieldwork.audience.opt_outs import opt_out_persons
from bot.fieldwork.outreach.outbox import AT_ONCE, HANDOUT, SENT
from bot.spreadsheets.columns import Field, cell_reader, match_columns
from bot.spreadsheets.reader import Problems, Sheet, normalise_width, read_sheet
from bot.storage.database import writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place

FIELDS = (
    Field("reference", ("参考号",), longest=REFERENCE),
    Field("outcome", ("结果",), longest=16),
)
DELIVERED, RETURNED, OPTED_OUT = "delivered", "returned", "opted_out"
OUTCOMES: Mapping[str, tuple[str, ...]] = {
    DELIVERED: ("送达",),
    RETURNED: ("退回", "unreachable", "无法送达"),
    OPTED_OUT: ("拒收", "opted out"),
}
"""By code, with the other words for it."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A person of a campaign, and what came of their letter."""

    person: bytes
    outcome: str


async def take_returns(
    database: AsyncEngine, keys: GateKeys, campaign: str, file: str, data: bytes, day: date
) -> Mapping[str, int]:
    """Store what came of a campaign's files; returns the rows by `OUTCOMES`.

    A letter that came back ends its address and its message, so that another road is taken.
    Whoever wants no more is opted out from every address.

    Raises:
        BadInput: the campaign's key is gone, or the problems by row and column.
    """
    sheet = await asyncio.to_thread(read_sheet, file, data)
    async with writing(database) as connection:
        people = await _people(connection, keys, campaign)
        found = _read(sheet, people)
        await _store(connection, campaign, found, day)
    counts = Counter(one.outcome for one in found)
    return {outcome: counts[outcome] for outcome in OUTCOMES}


async def take_return(
    database: AsyncEngine, keys: GateKeys, campaign: str, reference: str, outcome: str, day: date
) -> None:
    """Store what came of one letter, whose reference was scanned or typed; as `take_returns`.

    Raises:
        BadInput: the campaign's key is gone, no letter has this reference, or there is no such
            outcome.
    """
    plain = normalise_width(reference).strip().upper()
    async with writing(database) as connection:
        people = await _people(connection, keys, campaign)
        if plain not in people:
            raise BadInput(Message("handout-no-reference"), Place(subject=plain[:REFERENCE]))
        if outcome not in OUTCOMES:
            message = Message("handout-no-outcome", outcomes=tuple(OUTCOMES))
            raise BadInput(message, Place(subject=plain))
        await _store(connection, campaign, [Returned(people[plain], outcome)], day)


async def _people(connection: AsyncConnection, keys: GateKeys, campaign: str) -> dict[str, bytes]:
    await read_campaign_row(connection, campaign)
    if not keys.knows_voters(campaign):
        raise BadInput(Message("handout-returns-late"), Place(subject=campaign))
    return await _references(connection, keys, campaign)


async def _store(
    connection: AsyncConnection, campaign: str, found: Sequence[Returned], day: date
) -> None:
    back = [one.person for one in found if one.outcome == RETURNED]
    await _end_letters(connection, campaign, back, day)
    leaving = [one.person for one in found if one.outcome == OPTED_OUT]
    await opt_out_persons(connection, leaving, day)


def _read(sheet: Sheet, people: Mapping[str, bytes]) -> list[Returned]:
    problems, found = Problems(sheet.file), []
    for row in match_columns(sheet, FIELDS, problems):
        cell = cell_reader(problems, row)
        reference = normalise_width(cell("reference").text).upper()
        if reference not in people:
            cell("reference").complain(Message("handout-no-reference"))
        said = normalise_width(cell("outcome").text).lower()
        outcome = next((one for one in OUTCOMES if said in (one, *OUTCOMES[one])), "")
        if not outcome:
            cell("outcome").complain(Message("handout-no-outcome", outcomes=tuple(OUTCOMES)))
        found.append(Returned(people.get(reference, b""), outcome))
    problems.settle()
    return found


async def _references(
    connection: AsyncConnection, keys: GateKeys, campaign: str
) -> dict[str, bytes]:
    """Return the person behind each reference of the campaign's files."""
    frames, outbox, pushes = tables.frames.c, tables.outbox.c, tables.pushes.c
    joined = tables.frames.join(
        tables.outbox, (outbox.campaign == frames.campaign) & (outbox.lookup == frames.lookup)
    ).join(tables.pushes, (pushes.campaign == outbox.campaign) & (pushes.step == outbox.step))
    query = select(frames.number, frames.lookup).select_from(joined)
    own = query.where(frames.campaign == campaign, pushes.kind == HANDOUT)
    return {
        keys.reference(campaign, row.number): bytes(row.lookup)
        for row in await connection.execute(own)
    }


async def _end_letters(
    connection: AsyncConnection, campaign: str, people: list[bytes], day: date
) -> None:
    """Settle the letters of people as those that reach nobody, by few statements for many."""
    outbox, own = tables.outbox.c, tables.addresses.c
    query = select(tables.handouts.c.step, tables.handouts.c.kind)
    files = (await connection.execute(query.where(tables.handouts.c.campaign == campaign))).all()
    for step, kind in files:
        for start in range(0, len(people), AT_ONCE):
            some = outbox.lookup.in_(people[start : start + AT_ONCE])
            mine = (outbox.campaign == campaign, outbox.step == step, some, outbox.state == SENT)
            lost = update(tables.outbox).where(*mine).values(state="unreachable")
            gone = (await connection.execute(lost.returning(outbox.lookup))).scalars().all()
            where = select(own.lookup).where(own.person.in_(gone), own.kind == kind)
            lookups = [bytes(one) for one in (await connection.execute(where)).scalars()]
            await set_unreachable(connection, lookups, day)
