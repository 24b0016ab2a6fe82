"""The accounts that the running service sends through, as every process may read them.

Their secrets stay in the files of the service that has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.fieldwork.audience.addresses import TELEGRAM
from bot.fieldwork.outreach.messenger import Account
from bot.fieldwork.outreach.outbox import HANDOUT, QUEUED
from bot.storage.database import insert
from bot.storage.schema.outreach import messenger_accounts, outbox, pushes

HOUR = 3600


async def announce_accounts(connection: AsyncConnection, accounts: Iterable[Account]) -> None:
    """Store what the accounts of a service that begins declare, in place of what was declared.

    Messages to a kind of address that no account serves any more go to one that is served, whose
    sender takes the person's next address, or says that there is none.
    """
    accounts = list(accounts)
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
        for one in accounts
    ]
    if rows:
        await connection.execute(insert(connection, messenger_accounts), rows)
        await _leave_kinds(connection, sorted(one.kind for one in accounts))


async def _leave_kinds(connection: AsyncConnection, served: list[str]) -> None:
    step = (pushes.c.campaign == outbox.c.campaign, pushes.c.step == outbox.c.step)
    by_messenger = exists().where(*step, pushes.c.kind != HANDOUT)
    left = (outbox.c.state == QUEUED, outbox.c.kind.not_in(served), by_messenger)
    await connection.execute(update(outbox).where(*left).values(kind=served[0]))


async def read_accounts(connection: AsyncConnection) -> list[Account]:
    """Return what the accounts declared, by kind of address."""
    found = []
    for row in await connection.execute(
        select(messenger_accounts).order_by(messenger_accounts.c.kind)
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
