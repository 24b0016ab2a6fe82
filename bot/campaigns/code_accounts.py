"""Whether an account of the service sends the codes that show a telephone."""

from __future__ import annotations

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables

CODE = "code"
"""Kind of the messages, and of their templates, that bring a code to a telephone."""
SMS, FREE, APPROVED = "sms", "free", "approved"
"""As the tables have them: a kind of address, a way of sending, the state of a template."""


async def sends_codes(connection: AsyncConnection) -> bool:
    """Returns whether the service that began last can send codes.

    An account for short messages does with words of ours, or with an approved template.
    """
    accounts, templates = tables.messenger_accounts.c, tables.message_templates.c
    approved = exists().where(
        and_(
            templates.account == accounts.name,
            templates.kind == CODE,
            templates.state == APPROVED,
        )
    )
    able = or_(accounts.link == FREE, approved)
    query = select(accounts.kind).where(accounts.kind == SMS, able)
    return (await connection.execute(query)).first() is not None
