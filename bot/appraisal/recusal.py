"""Who must stand aside (回避): nobody acts on their own unit, those above it or those below it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import store
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place


async def require_unbarred(
    connection: AsyncConnection, year: int, subject: str, login: str
) -> None:
    """Refuse somebody who belongs to the unit of a subject, or to a unit above or below it.

    Args:
        connection: where units, people and accounts are.
        year: the year of the act.
        subject: a unit, a part of one, or a person.
        login: the account that acts.

    Raises:
        BadInput: the person must stand aside; it says why.
    """
    columns = tables.staff.c
    query = select(columns.unit).where(columns.login == login)
    own = (await connection.execute(query)).scalar()
    if own and await are_related(connection, year, subject, own):
        message = Message("appraisal-recused", subject=subject, unit=own)
        raise BadInput(message, Place(subject=login))


async def are_related(connection: AsyncConnection, year: int, subject: str, unit: str) -> bool:
    """Return whether a unit is the subject's, or stands above or below it."""
    from aggregation.appraisal.nesting import ancestors

    columns = tables.leaders.c
    query = select(columns.unit).where(columns.year == year, columns.leader == subject)
    home = (await connection.execute(query)).scalar() or subject
    parents = {part.code: part.parent for part in await store.read_inner(connection, year)}
    return unit in ancestors(home, parents) or home in ancestors(unit, parents)
