"""A SQLite file keeps every commit on the disk and overwrites deleted rows."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.storage import database
from tests.conftest import PREPARE_SQLITE


async def test_the_pragmas_of_sqlite(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_prepare_sqlite", PREPARE_SQLITE)
    full = 2
    wanted = {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "secure_delete": 1,
    }
    opened = database.open_database(sqlite_url)
    async with database.reading(opened) as connection:
        found = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar() for name in wanted
        }
    await opened.dispose()
    assert found == wanted
