"""Recusal (回避): who an account is, declared kin, and challenges (申请回避) with decisions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.procedure.appeals import AppealAct, AppealState, AppealStep, check_appeal_step
from bot.accounts.approvals import COMMAND
from bot.accounts.roles import ADMINISTRATOR
from bot.appraisal.appeal_records import find_appeal
from bot.appraisal.appeal_steps import append_step
from bot.core.identity import Office
from bot.records.recusals import (
    RULINGS,
    Recusal,
    RecusalKind,
    add_recusal,
    find_unbarred,
    read_recusals,
    require_unbarred,
)
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place

MOST_TEXT = 4000
"""Characters of grounds or of a reason."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge with its decision, which is None while it waits."""

    asked: Recusal
    ruling: Recusal | None


async def name_person(database: AsyncEngine, login: str, person: str, office: Office) -> None:
    """Say which person of the year's material an account is.

    Whoever is named already is changed by somebody else.

    Args:
        database: where the rows are.
        login: the account.
        person: the person's id; empty: none any more.
        office: an administrator.

    Raises:
        BadInput: no administrator, no such account or person, or it is the own account, which
            somebody else has to change.
    """
    async with writing(database) as connection:
        await _require_administrator(connection, office)
        await _require_account(connection, login)
        if person:
            await _require_person(connection, person)
        rows = await read_recusals(connection)
        named = [it.subject for it in rows if (it.kind, it.login) == (RecusalKind.PERSON, login)]
        if login == office.login and named and named[-1]:
            raise BadInput(Message("account-not-own"), Place(subject=login))
        await _add(connection, RecusalKind.PERSON, login, person, office)


async def declare_kin(database: AsyncEngine, login: str, person: str, office: Office) -> None:
    """Say that a person is kin of an officer, as the officer or an administrator enters it.

    Raises:
        BadInput: somebody else enters it, or there is no such account or person.
    """
    async with writing(database) as connection:
        if login != office.login:
            await _require_administrator(connection, office)
        await _require_account(connection, login)
        await _require_person(connection, person)
        await _add(connection, RecusalKind.KIN, login, person, office)


async def end_kin(
    database: AsyncEngine, login: str, person: str, reason: str, office: Office
) -> None:
    """Say that a person is not kin of an officer, or not any more; never by the officer.

    Raises:
        BadInput: the officer or no administrator says so, there is no reason, or it is not
            declared.
    """
    _check_text(reason)
    async with writing(database) as connection:
        await _require_administrator(connection, office)
        if login == office.login:
            raise BadInput(Message("account-not-own"), Place(subject=login))
        if person not in {it.subject for it in await read_kin(connection, login)}:
            raise BadInput(Message("appraisal-no-kin"), Place(subject=login))
        await _add(connection, RecusalKind.NO_KIN, login, person, office, text=reason.strip())


async def read_kin(connection: AsyncConnection, login: str) -> list[Recusal]:
    """Return the declarations of kin of one officer that hold; they are shown to the officer."""
    found: dict[str, Recusal] = {}
    for it in await read_recusals(connection):
        if it.login == login and it.kind is RecusalKind.KIN:
            found[it.subject] = it
        elif it.login == login and it.kind is RecusalKind.NO_KIN:
            found.pop(it.subject, None)
    return list(found.values())


async def make_challenge(
    database: AsyncEngine, year: int, subject: str, login: str, grounds: str, office: Office
) -> int:
    """Take a challenge: a unit or person asks that an officer stand aside from their case.

    Args:
        database: where the year is.
        year: the year that it is about.
        subject: the unit or person who asks.
        login: the officer who is challenged.
        grounds: why.
        office: who asks, or takes it for them.

    Returns:
        Its number.

    Raises:
        BadInput: there is no such subject or account, no grounds, or the same waits already.
    """
    _check_text(grounds)
    async with writing(database) as connection:
        await _require_account(connection, login)
        await _require_subject(connection, year, subject)
        for it in await list_challenges(connection, year):
            if it.ruling is None and (it.asked.subject, it.asked.login) == (subject, login):
                raise BadInput(Message("approval-waits-already"), Place(subject=login))
        said = (RecusalKind.CHALLENGE, login, subject, office)
        return await _add(connection, *said, year=year, text=grounds.strip())


async def list_challenges(connection: AsyncConnection, year: int = 0) -> list[Challenge]:
    """Return the challenges of a year, or all, the newest first."""
    rows = await read_recusals(connection)
    rulings = {it.refers: it for it in rows if it.kind in RULINGS}
    asked = [it for it in rows if it.kind is RecusalKind.CHALLENGE and year in (0, it.year)]
    return [Challenge(it, rulings.get(it.number)) for it in reversed(asked)]


async def able_to_decide(connection: AsyncConnection, asked: Recusal) -> tuple[str, ...]:
    """Return who may decide about a challenge: nobody who is challenged or must stand aside."""
    about = (asked.year, asked.subject, (ADMINISTRATOR,), (asked.login,))
    return tuple(await find_unbarred(connection, *about))


async def decide_challenge(
    database: AsyncEngine, number: int, accepted: bool, reason: str, office: Office
) -> None:
    """Decide about a challenge; an accepted one bars, and sends back what the officer handles.

    Raises:
        BadInput: there is none, it is decided, there is no reason, or the person is no
            administrator, is challenged, or must stand aside.
    """
    _check_text(reason)
    async with writing(database) as connection:
        found = {it.asked.number: it for it in await list_challenges(connection)}.get(number)
        if found is None or found.ruling is not None:
            raise BadInput(Message("appraisal-no-challenge"), Place(subject=str(number)))
        asked = found.asked
        await _require_administrator(connection, office)
        own = (asked.login,)
        await require_unbarred(connection, asked.year, asked.subject, office.login, own)
        kind = RecusalKind.ACCEPTED if accepted else RecusalKind.REFUSED
        said = (kind, asked.login, asked.subject, office)
        await _add(connection, *said, year=asked.year, refers=number, text=reason.strip())
        if accepted:
            await _send_back(connection, asked, reason.strip(), office)


async def _send_back(
    connection: AsyncConnection, asked: Recusal, reason: str, office: Office
) -> None:
    """Append to each appeal with which the officer is charged that it goes back."""
    columns = tables.appeals.c
    query = select(columns.number).where(
        columns.year == asked.year, columns.subject == asked.subject
    )
    for number in (await connection.execute(query)).scalars().all():
        appeal = await find_appeal(connection, number, office.today)
        charged = appeal.standing.charged == asked.login
        if charged and appeal.standing.state is AppealState.CHARGED:
            step = AppealStep(
                AppealAct.CHALLENGED, office.login, office.today, reason, to=asked.login
            )
            check_appeal_step(appeal.steps, step, ())
            await append_step(connection, number, len(appeal.steps), step, office.second)


async def _add(
    connection: AsyncConnection,
    kind: RecusalKind,
    login: str,
    subject: str,
    office: Office,
    year: int = 0,
    refers: int = 0,
    text: str = "",
) -> int:
    signed = (office.today, office.login, office.second)
    return await add_recusal(
        connection, Recusal(0, kind, login, year, subject, refers, text, *signed)
    )


async def known_people(database: AsyncEngine) -> dict[str, str]:
    """Return everybody whom the material of any year names, by id, with their Chinese name."""
    columns = tables.leaders.c
    query = select(columns.leader, columns.name_zh).order_by(columns.leader, columns.year)
    async with reading(database) as connection:
        names = {it.leader: str(it.name_zh) for it in await connection.execute(query)}
        posts = await connection.execute(select(tables.posts.c.person).distinct())
        return dict.fromkeys(sorted(posts.scalars()), "") | names


async def find_person(database: AsyncEngine, typed: str) -> str:
    """Return the id of a person by the id or the whole Chinese name.

    Raises:
        BadInput: nobody or more than one person has this name.
    """
    people = await known_people(database)
    if typed in people:
        return typed
    named = [person for person, name in people.items() if name and name == typed]
    if len(named) > 1:
        raise BadInput(Message("appraisal-persons-alike", ids=tuple(named)), Place(field="person"))
    if not named:
        raise BadInput(Message("appraisal-no-person"), Place(field="person"))
    return named[0]


async def _require_person(connection: AsyncConnection, person: str) -> None:
    listed, posts = tables.leaders.c.leader, tables.posts.c.person
    query = union(select(listed).where(listed == person), select(posts).where(posts == person))
    if (await connection.execute(query)).first() is None:
        raise BadInput(Message("appraisal-no-person"), Place(subject=person[:32]))


async def _require_subject(connection: AsyncConnection, year: int, subject: str) -> None:
    inner, listed = tables.inner_units.c, tables.leaders.c
    queries = (
        select(tables.units.c.code).where(tables.units.c.code == subject),
        select(inner.code).where(inner.code == subject, inner.year == year),
        select(listed.leader).where(listed.leader == subject, listed.year == year),
    )
    if (await connection.execute(union(*queries))).first() is None:
        raise BadInput(Message("appraisal-no-such-subject"), Place(subject=subject[:32]))


async def _require_account(connection: AsyncConnection, login: str) -> None:
    column = tables.staff.c.login
    if (await connection.execute(select(column).where(column == login))).first() is None:
        raise BadInput(Message("account-unknown"), Place(subject=login[:64]))


async def _require_administrator(connection: AsyncConnection, office: Office) -> None:
    """Refuse others; at the machine nobody is known by an account."""
    columns = tables.staff.c
    query = select(columns.role).where(columns.login == office.login, ~columns.disabled)
    role = (await connection.execute(query)).scalar()
    if role != ADMINISTRATOR and not office.login.startswith(COMMAND):
        raise BadInput(Message("appraisal-no-administrator"), Place(subject=office.login))


def _check_text(text: str) -> None:
    if not text.strip():
        raise BadInput(Message("appraisal-reason-missing"), Place(field="reason"))
    if len(text) > MOST_TEXT:
        raise BadInput(Message("appraisal-text-too-long", max=MOST_TEXT), Place(field="reason"))
