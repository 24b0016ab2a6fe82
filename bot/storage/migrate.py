"""Migration of a database to the tables of this version."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import writing

HEAD = "0054"
FOLDER = Path(__file__).parent / "migrations"


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
