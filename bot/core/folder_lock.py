"""A lock on a folder, against other processes and other tasks of this one."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

WAIT_SECONDS = 0.01
"""Seconds between two tries."""


@asynccontextmanager
async def locked_folder(folder: Path) -> AsyncIterator[None]:
    """Holds the lock of a folder, which is made for its owner alone if it is not there.

    The system frees the lock when a process ends, however it ends.
    """
    descriptor = _open(folder)
    try:
        while not _lock(descriptor):  # noqa: ASYNC110 - the lock may be another process's
            await asyncio.sleep(WAIT_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _open(folder: Path) -> int:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
