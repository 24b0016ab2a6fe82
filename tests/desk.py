"""The desk of tests whose roads have no service around them."""

from __future__ import annotations

import atexit
import shutil
from pathlib import Path
from tempfile import mkdtemp
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.roster import Roster
from bot.transparency.desk import Desk

SEED = bytes(range(32))
DESK = Desk(SEED, "minping")


def keep_desk(data: Path) -> None:
    """Keep the desk's key where commands with this data folder look for it."""
    folder = data / "keys" / "desk"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "desk.key").write_bytes(SEED)


_ROSTERS: WeakKeyDictionary[AsyncEngine, Roster] = WeakKeyDictionary()


def roster_of(database: AsyncEngine, folder: Path | None = None) -> Roster:
    """Return the roster of a database that has no service around it, always the same one."""
    if database not in _ROSTERS:
        made = folder or Path(mkdtemp(prefix="minping-roster-"))
        if folder is None:
            atexit.register(shutil.rmtree, made, ignore_errors=True)
        _ROSTERS[database] = Roster(database, DESK, made)
    return _ROSTERS[database]
