"""The migrations make the tables of the schema, on both databases."""

from __future__ import annotations

import json

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

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


async def test_reviewers_become_checkers_with_their_votes(bare_store_url: str) -> None:
    database = open_database(bare_store_url)

    def up_to_reviewers(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, "0018")

    try:
        async with database.begin() as connection:
            await connection.run_sync(up_to_reviewers)
            for statement in (
                "INSERT INTO staff (login, password, role) VALUES ('li', 'x', 'reviewer')",
                "INSERT INTO staff (login, password, role) VALUES ('zhou', 'x', 'observer')",
                "INSERT INTO choices (name, value) VALUES ('second_factor', '[\"reviewer\"]')",
                "INSERT INTO case_votes (case_id, round, reviewer, verdict, act, reason, note, at)"
                " VALUES ('c', 1, 'li', 'uphold', 'vote', 'same-wording', '', 1)",
            ):
                await connection.execute(text(statement))
        await migrate(database)
        async with database.connect() as connection:
            roles = (
                await connection.execute(text("SELECT login, role FROM staff ORDER BY 1"))
            ).all()
            chosen = (await connection.execute(text("SELECT value FROM choices"))).scalar_one()
            votes = (await connection.execute(text("SELECT id, checker FROM case_votes"))).all()
        assert [tuple(row) for row in roles] == [("li", "checker"), ("zhou", "observer")]
        assert json.loads(chosen) == ["checker"]
        assert [tuple(row) for row in votes] == [(1, "li")]
    finally:
        await database.dispose()
