"""Who may bring a database to another version, on both databases; and its parts, compared."""

from __future__ import annotations

import asyncio
import importlib.util
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text

from bot.__main__ import main
from bot.core.folder_lock import shared_folder
from bot.core.operator_needed import OperatorNeeded
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.service.upgrades import read_state
from bot.storage.database import open_database
from bot.storage.migrate import FOLDER, HEAD, missing_migrations
from bot.storage.parts import TRIGGER, compare_parts
from bot.storage.schema.triggers import triggers

ROOT = Path(__file__).parents[2]
OLDER = "0050"
CAMPAIGN = (
    "INSERT INTO campaigns (id, year, state, opens_at, closes_at, definition, scheme)"
    " VALUES ('spring', 2026, '{state}', 0, 1, '{{}}', '{{}}')"
)


async def made(url: str, version: str, *statements: str) -> None:
    """Make a database of a version with what the statements leave in it."""

    def upgrade(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, version)

    engine = open_database(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await engine.dispose()


async def version_of(url: str) -> str | None:
    engine = open_database(url)
    try:
        async with engine.connect() as connection:
            if not await connection.run_sync(lambda it: inspect(it).has_table("alembic_version")):
                return None
            rows = await connection.execute(text("SELECT version_num FROM alembic_version"))
            return str(rows.scalar_one())
    finally:
        await engine.dispose()


async def refusal(settings: Settings, serving: bool) -> str:
    """Open a database, which must be refused, and return the sentence."""
    with pytest.raises(OperatorNeeded) as refused:
        async with open_store(settings, serving=serving):
            pass
    return refused.value.render("en")


def settings_of(url: str, folder: Path, migrate: str = "") -> Settings:
    return Settings(database_url=url, data=folder / "data", migrate=migrate)


async def typed(monkeypatch: pytest.MonkeyPatch, url: str, folder: Path, *words: str) -> int:
    """Run a command as an operator types it, in a thread with a loop of its own."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("MINPING_DATA", str(folder / "data"))
    return await asyncio.to_thread(main, words)


async def test_a_database_without_tables_gets_them_from_whoever_comes(
    bare_store_url: str, tmp_path: Path
) -> None:
    async with open_store(settings_of(bare_store_url, tmp_path)):
        assert await version_of(bare_store_url) == HEAD


async def test_an_older_database_is_migrated_by_the_service_alone(
    bare_store_url: str, tmp_path: Path
) -> None:
    await made(bare_store_url, OLDER, CAMPAIGN.format(state="closed"))
    settings = settings_of(bare_store_url, tmp_path)
    assert await refusal(settings, serving=False) == (
        f"the database is at version {OLDER} and this program needs {HEAD};"
        " make a backup, stop the service and run `minping migrate --apply`"
    )
    assert await version_of(bare_store_url) == OLDER
    async with open_store(settings, serving=True):
        assert await version_of(bare_store_url) == HEAD
    async with open_store(settings):
        pass


@pytest.mark.parametrize("state", ["opening", "open", "paused", "closing", "held"])
async def test_under_a_running_campaign_the_service_migrates_only_when_told(
    bare_store_url: str, tmp_path: Path, state: str
) -> None:
    await made(bare_store_url, OLDER, CAMPAIGN.format(state=state))
    assert await refusal(settings_of(bare_store_url, tmp_path), serving=True) == (
        f"the database is at version {OLDER}, this program needs {HEAD}, and campaign spring is"
        " running; make a backup and run `minping migrate --apply`, or start with"
        " MINPING_MIGRATE=yes"
    )
    assert await version_of(bare_store_url) == OLDER
    async with open_store(settings_of(bare_store_url, tmp_path, "yes"), serving=True):
        assert await version_of(bare_store_url) == HEAD


@pytest.mark.parametrize("serving", [False, True])
async def test_a_database_of_a_newer_program_is_left_alone(
    bare_store_url: str, tmp_path: Path, serving: bool
) -> None:
    newer = "UPDATE alembic_version SET version_num = '9999'"
    await made(bare_store_url, "head", newer, "DROP INDEX ix_posts_person")
    assert await refusal(settings_of(bare_store_url, tmp_path), serving) == (
        "the database is at version 9999, made by a newer program than this one, which knows up to"
        f" {HEAD}; run the newer program, or put a backup of the older database back"
    )
    assert await version_of(bare_store_url) == "9999"


ALTERED = {
    "DROP INDEX ix_posts_person": "the index of posts on person is missing",
    "DROP TABLE recusals": "table recusals is missing",
    "ALTER TABLE posts RENAME COLUMN person TO someone": (
        "column person VARCHAR(32) NOT NULL of posts is missing"
    ),
    "ALTER TABLE posts ADD COLUMN wage INTEGER": (
        "column wage INTEGER of posts is not of this version"
    ),
    "CREATE UNIQUE INDEX one_each ON posts (person)": (
        "the index of posts on UNIQUE person is not of this version"
    ),
}


@pytest.mark.parametrize("statement", ALTERED)
async def test_a_service_tells_which_part_somebody_altered(
    bare_store_url: str, tmp_path: Path, statement: str
) -> None:
    await made(bare_store_url, "head", statement)
    found = await refusal(settings_of(bare_store_url, tmp_path), serving=True)
    assert found.startswith(
        "the database differs from what its version makes, and nothing was changed: "
    )
    assert ALTERED[statement] in found


async def test_no_trigger_is_missed(bare_store_url: str) -> None:
    await made(bare_store_url, "head")
    engine = open_database(bare_store_url)
    try:
        async with engine.connect() as connection:
            kind = connection.dialect.name
            for table, name in sorted(triggers(kind)):
                on = f" ON {table}" if kind == "postgresql" else ""
                await connection.execute(text(f"DROP TRIGGER {name}{on}"))
                (part,) = (await connection.run_sync(compare_parts)).lacking
                assert (part.kind, part.table, part.form) == (TRIGGER, table, name)
                await connection.rollback()
            assert not await connection.run_sync(compare_parts)
    finally:
        await engine.dispose()


async def test_what_changes_nothing_that_is_stored_is_no_difference(
    bare_store_url: str, tmp_path: Path
) -> None:
    statements = ("CREATE TABLE their_own (a INTEGER)", "CREATE INDEX quick ON posts (unit)")
    await made(bare_store_url, "head", *statements)
    async with open_store(settings_of(bare_store_url, tmp_path), serving=True):
        pass


async def test_the_command_tells_first_and_migrates_from_a_copy(
    bare_store_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await made(bare_store_url, OLDER, CAMPAIGN.format(state="open"))
    missing = missing_migrations(OLDER)
    assert missing
    assert await typed(monkeypatch, bare_store_url, tmp_path, "migrate") == 0
    assert capsys.readouterr().out.splitlines() == [
        f"version of the database: {OLDER}, of this program: {HEAD}",
        f"migrations to come: {', '.join(missing)}",
        "campaigns that are running: spring",
    ]
    assert await version_of(bare_store_url) == OLDER

    async with shared_folder(tmp_path / "data" / "keys"):
        assert await typed(monkeypatch, bare_store_url, tmp_path, "migrate", "--apply") == 1
    assert "a service uses this database; stop it on every machine first" in capsys.readouterr().err
    assert await version_of(bare_store_url) == OLDER

    on_a_server = bare_store_url.startswith("postgresql")
    if on_a_server:
        assert await typed(monkeypatch, bare_store_url, tmp_path, "migrate", "--apply") == 1
        assert "make a backup and say so by --backed-up" in capsys.readouterr().err
        assert await version_of(bare_store_url) == OLDER
    words = ["migrate", "--apply", *(["--backed-up"] if on_a_server else [])]
    assert await typed(monkeypatch, bare_store_url, tmp_path, *words) == 0
    assert await version_of(bare_store_url) == HEAD
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == (
        f"the database is at version {HEAD}, and its parts are those of this version."
    )
    if not on_a_server:
        copy = Path(bare_store_url.removeprefix("sqlite:///")).with_name(f"before-{OLDER}.sqlite3")
        assert said[-2] == f"the database as it was: {copy}"
        assert copy.stat().st_mode & 0o777 == 0o600
        with closing(sqlite3.connect(copy)) as old:
            assert old.execute("SELECT version_num FROM alembic_version").fetchall() == [(OLDER,)]
            assert old.execute("SELECT id FROM campaigns").fetchall() == [("spring",)]


async def test_a_migration_that_fails_leaves_the_database_as_it_was(
    bare_store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made(bare_store_url, OLDER, CAMPAIGN.format(state="closed"))
    before = await parts_of(bare_store_url)
    upgrade = command.upgrade

    def broken(config: Config, revision: str) -> None:
        upgrade(config, revision)
        raise OSError("the machine went away after the last statement")

    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", broken)
        with pytest.raises(OSError, match="went away"):
            async with open_store(settings_of(bare_store_url, tmp_path), serving=True):
                pass
    assert (await version_of(bare_store_url), await parts_of(bare_store_url)) == (OLDER, before)
    async with open_store(settings_of(bare_store_url, tmp_path), serving=True):
        assert await version_of(bare_store_url) == HEAD


async def parts_of(url: str) -> object:
    engine = open_database(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(compare_parts)
    finally:
        await engine.dispose()


async def test_reading_a_state_changes_nothing(bare_store_url: str) -> None:
    engine = open_database(bare_store_url)
    try:
        state = await read_state(engine)
        assert (state.version, state.missing) == (None, tuple(missing_migrations(None) or ()))
        assert await version_of(bare_store_url) is None
    finally:
        await engine.dispose()


def test_no_released_migration_was_edited(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("migrations", ROOT / "tools" / "migrations.py")
    assert spec
    assert spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    listed = tool.LIST.read_text("utf-8")
    assert len(listed.splitlines()) >= 47
    assert tool.changed(listed, tool.listing()) == []
    # An edited one, a removed one and a new one, of a folder of its own.
    for name, words in (("0001_a.py", "a"), ("0002_b.py", "b"), ("0003_c.py", "c")):
        (tmp_path / name).write_text(words)
    before = tool.listing(tmp_path)
    (tmp_path / "0001_a.py").write_text("other")
    (tmp_path / "0002_b.py").unlink()
    (tmp_path / "0004_d.py").write_text("d")
    assert tool.changed(before, tool.listing(tmp_path)) == ["0001_a.py", "0002_b.py"]
