"""A broken link to PostgreSQL counts as a link that is away, not as a fault of the update."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.conversations.conductor import AWAY
from bot.storage.database import open_database, writing


@pytest.mark.postgres
async def test_the_conductor_takes_it_for_a_database_that_is_away(
    bare_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(bare_postgres_url, patience=5)
    async with writing(database) as connection:
        await connection.execute(text("SELECT 1"))

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("File descriptor 7 is used by transport <TCPTransport>")

    monkeypatch.setattr(psycopg.AsyncConnection, "wait", broken)
    with pytest.raises(AWAY) as told:
        async with writing(database) as connection:
            await connection.execute(text("SELECT 1"))
    assert isinstance(told.value, OperationalError)
    monkeypatch.undo()
    await database.dispose()
