"""The officials who may decide on an appeal: not those who decided before, nor of the unit."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.procedure.appeals import barred_deciders
from bot.accounts.roles import ADMINISTRATOR
from bot.appraisal.appeal_records import Appeal
from bot.records import store
from bot.storage.schema import all as tables

MIN_SLASHES = 3
"""In the key of a proposal: year, rule, kind, subject."""
LOGIN = re.compile(r"\(([^()]+)\)\s*$")
"""The login at the end of a signature such as «Zhou Min (zhou)»."""


async def eligible_deciders(connection: AsyncConnection, appeal: Appeal) -> list[str]:
    """Return the logins that could be charged with an appeal."""
    out = barred_deciders(appeal.steps, await previous_deciders(connection, appeal))
    columns = tables.staff.c
    rows = await connection.execute(
        select(columns.login, columns.unit).where(columns.role == ADMINISTRATOR)
    )
    own = await own_units(connection, appeal)
    return sorted(login for login, unit in rows if login not in out and unit not in own)


async def previous_deciders(connection: AsyncConnection, appeal: Appeal) -> set[str]:
    """Return the logins that decided on the subject or a leader's unit before the appeal."""
    about = await own_units(connection, appeal) | {appeal.subject}
    decisions, given = tables.decisions.c, tables.unit_decisions.c
    made = await connection.execute(
        select(decisions.by, decisions.login, decisions.proposal).where(
            decisions.year == appeal.year
        )
    )
    signed = [(by, login) for by, login, proposal in made if _subject(proposal) in about]
    rows = await connection.execute(
        select(given.by, given.login).where(given.year == appeal.year, given.unit.in_(about))
    )
    # What is printed as a signature may be a body's name: the account is who decided.
    return {login or login_of(by) for by, login in [*signed, *rows]}


def _subject(proposal: str) -> str:
    return proposal.split("/")[3] if proposal.count("/") >= MIN_SLASHES else ""


def login_of(signature: str) -> str:
    """Return the login in a signature; the whole signature where it names none."""
    found = LOGIN.search(signature)
    return (found[1] if found else signature).strip().lower()


async def own_units(connection: AsyncConnection, appeal: Appeal) -> set[str]:
    """Return the unit, or the leader's unit, and the units that it is part of."""
    from aggregation.appraisal.nesting import ancestors

    columns = tables.leaders.c
    query = select(columns.unit).where(
        columns.year == appeal.year, columns.leader == appeal.subject
    )
    parents = {part.code: part.parent for part in await store.read_inner(connection, appeal.year)}
    return set(ancestors((await connection.execute(query)).scalar() or appeal.subject, parents))
