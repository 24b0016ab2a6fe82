"""What a run of tests spares, it must not hide; what a test leaves open, it must end."""

from __future__ import annotations

import gc

import pytest
from sqlalchemy import text

from bot.storage.database import open_database
from tests import quicker


@pytest.mark.postgres
@pytest.mark.parametrize("patience", [None, 5.0])
async def test_a_connection_that_nobody_closed_is_ended(
    postgres_url: str, patience: float | None
) -> None:
    database = open_database(postgres_url, patience)
    async with database.connect() as connection:
        await connection.execute(text("SELECT 1"))
    left = [one for one in quicker.OPENED if not one.closed]

    quicker.end_connections(postgres_url)

    assert left
    assert all(one.closed for one in left)
    # What complains while it is collected fails the test in whose time that happens.
    del connection, database
    left.clear()
    gc.collect()
