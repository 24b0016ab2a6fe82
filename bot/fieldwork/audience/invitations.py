"""Invitations of a sample, and counts by cell of what came of them.

The counts are kept apart from ballots and from contacts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.definition import FrozenDefinition, read_definition
from bot.campaigns.link_marks import mark_links
from bot.campaigns.links import LINK, PERSONAL
from bot.campaigns.registered import read_campaign_row
from bot.core.clock import Clock
from bot.crypto.gate_keys import GateKeys
from bot.fieldwork.audience.contacts import AT_ONCE, REASONS, exclusion_reason, select_persons
from bot.fieldwork.audience.sampling import cell_of
from bot.storage.database import insert, reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from survey_flows.errors import BadInput, Message, Place

SOURCE = "personal"
"""The source of ballots that come by personal invitation."""


@dataclass(frozen=True, slots=True)
class InvitationBatch:
    """Numbers of invitations, of people who get one, and of people left out by `REASONS`."""

    invitations: int
    people: int
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CellInvitations:
    """Counts of the invitations of a cell.

    ``opened`` and ``answered`` are exact, and may be disclosed only rounded.
    """

    cell: str
    invited: int
    opened: int
    answered: int


async def make_invitations(
    database: AsyncEngine, keys: GateKeys, desk: Desk, campaign: str, day: date, clock: Clock
) -> InvitationBatch:
    """Make an invitation for everybody who was drawn, and mark the contacts who get one.

    All invitations are made at once, also for people who cannot be invited any more:
    an invitation that is made for one person alone could be recognised as theirs.
    A second call adds no invitation, only people who have become reachable since.

    Raises:
        BadInput: no such campaign, it is not open, or its sample is not drawn.
    """
    async with writing(database) as connection:
        fatigue_days = await _fatigue_days(connection, campaign)
        members = await _drawn(connection, campaign)
        if not members:
            raise BadInput(Message("fieldwork-nobody-drawn"), Place(subject=campaign))
        cells = {(member.group_code, member.stratum) for member in members}
        links = await _keep_links(connection, desk, campaign, sorted(cells), clock)
        turns = await _turns(connection, keys, campaign, members)
        rows = [_row(keys, campaign, member, links, turns[member.number]) for member in members]
        await _add(connection, rows)
        # Another campaign may have invited somebody since the plan.
        # An earlier invitation of this campaign is no reason against its own messages.
        why = {
            member: exclusion_reason(member, day, 0 if member.invited_here else fatigue_days)
            for member in members
        }
        await _note_invited(
            connection, campaign, [m for m in members if not why[m] and not m.invited_here], day
        )
    left_out = Counter(why.values())
    return InvitationBatch(
        len(members), left_out[""], {reason: left_out[reason] for reason in REASONS}
    )


async def count_responses(database: AsyncEngine, campaign: str) -> list[CellInvitations]:
    """Count by cell how many invitations there are, were opened, and led to a ballot.

    Invitations and ballots are counted separately and never joined.
    """
    links, invitations, ballots = tables.links.c, tables.invitations.c, tables.ballots.c
    used = select(invitations.link, func.count(), func.count(invitations.holder))
    used = used.where(invitations.campaign == campaign).group_by(invitations.link)
    voters = select(ballots.grp, ballots.stratum, func.count(ballots.voter.distinct()))
    voters = voters.where(ballots.campaign == campaign, ballots.source == SOURCE)
    async with reading(database) as connection:
        counted = {row[0]: (row[1], row[2]) for row in await connection.execute(used)}
        grouped = await connection.execute(voters.group_by(ballots.grp, ballots.stratum))
        answered = Counter({(row[0], row[1]): row[2] for row in grouped})
        own = select(tables.links).where(
            links.campaign == campaign, links.token.startswith(PERSONAL)
        )
        cells = (await connection.execute(own.order_by(links.group_code, links.stratum))).all()
    return [
        CellInvitations(
            cell_of(row.group_code, row.stratum),
            *counted.get(row.token, (0, 0)),
            answered[row.group_code, row.stratum],
        )
        for row in cells
    ]


async def _require_open(connection: AsyncConnection, campaign: str) -> FrozenDefinition:
    """Return the definition of a campaign that is open."""
    row = await read_campaign_row(connection, campaign)
    if row.state != "open":
        # A key that was destroyed at the close must not be made again.
        raise BadInput(Message("fieldwork-invites-only-open"), Place(subject=campaign))
    return read_definition(row)


async def _fatigue_days(connection: AsyncConnection, campaign: str) -> int:
    """Return the registered days between two invitations; raises as `_require_open`."""
    definition = await _require_open(connection, campaign)
    return int((definition.sampling or {}).get("fatigue_days", 0))


async def _drawn(connection: AsyncConnection, campaign: str) -> list[Row[Any]]:
    """Return the drawn rows of the frame with their contacts.

    ``invited_here`` says that this campaign invited them.
    """
    frames, persons = tables.frames.c, select_persons().subquery()
    joined = tables.frames.join(persons, frames.lookup == persons.c.lookup)
    columns: list[Any] = [
        frames.number,
        frames.lookup,
        frames.group_code,
        frames.stratum,
        frames.invited.label("invited_here"),
        frames.turn,
    ]
    names = ("lang", "consent", "opted_out", "unreachable", "invited")
    query = select(*columns, *(persons.c[name] for name in names)).select_from(joined)
    own = query.where(frames.campaign == campaign, frames.drawn).order_by(frames.number)
    return list((await connection.execute(own)).all())


async def _keep_links(
    connection: AsyncConnection,
    desk: Desk,
    campaign: str,
    cells: list[tuple[str, str]],
    clock: Clock,
) -> dict[tuple[str, str], str]:
    """Return the link of each cell; a cell without a link gets one."""
    columns = tables.links.c
    query = select(tables.links).where(
        columns.campaign == campaign, columns.token.startswith(PERSONAL)
    )
    links = {
        (row.group_code, row.stratum): str(row.token) for row in await connection.execute(query)
    }
    for group, stratum in cells:
        if (group, stratum) not in links:
            token = links[group, stratum] = PERSONAL + clock.token()[:LINK]
            row = {
                "token": token,
                "campaign": campaign,
                "group_code": group,
                "source": SOURCE,
                "stratum": stratum,
            }
            await connection.execute(tables.links.insert(), [row])
            await mark_links(connection, desk, campaign, token)
    return links


async def _turns(
    connection: AsyncConnection, keys: GateKeys, campaign: str, members: list[Row[Any]]
) -> dict[str, int | None]:
    """Return by number which of its codes invites; the first call decides, and stores it.

    Of 200,000 people two have the same first code with a probability of 1.8·10⁻⁵.
    Invitations that were made before there were codes keep their tokens.
    """
    invitations, frames = tables.invitations.c, tables.frames.c
    made = select(invitations.mark).where(invitations.campaign == campaign).limit(1)
    if (await connection.execute(made)).first() is not None:
        return {member.number: member.turn for member in members}
    turns = choose_turns(keys, campaign, [member.number for member in members])
    own = update(tables.frames).where(frames.campaign == campaign)
    await connection.execute(own.where(frames.drawn).values(turn=0))
    for number, turn in turns.items():
        if turn:
            await connection.execute(own.where(frames.number == number).values(turn=turn))
    return dict(turns)


def choose_turns(keys: GateKeys, campaign: str, numbers: Iterable[str]) -> dict[str, int]:
    """Return by number the first turn whose code no number before it has."""
    taken: set[str] = set()
    turns: dict[str, int] = {}
    for number in sorted(numbers):
        turn = 0
        while (code := keys.invitation(campaign, number, turn)) in taken:
            turn += 1
        taken.add(code)
        turns[number] = turn
    return turns


def _row(
    keys: GateKeys,
    campaign: str,
    member: Row[Any],
    links: Mapping[tuple[str, str], str],
    turn: int | None,
) -> dict[str, Any]:
    mark = keys.invitation_mark(campaign, keys.invitation(campaign, member.number, turn))
    return {
        "mark": mark,
        "campaign": campaign,
        "link": links[member.group_code, member.stratum],
        "holder": None,
    }


async def _add(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Store the invitations that are not there yet, in the order of their hashes.

    That order is the order of no list, so the rows do not tell whose they are.
    """
    rows = sorted(rows, key=lambda row: bytes(row["mark"]))
    statement = insert(connection, tables.invitations).on_conflict_do_nothing()
    for start in range(0, len(rows), AT_ONCE):
        await connection.execute(statement, rows[start : start + AT_ONCE])


async def _note_invited(
    connection: AsyncConnection, campaign: str, members: list[Row[Any]], day: date
) -> None:
    frames, persons = tables.frames.c, tables.persons.c
    for start in range(0, len(members), AT_ONCE):
        some = members[start : start + AT_ONCE]
        own = update(tables.frames).where(frames.campaign == campaign)
        await connection.execute(
            own.where(frames.number.in_([m.number for m in some])).values(invited=True)
        )
        theirs = update(tables.persons).where(persons.lookup.in_([bytes(m.lookup) for m in some]))
        await connection.execute(theirs.values(invited=day.isoformat()))
