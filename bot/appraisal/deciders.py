"""The officials who may decide on an appeal: nobody who decided before or must stand aside."""

from __future__ import annotations

import json
import re
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.procedure.appeals import barred_deciders
from bot.accounts.programs import who_answers
from bot.accounts.roles import ADMINISTRATOR
from bot.appraisal.appeal_records import Appeal
from bot.records import store
from bot.records.amendments import read_amendments
from bot.records.filings import read_filings
from bot.records.recusals import find_unbarred
from bot.storage.schema import all as tables

MIN_SLASHES = 3
"""In the key of a proposal: year, rule, kind, subject."""
LOGIN = re.compile(r"\(([^()]+)\)\s*$")
"""The login at the end of a signature such as «Zhou Min (zhou)»."""


async def eligible_deciders(connection: AsyncConnection, appeal: Appeal) -> list[str]:
    """Return the logins that could be charged with an appeal; empty if nobody is left."""
    out = barred_deciders(appeal.steps, await previous_deciders(connection, appeal))
    about = (appeal.year, appeal.subject)
    return await find_unbarred(connection, *about, (ADMINISTRATOR,), out)


async def previous_deciders(connection: AsyncConnection, appeal: Appeal) -> set[str]:
    """Return the logins that wrote, released or decided what an appeal contests.

    They decided on the subject or on a leader's unit, handed in or cleared rows about it, or made
    another amendment that changed it.
    """
    amenders: set[str] = set()
    for made in await read_amendments(connection, appeal.year):
        changed = {it["subject"] for it in json.loads(made.changes or "[]")}
        if appeal.subject in changed | {made.subject} and made.appeal != appeal.number:
            prepared = await who_answers(connection, made.by)
            amenders |= {prepared, *made.approved_by.split(", ")} - {""}
    return amenders | await contested_logins(connection, appeal.year, appeal.subject)


async def contested_logins(connection: AsyncConnection, year: int, subject: str) -> set[str]:
    """Return the logins that wrote, released or decided what a subject's result rests on."""
    about = await own_units(connection, year, subject) | {subject}
    decisions, given = tables.decisions.c, tables.unit_decisions.c
    made = await connection.execute(
        select(decisions.by, decisions.login, decisions.proposal).where(decisions.year == year)
    )
    signed = [(by, login) for by, login, proposal in made if _subject(proposal) in about]
    rows = await connection.execute(
        select(given.by, given.login).where(given.year == year, given.unit.in_(about))
    )
    # What is printed as a signature may be a body's name: the account is who decided.
    decided = {login or login_of(by) for by, login in [*signed, *rows]}
    return decided | await _writers(connection, year, about)


async def _writers(connection: AsyncConnection, year: int, about: Collection[str]) -> set[str]:
    """Return who handed in or cleared a table with rows about one of these subjects."""
    found: set[str] = set()
    for filing in await read_filings(connection, year):
        if any(change.subject in about for change in filing.changes):
            found |= {filing.by, *filing.approved_by.split(", ")} - {""}
    return found


def _subject(proposal: str) -> str:
    return proposal.split("/")[3] if proposal.count("/") >= MIN_SLASHES else ""


def login_of(signature: str) -> str:
    """Return the login in a signature; the whole signature where it names none."""
    found = LOGIN.search(signature)
    return (found[1] if found else signature).strip().lower()


async def own_units(connection: AsyncConnection, year: int, subject: str) -> set[str]:
    """Return the unit, or the leader's unit, and the units that it is part of."""
    from aggregation.appraisal.nesting import ancestors

    columns = tables.leaders.c
    query = select(columns.unit).where(columns.year == year, columns.leader == subject)
    parents = {part.code: part.parent for part in await store.read_inner(connection, year)}
    return set(ancestors((await connection.execute(query)).scalar() or subject, parents))
