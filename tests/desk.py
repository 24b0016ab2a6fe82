"""The desk of tests whose roads have no service around them."""

from __future__ import annotations

from pathlib import Path

from bot.transparency.desk import Desk

SEED = bytes(range(32))
DESK = Desk(SEED, "minping")


def keep_desk(data: Path) -> None:
    """Keep the desk's key where commands with this data folder look for it."""
    folder = data / "keys" / "desk"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "desk.key").write_bytes(SEED)
