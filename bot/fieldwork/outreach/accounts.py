"""The accounts that the running service sends through, as every process may read them.

Their secrets stay in the files of the service that has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.code_accounts import CODE
from bot.fieldwork.audience.addresses import TELEGRAM
from bot.fieldwork.outreach.messenger import Account
from bot.fieldwork.outreach.outbox import HANDOUT, QUEUED
from bot.storage.database import insert
from bot.storage.schema.outreach import messenger_accounts, outbox, pushes

HOUR = 3600


async def announce_accounts(connection: AsyncConnection, accounts: Sequence[Account]) -> None:
    """Store what the accounts of a service that begins declare, in place of what was declared.

    An account that sends codes to telephones stands under that kind as well.
    Messages to a kind of address that no account serves any more go to one that is served, whose
    sender takes the person's next address, or says that there is none.
    """
    writing = [one for one in accounts if one.kind != CODE]
    sending = [replace(one, kind=CODE) for one in accounts if one.codes]
    await connection.execute(delete(messenger_accounts))
    rows = [
        {
            "kind": one.kind,
            "name": one.name,
            "provider": one.provider,
            "link": one.link,
            "longest": one.longest,
            "rate": max(1, round(one.rate * HOUR)),
            "hours": "-".join(part.isoformat("minutes") for part in one.hours),
        }
        for one in (*writing, *sending[:1])
    ]
    if rows:
        await connection.execute(insert(connection, messenger_accounts), rows)
    if writing:
        await _leave_kinds(connection, sorted(one.kind for one in writing))


async def _leave_kinds(connection: AsyncConnection, served: list[str]) -> None:
    step = (pushes.c.campaign == outbox.c.campaign, pushes.c.step == outbox.c.step)
    by_messenger = exists().where(*step, pushes.c.kind != HANDOUT)
    left = (outbox.c.state == QUEUED, outbox.c.kind.not_in(served), by_messenger)
    await connection.execute(update(outbox).where(*left).values(kind=served[0]))


async def read_accounts(connection: AsyncConnection) -> list[Account]:
    """Return what the accounts declared, by kind of address that people have."""
    found = []
    columns = messenger_accounts.c
    for row in await connection.execute(
        select(messenger_accounts).where(columns.kind != CODE).order_by(columns.kind)
    ):
        begin, end = (time.fromisoformat(part) for part in row.hours.split("-"))
        head = (row.name, row.kind, row.provider, row.link, row.longest)
        found.append(Account(*head, row.rate / HOUR, (begin, end)))
    return found


async def served_kinds(connection: AsyncConnection) -> tuple[str, ...]:
    """Return the kinds of addresses that accounts write to.

    Before any service began it is Telegram: messages may be queued for one that begins later.
    """
    return tuple(one.kind for one in await read_accounts(connection)) or (TELEGRAM,)
