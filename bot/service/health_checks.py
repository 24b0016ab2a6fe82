"""The checks of readiness that the service itself can answer."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.roster import Roster
from bot.ballots.desk_orders import count_refused_acts
from bot.ballots.gate import Gate
from bot.ballots.mixer import Mixer
from bot.ballots.remote_mixer import RemoteMixer
from bot.campaigns.ordered_states import states_without_order
from bot.core.clock import Clock
from bot.core.settings import Settings
from bot.service.last_backup import read_last_backup
from bot.service.readiness import Ask, Readiness
from bot.storage.database import reading, sqlite_files, writing
from bot.storage.schema import all as tables

LEAST_FREE = 256 << 20
"""Bytes below which a disk counts as full: SQLite, the log and a bundle need room to go on."""
LOW_SHARE = 0.05
BACKUP_SECONDS = 26 * 3600.0
"""Seconds after which a daily backup is late."""
DRIFT_SECONDS = 5.0
"""Seconds by which the wall clock may leave the monotonic one within `DRIFT_WITHIN`."""
DRIFT_WITHIN = 60.0
APART_SECONDS = 2.0
"""Seconds by which the database's clock may differ from ours."""


def make_readiness(
    settings: Settings,
    database: AsyncEngine,
    redis: Redis,
    clock: Clock,
    gate: Gate,
    mixer: Mixer | RemoteMixer,
) -> Readiness:
    """Returns the registry with the checks of the service's own parts."""
    made = Readiness()
    folders = [settings.data, *(file.parent for file in sqlite_files(settings.database)[:1])]
    made.add("database", database_check(database), needed=True, tries=2)
    made.add("disk", disk_check(folders, least=LEAST_FREE), needed=True)
    made.add("box", mixer_key_check(database, gate, mixer), needed=True)
    made.add("disk-low", disk_check(folders, share=LOW_SHARE), needed=False)
    made.add("clock", clock_check(database, clock), needed=False)
    made.add("orders", orders_check(database, clock), needed=False, tries=2)
    made.add("backup", backup_check(settings.data, clock), needed=False)
    made.add("valkey", redis_check(redis), needed=False)
    return made


def database_check(database: AsyncEngine) -> Ask:
    """Returns a check that writes a row where taken updates are noted, reads it and removes it."""
    columns = tables.updates.c

    async def ask() -> bool:
        row = {"key": f"pulse:{secrets.token_hex(8)}", "at": 0}
        async with writing(database) as connection:
            await connection.execute(tables.updates.insert(), [row])
            found = (
                await connection.execute(select(columns.at).where(columns.key == row["key"]))
            ).scalar_one_or_none()
            await connection.execute(delete(tables.updates).where(columns.key == row["key"]))
        return found == row["at"]

    return ask


def disk_check(folders: Iterable[Path], least: int = 0, share: float = 0.0) -> Ask:
    """Returns a check of the room where these folders lie.

    Args:
        folders: existing folders.
        least: bytes that have to be free.
        share: share of the disk that has to be free.
    """
    whole = tuple(folders)

    def has_room() -> bool:
        for folder in whole:
            disk = os.statvfs(folder)
            free = disk.f_bavail * disk.f_frsize
            if free < least or free < share * disk.f_blocks * disk.f_frsize:
                return False
        return True

    async def ask() -> bool:
        return await asyncio.to_thread(has_room)

    return ask


def mixer_key_check(database: AsyncEngine, gate: Gate, mixer: Mixer | RemoteMixer) -> Ask:
    """Returns a check that there is a signed key to seal to, whose secret the mixer holds."""

    async def ask() -> bool:
        async with reading(database) as connection:
            key = await gate.mixer_key(connection)
        return mixer.holds(key.id)

    return ask


def clock_check(
    database: AsyncEngine, clock: Clock, monotonic: Callable[[], float] | None = None
) -> Ask:
    """Returns a check that the wall clock neither jumps nor differs from the database's."""
    seconds = monotonic or asyncio.get_running_loop().time
    seen: deque[tuple[float, float]] = deque()

    async def ask() -> bool:
        wall, steady = clock.now().timestamp(), seconds()
        seen.append((steady, wall - steady))
        while seen[0][0] < steady - DRIFT_WITHIN:
            seen.popleft()
        offsets = [offset for _, offset in seen]
        if max(offsets) - min(offsets) > DRIFT_SECONDS:
            return False
        return abs(await _seconds_apart(database, clock)) <= APART_SECONDS

    return ask


def orders_check(database: AsyncEngine, clock: Clock) -> Ask:
    """Returns a check that no act was refused unseen, and no state stands that nobody ordered."""

    async def ask() -> bool:
        async with reading(database) as connection:
            refused = await count_refused_acts(connection)
            states = await states_without_order(connection, int(clock.now().timestamp()))
        return not refused and not states

    return ask


def backup_check(folder: Path, clock: Clock) -> Ask:
    """Returns a check that the last backup is young; where none was made, nobody waits for one."""

    async def ask() -> bool:
        last = await asyncio.to_thread(read_last_backup, folder)
        return last is None or clock.now().timestamp() - last.made <= BACKUP_SECONDS

    return ask


def roster_check(roster: Roster) -> Ask:
    """Returns a check that accounts, tokens and approvals are those that the service wrote."""

    async def ask() -> bool:
        return not await roster.wrong(at_once=True)

    return ask


async def _seconds_apart(database: AsyncEngine, clock: Clock) -> float:
    """Returns how far the database's clock is ahead of ours; SQLite has none of its own."""
    if database.dialect.name == "sqlite":
        return 0.0
    async with reading(database) as connection:
        query = text("SELECT extract(epoch FROM clock_timestamp())")
        theirs = float((await connection.execute(query)).scalar_one())
    return theirs - clock.now().timestamp()


def redis_check(redis: Redis) -> Ask:
    """Returns a check that Redis answers."""

    async def ask() -> bool:
        return bool(await redis.ping())

    return ask
