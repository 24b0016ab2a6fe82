"""Programs that prepare something: what they prepare a person signs, and a person answers for it.

A program has no account. Who made its token answers for it: what that person may not do, the
program does not prepare either, and where two people decide, that person is not the second one.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema.api import tokens

PROGRAM = "api:"
"""Begins who prepared something by the interface for programs, before the name of its token."""


async def who_answers(connection: AsyncConnection, by: str) -> str:
    """Return the login that answers for what ``by`` prepares: of a program, who made its token."""
    if not by.startswith(PROGRAM):
        return by
    query = select(tokens.c.by).where(tokens.c.name == by.removeprefix(PROGRAM))
    return str((await connection.execute(query)).scalar() or by)


async def may_still_prepare(connection: AsyncConnection, by: str, now: int) -> bool:
    """Return whether a program's token is good at a second: neither revoked nor over."""
    columns = tokens.c
    query = select(columns.name).where(
        columns.name == by.removeprefix(PROGRAM), columns.revoked.is_(None), columns.expires > now
    )
    return (await connection.execute(query)).first() is not None
