"""Who may bring a database to another version, and when.

States of a database: without tables; of this version; older, by migrations that are known here;
unknown, which means that a newer program made it. Commands work on the first two: they never
migrate under a service of another version. The service migrates an older one at its start, but not
silently under a campaign that takes ballots. Nothing ever turns a database back.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.states import CLOSING, HELD, OPEN, OPENING, PAUSED
from bot.core.folder_lock import folder_alone
from bot.core.operator_needed import OperatorNeeded
from bot.core.private_files import private_umask
from bot.core.settings import Settings
from bot.storage.database import reading, sqlite_files
from bot.storage.migrate import HEAD, migrate, missing_migrations, read_version
from bot.storage.parts import Differences, Part, compare_parts
from survey_flows.errors import BadInput, Message, Place

RUNNING = (OPENING, OPEN, PAUSED, CLOSING, HELD)
"""The states of a campaign that something is written of."""
ALIKE = Differences((), ())
SHOWN = 3
"""How many differences a refusal names."""


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What a database is before a migration.

    Args:
        version: the number of its last migration; None where it has no tables.
        missing: the numbers of the migrations that it has not had.
        running: the campaigns that something is written of, sorted.
        differences: how it differs from what this version makes; none where migrations are missing.
    """

    version: str | None
    missing: tuple[str, ...]
    running: tuple[str, ...]
    differences: Differences


async def read_state(database: AsyncEngine) -> DatabaseState:
    """Returns the state of a database, and changes nothing.

    Raises:
        OperatorNeeded: a newer program made it.
    """
    version = await read_version(database)
    missing = _missing(version)
    if version is None:
        return DatabaseState(None, missing, (), ALIKE)
    async with reading(database) as connection:
        # The tables' own definitions are those of this version, so the query names its columns.
        rows = (await connection.execute(text("SELECT id, state FROM campaigns ORDER BY id"))).all()
        compared = ALIKE if missing else await connection.run_sync(compare_parts)
    running = tuple(row.id for row in rows if row.state in RUNNING)
    return DatabaseState(version, missing, running, compared)


def _missing(version: str | None) -> tuple[str, ...]:
    """Returns the migrations that a version has not had; raises as `read_state`."""
    missing = missing_migrations(version)
    if missing is None:
        raise OperatorNeeded(Message("upgrade-newer", version=str(version), known=HEAD))
    return tuple(missing)


async def demand_version(database: AsyncEngine) -> None:
    """Makes the tables where there are none, and refuses a database of another version.

    Raises:
        OperatorNeeded: it is older, or a newer program made it.
    """
    version = await read_version(database)
    missing = _missing(version)
    if version is not None and missing:
        raise OperatorNeeded(Message("upgrade-older", version=version, known=HEAD))
    if missing:
        await migrate(database)


async def upgrade_to_serve(settings: Settings, database: AsyncEngine) -> None:
    """Brings a database to this version before a service uses it, and compares its parts.

    Raises:
        OperatorNeeded: a newer program made it, it is older while a campaign runs, or it has other
            parts than this version makes.
    """
    state = await read_state(database)
    if state.missing:
        if state.running and settings.migrate != "yes":
            campaign, version = state.running[0], str(state.version)
            said = {"version": version, "known": HEAD, "campaign": campaign}
            raise OperatorNeeded(Message("upgrade-while-running", **said))
        await migrate(database)
        state = await read_state(database)
    require_parts(state.differences)


def require_parts(differences: Differences) -> None:
    """Refuses a database that lacks parts, or has others that change what is stored.

    Raises:
        OperatorNeeded: names the first differences.
    """
    found = told_differences(differences)
    if found:
        raise OperatorNeeded(
            Message("upgrade-other-parts", parts=tuple(found[:SHOWN]), more=len(found[SHOWN:]))
        )


def told_differences(differences: Differences) -> list[Message]:
    """Returns a message for each difference: first what is lacking."""
    return [
        *(_told("upgrade-lacks", part) for part in differences.lacking),
        *(_told("upgrade-has", part) for part in differences.besides),
    ]


def _told(message: str, part: Part) -> Message:
    return Message(message, kind=part.kind, table=part.table, form=part.form)


async def upgrade(settings: Settings, database: AsyncEngine, backed_up: bool) -> Path | None:
    """Brings a database to this version while no service runs, from a copy that can be put back.

    Args:
        settings: names the database and the data folder.
        database: is migrated.
        backed_up: a person has made a backup of a PostgreSQL database.

    Returns:
        The copy of an SQLite file, beside it; None where nothing was copied.

    Raises:
        BadInput: a service runs, or a PostgreSQL database has no backup.
        OperatorNeeded: as `upgrade_to_serve`, but a campaign may run.
    """
    with folder_alone(settings.data / "keys", Message("upgrade-service-runs")):
        state = await read_state(database)
        copy = None
        if state.version and state.missing:
            files = sqlite_files(settings.database)
            if files:
                copy = _copied(files[0], state.version)
            elif not backed_up:
                raise BadInput(Message("upgrade-no-backup"), Place(field="--backed-up"))
        await migrate(database)
        require_parts((await read_state(database)).differences)
        return copy


def _copied(file: Path, version: str) -> Path:
    """Makes a copy of an SQLite file, for its owner alone, and returns its place."""
    copy = file.with_name(f"before-{version}.sqlite3")
    part = copy.with_suffix(".part")
    part.unlink(missing_ok=True)
    with (
        private_umask(),
        closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(part)) as target,
    ):
        source.backup(target)
    part.replace(copy)
    return copy
