"""Making the invitations of a sample, and what came of them: counts by cell, apart from ballots and from contacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns import LINK, PERSONAL
from bot.clock import Clock
from bot.contact_keys import Address, ContactKeys
from bot.contacts import AT_ONCE
from bot.keys import Keys
from bot.sampling import cell_of
from bot.store import tables
from bot.store.database import insert, reading, writing
from survey_flows.errors import BadInput

SOURCE = "personal"
"""The source of ballots that come by personal invitation."""


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who is to be written to: where, in which language, and the token of their link."""

    lookup: bytes
    address: Address
    lang: str
    token: str


@dataclass(frozen=True, slots=True)
class Made:
    """How many invitations there are, how many of them are new, and how many contacts cannot be written to."""

    invitations: int
    new: int
    away: int


@dataclass(frozen=True, slots=True)
class Response:
    """What came of the invitations of a cell. ``opened`` and ``answered`` are told by `bot.campaigns.rounded` only."""

    cell: str
    invited: int
    opened: int
    answered: int


async def make_invitations(database: AsyncEngine, keys: Keys, campaign: str, day: date, clock: Clock) -> Made:
    """Make an invitation for everybody who was drawn; made again, nothing changes.

    All are made at once, also of people who have opted out since and get none: what is made for one person alone could
    be told to be theirs.

    Raises:
        BadInput: no such campaign, it is not open, or its sample is not drawn.
    """
    async with writing(database) as connection:
        await _require_open(connection, campaign)
        members = await _drawn(connection, campaign)
        if not members:
            raise BadInput("nobody was drawn for this campaign; see `minping sample draw`", campaign)
        cells = {(member.grp, member.stratum) for member in members}
        links = await _keep_links(connection, campaign, sorted(cells), clock)
        rows = [_row(keys, campaign, member, links) for member in members]
        new = await _add(connection, rows)
        if new:
            reached = [bytes(member.lookup) for member in members if _can_be_written_to(member)]
            await _note_invited(connection, reached, day)
    return Made(len(members), new, sum(not _can_be_written_to(member) for member in members))


async def read_invited(
    connection: AsyncConnection, keys: Keys, contact_keys: ContactKeys, campaign: str
) -> list[Invited]:
    """Everybody to write to, in the order of their numbers; ask again just before sending, for who opts out meanwhile.

    Raises:
        BadInput: no such campaign, or it is not open.
        BadSession: the contacts were sealed under another key.
    """
    await _require_open(connection, campaign)
    return [
        Invited(
            lookup=bytes(member.lookup),
            address=contact_keys.unseal(bytes(member.lookup), bytes(member.sealed)),
            lang=member.lang,
            token=keys.invitation(campaign, member.number),
        )
        for member in await _drawn(connection, campaign)
        if _can_be_written_to(member)
    ]


async def count_responses(database: AsyncEngine, campaign: str) -> list[Response]:
    """What came of the invitations, by cell: from the invitations who opened one, from the ballots who answered."""
    links, invitations, ballots = tables.links.c, tables.invitations.c, tables.ballots.c
    used = select(invitations.link, func.count(), func.count(invitations.holder)).group_by(invitations.link)
    voters = select(ballots.grp, ballots.stratum, func.count(ballots.voter.distinct()))
    voters = voters.where(ballots.campaign == campaign, ballots.source == SOURCE)
    async with reading(database) as connection:
        counted = {row[0]: (row[1], row[2]) for row in await connection.execute(used)}
        grouped = await connection.execute(voters.group_by(ballots.grp, ballots.stratum))
        answered = Counter({(row[0], row[1]): row[2] for row in grouped})
        own = select(tables.links).where(links.campaign == campaign, links.token.startswith(PERSONAL))
        cells = (await connection.execute(own.order_by(links.grp, links.stratum))).all()
    return [
        Response(cell_of(row.grp, row.stratum), *counted.get(row.token, (0, 0)), answered[row.grp, row.stratum])
        for row in cells
    ]


async def _require_open(connection: AsyncConnection, campaign: str) -> None:
    query = select(tables.campaigns.c.state).where(tables.campaigns.c.id == campaign)
    state = (await connection.execute(query)).scalar()
    if state is None:
        raise BadInput("there is no such campaign; see `minping campaign show`", campaign)
    if state != "open":
        # A key that was destroyed at the close must not be made again.
        raise BadInput(f"this campaign is {state}; people are invited only while it is open", campaign)


async def _drawn(connection: AsyncConnection, campaign: str) -> list[Row[Any]]:
    frames, contacts = tables.frames.c, tables.contacts.c
    joined = tables.frames.join(tables.contacts, frames.lookup == contacts.lookup)
    columns: list[Any] = [frames.number, frames.lookup, frames.grp, frames.stratum]
    columns += [contacts.sealed, contacts.lang, contacts.unreachable]
    query = select(*columns).select_from(joined)
    own = query.where(frames.campaign == campaign, frames.drawn).order_by(frames.number)
    return list((await connection.execute(own)).all())


def _can_be_written_to(member: Row[Any]) -> bool:
    return member.sealed is not None and not member.unreachable


async def _keep_links(
    connection: AsyncConnection, campaign: str, cells: list[tuple[str, str]], clock: Clock
) -> dict[tuple[str, str], str]:
    """The link of each cell; made where there is none."""
    columns = tables.links.c
    query = select(tables.links).where(columns.campaign == campaign, columns.token.startswith(PERSONAL))
    links = {(row.grp, row.stratum): str(row.token) for row in await connection.execute(query)}
    for group, stratum in cells:
        if (group, stratum) not in links:
            token = links[group, stratum] = PERSONAL + clock.token()[:LINK]
            row = {"token": token, "campaign": campaign, "grp": group, "source": SOURCE, "stratum": stratum}
            await connection.execute(tables.links.insert(), [row])
    return links


def _row(keys: Keys, campaign: str, member: Row[Any], links: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    mark = keys.invitation_mark(campaign, keys.invitation(campaign, member.number))
    return {"mark": mark, "campaign": campaign, "link": links[member.grp, member.stratum], "holder": None}


async def _add(connection: AsyncConnection, rows: list[dict[str, Any]]) -> int:
    """Store the invitations that are not there yet, in the order of their hashes, which is that of no list."""
    rows = sorted(rows, key=lambda row: bytes(row["mark"]))
    statement = insert(connection, tables.invitations).on_conflict_do_nothing().returning(tables.invitations.c.mark)
    new = 0
    for start in range(0, len(rows), AT_ONCE):
        new += len((await connection.execute(statement, rows[start : start + AT_ONCE])).all())
    return new


async def _note_invited(connection: AsyncConnection, lookups: list[bytes], day: date) -> None:
    columns = tables.contacts.c
    for start in range(0, len(lookups), AT_ONCE):
        some = update(tables.contacts).where(columns.lookup.in_(lookups[start : start + AT_ONCE]))
        await connection.execute(some.values(invited=day.isoformat()))
