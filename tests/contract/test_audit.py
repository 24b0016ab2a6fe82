"""The audit log on both databases: it only grows, and a change behind its back is found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.audit_log import (
    DONE,
    REFUSED,
    AuditRecord,
    append_record,
    read_records,
    verify_rows,
)
from bot.storage.database import open_database, writing
from bot.storage.migrate import migrate
from bot.storage.schema.audit_log import audit
from tests.web_city import Clock


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_database(store_url)
    await migrate(engine)
    yield engine
    await engine.dispose()


async def fill(database: AsyncEngine, number: int = 8) -> None:
    acts = [
        AuditRecord("zhou" if n % 2 else "li", "administrator", f"act {n}", "2026", DONE)
        for n in range(number)
    ]
    await asyncio.gather(*(append_record(database, act, Clock()) for act in acts))


async def test_acts_that_come_at_once_stand_in_one_chain(database: AsyncEngine) -> None:
    assert await verify_rows(database) == (0, 0)
    await fill(database)
    await append_record(
        database, AuditRecord("", "", "/admin/sign-in", "x" * 500, REFUSED), Clock()
    )
    assert await verify_rows(database) == (9, 0)
    acts = await read_records(database)
    assert [act.number for act in acts] == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert (acts[0].outcome, len(acts[0].what)) == (REFUSED, 120)
    assert {act.act for act in await read_records(database, "zhou")} == {
        "act 1",
        "act 3",
        "act 5",
        "act 7",
    }
    assert [act.number for act in await read_records(database, most=2, before=5)] == [4, 3]
    assert await read_records(database, since=int(Clock().now().timestamp()) + 1) == []


async def test_no_row_can_be_changed_or_deleted(database: AsyncEngine) -> None:
    await fill(database)
    for statement in (update(audit).values(who="nobody"), delete(audit)):
        with pytest.raises(DBAPIError, match="the audit log only grows"):
            async with writing(database) as connection:
                await connection.execute(statement)
    assert await verify_rows(database) == (8, 0)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (update(audit).where(audit.c.number == 3).values(who="nobody"), 3),
        (update(audit).where(audit.c.number == 8).values(outcome=REFUSED), 8),
        (delete(audit).where(audit.c.number == 5), 5),
        (delete(audit).where(audit.c.number == 1), 1),
        (update(audit).where(audit.c.number == 2).values(at=0), 2),
    ],
)
async def test_who_switches_the_guards_off_is_found_out(
    database: AsyncEngine, change: object, found: int
) -> None:
    await fill(database)
    async with writing(database) as connection:
        if connection.dialect.name == "sqlite":
            for name in ("audit_update", "audit_delete"):
                await connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            await connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        await connection.execute(change)  # type: ignore[call-overload]
    assert (await verify_rows(database))[1] == found
