"""Whether an account of the service sends the codes that show a telephone."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables

CODE = "code"
"""Kind of the account that sends codes to telephones; no person has an address of it."""


async def sends_codes(connection: AsyncConnection) -> bool:
    """Returns whether the service that began last has such an account."""
    columns = tables.messenger_accounts.c
    query = select(columns.kind).where(columns.kind == CODE)
    return (await connection.execute(query)).first() is not None
