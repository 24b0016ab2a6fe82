"""Puts a backup into an empty database, with its keys where there are none.

What was signed since the backup is known by the guard beside the log's key, or by a checkpoint that
somebody outside holds. A backup that lacks some of it is put back only when people decide so; the
log then says what was lost. Before anything stands in its place all of it was opened and checked;
if anything fails later, what was put there is taken back.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.named_people import NamedPeople
from bot.accounts.roster import ROSTER
from bot.ballots.mixer import GUARD, LOG_KEY, Mixer
from bot.ballots.mixer_keys import key_name
from bot.campaigns.log_loss import LogLoss, log_broken_envelopes, refill_log
from bot.core.clock import Clock
from bot.core.folder_lock import folder_alone
from bot.core.operator_needed import OperatorNeeded
from bot.core.settings import Settings
from bot.crypto.keyrings import SUFFIX, Keyring
from bot.crypto.note_signatures import open_note, public_key
from bot.keeping.backups import PART, begins_with, kept, work_folder
from bot.keeping.container import DATA, KEYS, Header, Step, require_kind
from bot.keeping.database_copies import (
    PART_NAMES,
    dialect_of,
    empty_again,
    is_empty,
    make_file,
    restore_dump,
)
from bot.keeping.escrowed import campaign_files, open_escrowed
from bot.keeping.key_files import FOLDER, MIXER, SECRETS
from bot.keeping.verifying import open_backup
from bot.service.desk_loss import logged_profile
from bot.service.two_persons import named_people
from bot.storage.database import open_database, sqlite_files
from bot.storage.migrate import HEAD
from bot.transparency.desk import DESK
from bot.transparency.guard import Guard, TreeHead
from bot.transparency.guarded_log import GuardedLog
from survey_flows.errors import BadInput, Message, Place
from survey_flows.signed_notes import VerifierKey, read_key

PLAIN = (FOLDER, *SECRETS)
"""The folders of parts that are keys as they are; others are sealed once more."""
GUARD_FILES = ("leaves", "state", "desk")


@dataclass(frozen=True, slots=True)
class Files:
    """What a restore is made of.

    Attributes:
        data: the file of the database.
        keys: the file of keys; None where the keys are in their place.
        secret: the secret age key.
        escrows: secret escrow keys of campaigns.
        guard: the folder of the guard on the old disk; None where it is in its place or lost.
        note: the newest checkpoint that somebody outside holds; empty for none.
    """

    data: Path
    keys: Path | None
    secret: str
    escrows: Sequence[str] = ()
    guard: Path | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """That people go on with a loss: who they are, and the reason that the log says."""

    reason: str
    people: Sequence[str]


@dataclass(frozen=True, slots=True)
class Preflight:
    """What a restore would do, before it does anything.

    Attributes:
        header: what the backup says of itself.
        signed: entries that were signed, as far as guard or note know; None where the guard is at
            a mixer of its own, which compares.
        unopened: envelopes that wait, and whose mixer key is nowhere.
        keyless: campaigns that run, and of which a linking key is nowhere.
        keys_of: when the keys were copied, in epoch seconds; None where they are in their place.
    """

    header: Header
    signed: int | None
    unopened: int
    keyless: tuple[str, ...]
    keys_of: int | None

    @property
    def missing(self) -> int:
        """The entries that were signed and are not in the backup."""
        return max(0, (self.signed or 0) - self.header.log_size)

    @property
    def loses(self) -> bool:
        """Whether people have to decide: what citizens hold receipts for would be gone."""
        return self.missing > 0 or (self.unopened > 0 and bool(self.header.running))


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a restore: the loss that the log says, and accounts that differ."""

    loss: LogLoss | None
    other_accounts: tuple[str, ...]


Ask = Callable[[Preflight], Awaitable[bool]]
"""Tells what would be done; returns whether it shall be."""
Confirm = Callable[[NamedPeople, Sequence[str]], Awaitable[None]]
"""Asks people to sign in."""


class NotWanted(BadInput):
    """Whoever was asked did not want the restore."""


async def restore(
    settings: Settings,
    files: Files,
    decision: Decision | None,
    ask: Ask,
    confirm: Confirm,
    clock: Clock,
    step: Step,
) -> Restored:
    """Puts a backup back.

    Args:
        settings: name the data folder and the empty database.
        files: the backup, and what is known beside it.
        decision: who goes on with a loss; None where there must be none.
        ask: is told what would be done.
        confirm: asks the people of the decision to sign in.
        clock: the present time.
        step: is told how far it is.

    Raises:
        BadInput: a service runs, the database or the folder of keys is not empty, a file is not as
            it was written, or the people may not decide this.
        OperatorNeeded: keys or guard do not belong to this log, nothing is known of what was
            signed, or there would be a loss that nobody has decided.
        NotWanted: the answer was no.
    """
    with folder_alone(settings.data / FOLDER, Message("keeping-service-runs")):
        await _require_empty(settings, files)
        with work_folder(settings) as work:
            header, copy = await _opened(settings, files, DATA, work, step)
            keys_header, keys = await _opened_keys(settings, files, work, step)
            with _keys_in_place(settings, files, keys):
                preflight = _preflight(settings, files, header, keys_header)
                wanted = await ask(preflight)
                if preflight.loses and decision is None:
                    raise OperatorNeeded(Message("keeping-loss-undecided"))
                if not wanted:
                    raise NotWanted(Message("keeping-not-restored"))
                async with _database_in_place(settings, copy, step) as database:
                    return await _gone_on(
                        settings, files, preflight, decision, confirm, clock, database
                    )


async def _require_empty(settings: Settings, files: Files) -> None:
    if not await is_empty(settings.database):
        raise BadInput(Message("keeping-database-not-empty"))
    found = [path for path in (settings.data / FOLDER).rglob(f"*{SUFFIX}") if path.is_file()]
    if files.keys is not None and found:
        raise BadInput(Message("keeping-keys-not-empty"), Place(file=str(found[0])))
    if files.keys is None and not (settings.data / FOLDER / f"gate{SUFFIX}").exists():
        raise BadInput(Message("keeping-keys-needed"))
    guard = Guard(settings.data / FOLDER / MIXER / GUARD)
    if files.guard is not None and guard.exists:
        raise BadInput(Message("keeping-guard-there"), Place(file=str(guard.folder)))


async def _opened(
    settings: Settings, files: Files, kind: str, work: Path, step: Step
) -> tuple[Header, Path]:
    """Opens the database's file; returns its header and the copy."""
    folder = work / kind
    folder.mkdir(mode=0o700)
    header, parts = await open_backup(files.data, files.secret, folder, step)
    require_kind(header, kind, files.data)
    place = Place(file=str(files.data))
    if header.schema != HEAD:
        said = Message("keeping-other-version", version=header.schema, known=HEAD)
        raise OperatorNeeded(said, place)
    if header.database != dialect_of(settings.database):
        raise BadInput(Message("keeping-other-database", database=header.database), place)
    return header, parts[PART_NAMES[header.database]]


async def _opened_keys(
    settings: Settings, files: Files, work: Path, step: Step
) -> tuple[Header | None, Mapping[Path, Path]]:
    """Opens the file of keys; returns its header, and the parts by the places where they go."""
    if files.keys is None:
        return None, {}
    folder = work / KEYS
    folder.mkdir(mode=0o700)
    header, parts = await open_backup(files.keys, files.secret, folder, step)
    require_kind(header, KEYS, files.keys)
    found: dict[Path, Path] = {}
    for place, key in open_escrowed(settings, parts, files.escrows).items():
        found[place] = folder / f"escrowed-{len(found)}"
        make_file(found[place])
        found[place].write_bytes(key)
    plain = {name: path for name, path in parts.items() if name.split("/")[0] in PLAIN}
    return header, {**{settings.data / name: path for name, path in plain.items()}, **found}


@contextmanager
def _keys_in_place(settings: Settings, files: Files, keys: Mapping[Path, Path]) -> Iterator[None]:
    """Puts keys and guard where they belong; takes them back when the restore comes to nothing."""
    guard = settings.data / FOLDER / MIXER / GUARD
    wanted = dict(keys)
    if files.guard is not None:
        wanted |= {guard / name: files.guard / name for name in GUARD_FILES}
    accounts = settings.data / FOLDER / DESK / ROSTER
    before = accounts.read_bytes() if accounts.exists() else None
    had_guard = Guard(guard).exists
    put: list[Path] = []
    try:
        for place, source in wanted.items():
            if source.exists():
                put.append(place)
                _copied(source, place)
        yield
    except BaseException:
        for place in put:
            place.unlink(missing_ok=True)
        if not had_guard:
            shutil.rmtree(guard, ignore_errors=True)
        if before is not None:
            accounts.write_bytes(before)
        raise


def _copied(source: Path, place: Path) -> None:
    """Copies a file for its owner alone, and has the disk keep it."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_file(place)
    with source.open("rb") as file, place.open("r+b") as made:
        shutil.copyfileobj(file, made)
        made.flush()
        os.fsync(made.fileno())


def _preflight(settings: Settings, files: Files, header: Header, keys: Header | None) -> Preflight:
    """Compares a backup with keys and guard, which are in their places by now.

    Raises:
        OperatorNeeded: another key signed its log, the guard is of another history, or nothing
            tells what was signed since.
    """
    if header.note:
        _require_signed(settings, header.note)
    ring = Keyring(settings.data / FOLDER / MIXER)
    unopened = [] if settings.log_key else _without(ring, header.boxes)
    return Preflight(
        header=header,
        signed=_signed(settings, files, header),
        unopened=sum(header.boxes[box] for box in unopened),
        keyless=tuple(name for name in header.running if not _has_keys(settings, name)),
        keys_of=keys.made if keys else None,
    )


def _without(ring: Keyring, boxes: Iterable[str]) -> list[str]:
    return [box for box in boxes if not ring.path(key_name(box)).exists()]


def _has_keys(settings: Settings, campaign: str) -> bool:
    return all(path.exists() for path in campaign_files(settings, campaign).values())


def _log_key(settings: Settings) -> VerifierKey:
    if settings.log_key:
        return read_key(settings.log_key)
    seed = Keyring(settings.data / FOLDER / MIXER).demand(LOG_KEY)
    return public_key(seed, settings.log_origin)


def _require_signed(settings: Settings, note: str) -> TreeHead:
    """Returns the head of a note; raises `OperatorNeeded` where another key signed it."""
    try:
        found = open_note(note, [_log_key(settings)]).checkpoint
    except OperatorNeeded:
        raise
    except BadInput as error:
        raise OperatorNeeded(Message("keeping-other-log-key")) from error
    return TreeHead(found.size, found.root)


def _signed(settings: Settings, files: Files, header: Header) -> int | None:
    """Returns how many entries were signed, as far as guard or note know."""
    if settings.log_key:
        return None
    guard = Guard(settings.data / FOLDER / MIXER / GUARD)
    note = _require_signed(settings, files.note) if files.note else TreeHead()
    if not guard.exists:
        if header.log_size and not note.size:
            raise OperatorNeeded(Message("keeping-nothing-known"))
        if note.size > header.log_size:
            values: dict[str, str | int] = {"rows": header.log_size, "size": note.size}
            values["root"] = note.root.hex()
            raise OperatorNeeded(Message("transparency-older-than-known", **values))
        return header.log_size
    known = begins_with(guard, header.log_size, bytes.fromhex(header.log_root))
    if not known or not begins_with(guard, note.size, note.root):
        raise OperatorNeeded(Message("keeping-guard-other-restore"), Place(file=str(guard.folder)))
    return max(header.log_size, guard.read().done.size)


@asynccontextmanager
async def _database_in_place(
    settings: Settings, copy: Path, step: Step
) -> AsyncIterator[AsyncEngine]:
    """Opens the restored database; what fails in the block leaves it as empty as it was.

    An SQLite file gets its name at the end; PostgreSQL is filled in one transaction, and emptied.
    """
    targets = sqlite_files(settings.database)
    url = f"sqlite:///{copy}" if targets else settings.database
    if not targets:
        await restore_dump(url, copy, step)
    database = open_database(url)
    try:
        yield database
    except BaseException:
        await database.dispose()
        if not targets:
            await empty_again(url)
        raise
    await database.dispose()
    if targets:
        await asyncio.to_thread(_moved, copy, targets[0])


def _moved(copy: Path, target: Path) -> None:
    """Gives an SQLite file its place, which may be on another disk, whole or not at all."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}{PART}")
    try:
        draft.unlink(missing_ok=True)
        _copied(copy, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    kept(target.parent)


async def _gone_on(
    settings: Settings,
    files: Files,
    preflight: Preflight,
    decision: Decision | None,
    confirm: Confirm,
    clock: Clock,
    database: AsyncEngine,
) -> Restored:
    """Lets the log go on: with the guard that knows it, and with what people decided of a loss."""
    accounts = named_people(settings, database)
    wrong = await accounts.roster.wrong(at_once=True) if accounts.roster else ()
    if settings.log_key:
        return Restored(None, wrong)
    ring = Keyring(settings.data / FOLDER / MIXER)
    log = Mixer(database, ring, b"", b"", settings.log_origin, clock).log
    if not log.guard.exists and preflight.header.log_size:
        await log.begin_guard(_require_signed(settings, files.note))
    if not preflight.loses or decision is None:
        return Restored(None, wrong)
    return Restored(await _lost(log, accounts, preflight, decision, confirm, clock), wrong)


async def _lost(
    log: GuardedLog,
    accounts: NamedPeople,
    preflight: Preflight,
    decision: Decision,
    confirm: Confirm,
    clock: Clock,
) -> LogLoss:
    profile = await logged_profile(log)
    await accounts.require_deciders(decision.people, profile)
    await confirm(accounts, decision.people)
    said = (accounts, log, decision.people, decision.reason, clock, profile)
    if preflight.missing:
        return await refill_log(*said)
    return await log_broken_envelopes(*said, preflight.header.running)
