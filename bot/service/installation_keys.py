"""The keys of an installation: made once with an empty database, and demanded ever after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.second_factor import FACTOR_KEY, FactorKeys, load_factor_keys
from bot.campaigns.desk_takeover import take_over
from bot.campaigns.link_marks import mark_links_anew
from bot.campaigns.states import CLOSING, DRAFT, HELD, OPENING
from bot.core.clock import Clock, SystemClock
from bot.core.settings import Settings
from bot.crypto.contact_keys import CONTACT_KEY, ContactKeys, load_contact_keys
from bot.crypto.gate_keys import GateKeys, load_gate_keys
from bot.crypto.keyrings import KeyMissing, Keyring
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import DESK, Desk
from bot.transparency.known_desk import known_desk_file

Rows = Select[Any]
DESK_DRAFT = "desk-new"
"""The desk's key while it signs what was ordered before there was one."""


def _rows(*conditions: ColumnElement[bool]) -> Rows:
    return select(literal(1)).where(*conditions).limit(1)


_RUN_ALREADY = (
    _rows(tables.campaigns.c.state != DRAFT),
    _rows(tables.sessions.c.person.is_not(None)),
    _rows(tables.dead_letters.c.key.is_not(None)),
)
_UNDER_WAY = (
    _rows(tables.notices.c.id.is_not(None)),
    _rows(tables.campaigns.c.state.in_((OPENING, CLOSING, HELD))),
    _rows(tables.audit.c.number.is_not(None)),
    _rows(tables.case_votes.c.id.is_not(None)),
)
RESTS_ON: dict[str, Sequence[Rows]] = {
    "gate": _RUN_ALREADY,
    "sign": _RUN_ALREADY,
    "follow": (
        _rows(tables.requests.c.id.is_not(None)),
        _rows(tables.held_follow_ups.c.id.is_not(None)),
        _rows(tables.request_stops.c.mark.is_not(None)),
    ),
    CONTACT_KEY: (_rows(tables.persons.c.lookup.is_not(None)),),
    FACTOR_KEY: (_rows(tables.second_factors.c.login.is_not(None)),),
}
"""The rows that nobody can read or continue without a key; with none of them it may be made."""

LINKS = "links"
"""The file that says that the links of an older version have their marks: later ones need them."""


@dataclass(frozen=True, slots=True)
class InstallationKeys:
    """The keys of the service, apart from those of the mixer."""

    gate: GateKeys
    contacts: ContactKeys
    factors: FactorKeys
    desk: Desk


async def open_keys(
    settings: Settings, database: AsyncEngine, clock: Clock | None = None
) -> InstallationKeys:
    """Returns the installation's keys; makes one only while nothing in the database rests on it.

    Raises:
        KeyMissing: a key is not in its file, though the database has rows that rest on it.
    """
    folder = settings.data / "keys"
    ring = Keyring(folder)
    missing = [name for name in RESTS_ON if not ring.path(name).exists()]
    if missing:
        async with reading(database) as connection:
            for name in missing:
                if await _any(connection, RESTS_ON[name]):
                    raise KeyMissing(ring.path(name))
        for name in missing:
            ring.find_or_create(name)
    desk = await open_desk(settings, database, clock or SystemClock())
    return InstallationKeys(
        load_gate_keys(folder), load_contact_keys(folder), load_factor_keys(folder), desk
    )


def desk_ring(settings: Settings) -> Keyring:
    """Returns the folder of the desk's key, which is its own."""
    return Keyring(settings.data / "keys" / DESK)


def load_desk(settings: Settings) -> Desk:
    """Returns the desk; raises `KeyMissing` when its key was not made by `open_keys`."""
    return Desk(desk_ring(settings).demand(DESK), settings.log_origin)


async def open_desk(settings: Settings, database: AsyncEngine, clock: Clock) -> Desk:
    """Returns the desk; makes its key for an empty log, and once for one that is older than desks.

    Raises:
        KeyMissing: the key is not in its file, though the guard or the log knows one.
    """
    ring = desk_ring(settings)
    if ring.path(DESK).exists():
        desk = load_desk(settings)
        await _mark_older_links(ring, database, desk)
        return desk
    if known_desk_file(settings.data / "keys" / "mixer" / "guard").exists():
        raise KeyMissing(ring.path(DESK))
    async with writing(database) as connection:
        if await _any(connection, [_rows(tables.log_entries.c.kind == "keys")]):
            raise KeyMissing(ring.path(DESK))
        if await _any(connection, _UNDER_WAY):
            desk = Desk(ring.find_or_create(DESK_DRAFT), settings.log_origin)
            await take_over(connection, desk, int(clock.now().timestamp()))
    # The key counts from here on; a process killed before signs anew at the next start.
    if ring.path(DESK_DRAFT).exists():
        ring.path(DESK_DRAFT).replace(ring.path(DESK))
    ring.find_or_create(DESK)
    desk = load_desk(settings)
    await _mark_older_links(ring, database, desk)
    return desk


async def _mark_older_links(ring: Keyring, database: AsyncEngine, desk: Desk) -> None:
    """Marks once the links of an installation that is older than their marks, as they stand."""
    done = ring.folder / LINKS
    if done.exists():
        return
    async with writing(database) as connection:
        await mark_links_anew(connection, desk)
    done.touch(mode=0o600)


async def _any(connection: AsyncConnection, queries: Sequence[Rows]) -> bool:
    for query in queries:
        if (await connection.execute(query)).first():
            return True
    return False
