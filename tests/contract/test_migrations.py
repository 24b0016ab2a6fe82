"""The migrations and the tables say the same, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.storage.database import open_database
from bot.storage.migrate import FOLDER, HEAD, migrate
from bot.storage.schema.all import metadata


async def test_migrating_an_empty_database_gives_the_tables(bare_store_url: str) -> None:
    database = open_database(bare_store_url)

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    try:
        await migrate(database)
        await migrate(database)
        async with database.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await database.dispose()


def test_the_service_knows_the_newest_migration() -> None:
    assert ScriptDirectory(str(FOLDER)).get_current_head() == HEAD
