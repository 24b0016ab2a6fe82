"""Stores and reads who must stand aside (回避): rows are only added.

Who an account is and who is its kin concern the officer alone: they stand on no public page, in no
export and in no log, and nobody but the officer is told of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.facts import Role
from aggregation.procedure.recusal import BARS, Officer, Ties, bar_of, unbarred
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place


class RecusalKind(StrEnum):
    """What a row says."""

    PERSON = "person"
    """The account is this person, from now on."""
    LEFT = "left"
    """The account belonged to this unit until now."""
    KIN = "kin"
    """This person is kin of the officer."""
    NO_KIN = "no-kin"
    """This person is not, or not any more."""
    CHALLENGE = "challenge"
    """A unit or person asks that the officer stand aside."""
    ACCEPTED = "accepted"
    REFUSED = "refused"


RULINGS = (RecusalKind.ACCEPTED, RecusalKind.REFUSED)


@dataclass(frozen=True, slots=True)
class Recusal:
    """One row.

    Args:
        number: from 1; 0: not stored yet.
        kind: what it says.
        login: the account that it is about.
        year: the year of a challenge; 0: every year.
        subject: the person or unit.
        refers: the challenge that is decided; 0: none.
        text: the grounds of a challenge, or the reason of what was decided.
        on: its day in the city.
        by: who entered it.
        at: epoch seconds.
    """

    number: int
    kind: RecusalKind
    login: str
    year: int
    subject: str
    refers: int
    text: str
    on: date
    by: str
    at: int


async def read_recusals(connection: AsyncConnection) -> list[Recusal]:
    """Return every row, in order."""
    query = select(tables.recusals).order_by(tables.recusals.c.number)
    return [_recusal(row) for row in await connection.execute(query)]


def _recusal(row: Row[Any]) -> Recusal:
    head = (row.number, RecusalKind(row.kind), row.login, row.year, row.subject, row.refers)
    return Recusal(*head, row.text, date.fromisoformat(row.on), row.by, row.at)


async def add_recusal(connection: AsyncConnection, new: Recusal) -> int:
    """Append a row under the next number, and return the number.

    Raises:
        BadInput: somebody else has taken this number just now.
    """
    last = (await connection.execute(select(func.max(tables.recusals.c.number)))).scalar()
    number = (last or 0) + 1
    names = ("kind", "login", "year", "subject", "refers", "text", "by", "at")
    row: dict[str, object] = {name: getattr(new, name) for name in names}
    row |= {"number": number, "on": new.on.isoformat()}
    try:
        await connection.execute(tables.recusals.insert(), [row])
    except IntegrityError as error:
        raise BadInput(Message("records-changed-just-now")) from error
    return number


# Who is barred


async def require_unbarred(
    connection: AsyncConnection,
    year: int,
    subject: str,
    login: str,
    contested: Collection[str] = (),
) -> None:
    """Refuse somebody who must stand aside from a subject; it says why, to them alone.

    Args:
        connection: where units, people and accounts are.
        year: the year of the act.
        subject: a unit, a part of one, or a person.
        login: the account that acts, which reads the sentence.
        contested: the logins that wrote, released or decided what is contested.

    Raises:
        BadInput: the person must stand aside.
    """
    officer = (await read_officers(connection, year, login))[0]
    why = bar_of(officer, subject, await read_ties(connection, year), contested)
    if why is not None:
        message = Message("records-recused", subject=subject, why=BARS[why])
        raise BadInput(message, Place(subject=login))


async def require_others_unbarred(
    connection: AsyncConnection,
    year: int,
    subjects: Iterable[str],
    logins: Iterable[str],
    contested: Collection[str] = (),
) -> None:
    """Refuse what others have prepared or signed who must stand aside; it does not say why.

    Raises:
        BadInput: one of them must stand aside from one of the subjects.
    """
    ties, asked = await read_ties(connection, year), sorted(set(logins))
    officers = [(await read_officers(connection, year, it))[0] for it in asked]
    for subject in sorted(set(subjects)):
        for officer in officers:
            if bar_of(officer, subject, ties, contested) is not None:
                message = Message("records-other-recused", subject=subject)
                raise BadInput(message, Place(subject=officer.login))


async def find_unbarred(
    connection: AsyncConnection,
    year: int,
    subject: str,
    roles: Collection[str],
    contested: Collection[str] = (),
) -> list[str]:
    """Return the logins with one of these roles that may act on a subject, sorted."""
    columns = tables.staff.c
    query = select(columns.login).where(columns.role.in_(roles), ~columns.disabled)
    able = set((await connection.execute(query)).scalars())
    officers = [it for it in await read_officers(connection, year) if it.login in able]
    return unbarred(officers, subject, await read_ties(connection, year), contested)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a visitor must stand aside from a subject, and whether anybody is left to act.

    ``message`` is for the visitor alone; None: they may act.
    """

    message: Message | None
    nobody: bool


async def read_standings(
    connection: AsyncConnection,
    year: int,
    subjects: Iterable[str],
    login: str,
    roles: Collection[str],
) -> dict[str, Standing]:
    """Return by subject whether a login must stand aside, and whether somebody with a role may act.

    A page says so before anybody fills in its form; the act itself asks again.
    """
    columns = tables.staff.c
    query = select(columns.login).where(columns.role.in_(roles), ~columns.disabled)
    able = set((await connection.execute(query)).scalars())
    everybody, ties = await read_officers(connection, year), await read_ties(connection, year)
    officers = [it for it in everybody if it.login in able]
    me = [it for it in everybody if it.login == login]
    found = {}
    for subject in sorted(set(subjects)):
        why = bar_of(me[0], subject, ties) if me else None
        message = Message("records-recused", subject=subject, why=BARS[why]) if why else None
        found[subject] = Standing(message, not unbarred(officers, subject, ties))
    return found


async def read_officers(connection: AsyncConnection, year: int, login: str = "") -> list[Officer]:
    """Return the accounts with what ties them, or one, also of a login without an account."""
    rows: dict[str, list[Recusal]] = defaultdict(list)
    for row in await read_recusals(connection):
        rows[row.login].append(row)
    columns = tables.staff.c
    query = select(columns.login, columns.unit).order_by(columns.login)
    found = (
        await connection.execute(query.where(columns.login == login) if login else query)
    ).all()
    units = {str(it.login): str(it.unit or "") for it in found} or ({login: ""} if login else {})
    return [_officer(name, unit, rows[name], year) for name, unit in units.items()]


def _officer(login: str, unit: str, rows: Sequence[Recusal], year: int) -> Officer:
    units, kin, asked = {unit} - {""}, set(), {}
    persons: set[str] = set()
    challenged = set()
    for row in rows:
        if row.kind is RecusalKind.PERSON:
            persons = {row.subject} - {""}
        elif row.kind is RecusalKind.LEFT and row.on.year >= year:
            units.add(row.subject)
        elif row.kind is RecusalKind.KIN:
            kin.add(row.subject)
        elif row.kind is RecusalKind.NO_KIN:
            kin.discard(row.subject)
        elif row.kind is RecusalKind.CHALLENGE and row.year == year:
            asked[row.number] = row.subject
        elif row.kind is RecusalKind.ACCEPTED and row.refers in asked:
            challenged.add(asked[row.refers])
    sets = (frozenset(it) for it in (persons, units, kin, challenged))
    return Officer(login, *sets)


async def read_ties(connection: AsyncConnection, year: int) -> Ties:
    """Return where people belong since the first day of a year: by dated posts and yearly lists."""
    homes: dict[str, set[str]] = defaultdict(set)
    heads: dict[str, set[str]] = defaultdict(set)
    leaders, posts = tables.leaders.c, tables.posts.c
    listed = select(leaders.leader, leaders.unit, leaders.role).where(leaders.year >= year)
    held = select(posts.person, posts.unit, posts.role).where(
        (posts.until == "") | (posts.until >= f"{year}-01-01")
    )
    for query in (listed, held):
        for person, unit, role in await connection.execute(query):
            homes[person].add(unit)
            if role == Role.PRINCIPAL:
                heads[unit].add(person)
    parents: dict[str, set[str]] = defaultdict(set)
    inner = tables.inner_units.c
    parts = select(inner.code, inner.parent).where(inner.year >= year)
    for code, parent in await connection.execute(parts):
        parents[code].add(parent)
    same: dict[str, set[str]] = defaultdict(set)
    events = tables.unit_events.c
    became = select(events.before, events.after).where(events.on >= f"{year}-01-01")
    for event in await connection.execute(became):
        for one in str(event.before).split():
            for other in str(event.after).split():
                same[one].add(other)
                same[other].add(one)
    kept = ({key: frozenset(it) for key, it in by.items()} for by in (homes, heads, parents, same))
    return Ties(*kept)
