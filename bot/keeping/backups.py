"""Makes a backup of a running service: a file of the database and a file of keys.

Keys and database are of one moment: what the desk knows of accounts has to fit their rows.
Both files get their names once both are whole on the disk.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC
from itertools import islice
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ballots.mixer import GUARD
from bot.core.clock import Clock
from bot.core.faults import NotNow, fault_of
from bot.core.file_errors import unwritable
from bot.core.folder_lock import folder_alone, locked_folder
from bot.core.operator_needed import OperatorNeeded
from bot.core.settings import Settings
from bot.crypto.age_files import read_recipient
from bot.crypto.keyrings import KeyMissing
from bot.keeping.container import DATA, KEYS, Header, Step, sum_of, write_container
from bot.keeping.database_copies import PART_NAMES, dialect_of, moment_of
from bot.keeping.escrowed import KeyGone, escrowed_keys
from bot.keeping.facts import DatabaseFacts, read_facts
from bot.keeping.key_files import FOLDER, MIXER, installation_files
from bot.keeping.long_work import in_thread
from bot.service.installation_keys import desk_ring, load_desk
from bot.service.last_backup import LastBackup, write_last_backup
from bot.storage.database import sqlite_files
from bot.transparency.desk import DESK, Desk
from bot.transparency.guard import Guard
from survey_flows.errors import BadInput, Message, Place
from survey_flows.merkle import EMPTY, Frontier, leaf_hash

TRIES = 3
"""Times that a copy is taken, where a mixer key goes while it is made."""
SUFFIX, PART = ".age", ".part"
DAY = 86_400
WORK = "backup-work"
"""The folder in the data folder in which copies stand unsealed while they are made."""
ROOM = 1.2
"""Times the database's size that have to be free on a disk before a copy is begun."""
STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Backup:
    """The files of a backup, and what they say of themselves."""

    data: Path
    keys: Path
    header: Header


@dataclass(frozen=True, slots=True)
class _Taken:
    """A database's copy with the keys that belong to it."""

    copy: Path
    facts: DatabaseFacts
    keys: Mapping[str, bytes]
    left_out: tuple[str, ...]


async def make_backup(
    settings: Settings,
    database: AsyncEngine,
    folder: Path,
    recipient: str,
    clock: Clock,
    step: Step,
) -> Backup:
    """Makes a backup in a folder, while the service runs.

    Args:
        settings: name the data folder and the database.
        database: is copied.
        folder: gets the two files; it is there already.
        recipient: the operator's public age key.
        clock: the present time, which names the files.
        step: is told how far the copy, and then the sealing, is.

    Raises:
        BadInput: the folder or the key is wrong, or the database is not whole.
        NotNow: there is no room, another backup runs, or a program of PostgreSQL is missing.
        OperatorNeeded: a key is missing, or the guard does not know what the database has.
    """
    recipient = read_recipient(recipient)
    with work_folder(settings) as work:
        await asyncio.to_thread(_require_room, settings, [folder, work])
        taken = await _taken(settings, database, work, step)
        await asyncio.to_thread(_require_guard, settings, taken.facts)
        return await _sealed(settings, taken, folder, recipient, clock, step)


@contextmanager
def work_folder(settings: Settings) -> Iterator[Path]:
    """Makes the folder of unsealed copies and removes it; one that a kill left goes first.

    Raises:
        BadInput: another backup or restore of this data folder runs.
    """
    folder = settings.data / WORK
    with folder_alone(folder, Message("keeping-another-runs")):
        inside = folder / "copy"
        shutil.rmtree(inside, ignore_errors=True)
        inside.mkdir(mode=0o700)
        try:
            yield inside
        finally:
            shutil.rmtree(inside, ignore_errors=True)


def _require_room(settings: Settings, folders: Sequence[Path]) -> None:
    """Refuses to begin what the disks cannot take; PostgreSQL's size is not known beforehand.

    The first folder is somebody's choice, so that it may not be there.
    """
    if not folders[0].is_dir():
        raise BadInput(Message("core-folder-not-found"), Place(file=str(folders[0])))
    size = sum(file.stat().st_size for file in sqlite_files(settings.database) if file.exists())
    needed: dict[int, float] = {}
    for folder in folders:
        device = folder.stat().st_dev
        needed[device] = needed.get(device, 0) + ROOM * size
        if shutil.disk_usage(folder).free < needed[device]:
            raise NotNow(Message("core-no-room"), Place(file=str(folder)))


async def _taken(settings: Settings, database: AsyncEngine, work: Path, step: Step) -> _Taken:
    """Takes a copy with its keys; anew where a mixer key was destroyed in between."""
    tries = 1
    while True:
        try:
            return await _taken_once(settings, database, work, step)
        except KeyGone as error:
            if tries == TRIES:
                raise KeyMissing(Path(str(error))) from error
            tries += 1


async def _taken_once(settings: Settings, database: AsyncEngine, work: Path, step: Step) -> _Taken:
    copy = work / PART_NAMES[dialect_of(settings.database)]
    copy.unlink(missing_ok=True)
    async with AsyncExitStack() as stack:
        desk = settings.data / FOLDER / DESK
        async with locked_folder(desk):
            # Every change of an account holds the folder from its file to its commit.
            moment = await stack.enter_async_context(moment_of(settings.database, database))
            keys = await asyncio.to_thread(installation_files, settings)
        await moment.write(copy, step)
        async with moment.reading(copy) as connection:
            facts = await read_facts(connection, _desk(settings))
    escrowed = await asyncio.to_thread(escrowed_keys, settings, facts)
    return _Taken(copy, facts, {**keys, **escrowed.parts}, escrowed.left_out)


def _desk(settings: Settings) -> Desk | None:
    return load_desk(settings) if desk_ring(settings).path(DESK).exists() else None


def _require_guard(settings: Settings, facts: DatabaseFacts) -> None:
    """Refuses a database that has what the guard beside the log's key does not know.

    Raises:
        OperatorNeeded: it is of another history.
    """
    guard = Guard(settings.data / FOLDER / MIXER / GUARD)
    if settings.log_key or not guard.exists:
        return
    if not begins_with(guard, facts.log_size, facts.log_root):
        raise OperatorNeeded(Message("keeping-guard-other"), Place(file=str(guard.folder)))


def begins_with(guard: Guard, size: int, root: bytes) -> bool:
    """Returns whether the guard's log, with what is being committed, begins with this tree."""
    state = guard.read()
    if state.intent is not None and (state.intent.size, state.intent.root) == (size, root.hex()):
        return True
    if state.done.size < size:
        return False
    frontier = Frontier()
    for entry in islice(guard.entries(), size):
        frontier.append(leaf_hash(entry.line))
    return (frontier.root() if size else EMPTY) == root


async def _sealed(
    settings: Settings, taken: _Taken, folder: Path, recipient: str, clock: Clock, step: Step
) -> Backup:
    """Seals both files under names that do not count yet, and gives them their names."""
    now, facts = clock.now(), taken.facts
    header = Header(
        kind=DATA,
        backup=secrets.token_hex(8),
        made=int(now.timestamp()),
        schema=facts.schema,
        database=dialect_of(settings.database),
        log_size=facts.log_size,
        log_root=facts.log_root.hex(),
        note=facts.note,
        ballots=facts.ballots,
        boxes=facts.boxes,
        running=facts.running,
        left_out=taken.left_out,
    )
    stamp = now.astimezone(UTC).strftime(STAMP)
    files = {kind: folder / f"{kind}-{stamp}{SUFFIX}" for kind in (KEYS, DATA)}
    parts: Mapping[str, Mapping[str, Path | bytes]] = {
        KEYS: taken.keys,
        DATA: {taken.copy.name: taken.copy},
    }

    def write(watched: Step) -> Header:
        for kind, path in files.items():
            sums = {name: sum_of(part) for name, part in parts[kind].items()}
            one = replace(header, kind=kind, parts=sums)
            write_container(_draft(path), one, parts[kind], recipient, watched)
        for path in files.values():
            _keep(path)
        return one

    await asyncio.to_thread(_remove_old_drafts, folder, now.timestamp())
    for path in files.values():
        if path.exists():
            raise BadInput(Message("core-file-exists"), Place(file=str(path)))
    try:
        made = Backup(files[DATA], files[KEYS], await in_thread(write, step))
        last = LastBackup(header.made, str(made.data), header.log_size)
        await asyncio.to_thread(write_last_backup, settings.data, last)
        return made
    except OSError as error:
        raise fault_of(error) or unwritable(error, folder) from error
    finally:
        for path in files.values():
            _draft(path).unlink(missing_ok=True)


def _remove_old_drafts(folder: Path, now: float) -> None:
    """Removes what a kill left in the folder; of today it may be another installation's."""
    for kind in (DATA, KEYS):
        for path in folder.glob(f".{kind}-*{SUFFIX}{PART}"):
            if now - path.stat().st_mtime > DAY:
                path.unlink(missing_ok=True)


def _draft(path: Path) -> Path:
    """Returns the name under which a file is written; no program takes it for a backup."""
    return path.with_name(f".{path.name}{PART}")


def _keep(path: Path) -> None:
    """Gives a written file its name, on the disk as well."""
    _draft(path).replace(path)
    kept(path.parent)


def kept(folder: Path) -> None:
    """Has the disk keep the names of a folder's files."""
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
