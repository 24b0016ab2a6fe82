"""Migration of a database to the tables of this version.

The migrations are a chain by number. Those that `released.txt` lists are in use somewhere: their
bytes stay as they are, and a change is another migration.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import reading, writing

HEAD = "0061"
FOLDER = Path(__file__).parent / "migrations"
VERSIONS = FOLDER / "versions"


async def read_version(database: AsyncEngine) -> str | None:
    """Returns the number of the database's last migration; None where it has no tables."""
    async with reading(database) as connection:
        return await connection.run_sync(_version)


def missing_migrations(version: str | None) -> list[str] | None:
    """Returns the numbers of the migrations after ``version``; None where it knows no such one."""
    numbers = sorted(file.name[:4] for file in VERSIONS.glob("[0-9]*.py"))
    if version is None:
        return numbers
    return numbers[numbers.index(version) + 1 :] if version in numbers else None


async def migrate(database: AsyncEngine) -> None:
    """Runs the missing migrations in one transaction.

    Processes that start together wait for each other.
    """
    async with writing(database) as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(7011)"))
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    if _version(connection) == HEAD:
        return
    # Alembic takes memory, which an up-to-date service need not spend.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
