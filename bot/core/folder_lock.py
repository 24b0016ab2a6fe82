"""Locks on a folder, against other processes and other tasks of this one.

`locked_folder` is for one change. `shared_folder` is held for as long as a service uses what the
folder has, and `folder_alone` is refused while anybody does.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from survey_flows.errors import BadInput, Message, Place

WAIT_SECONDS = 0.01
"""Seconds between two tries."""
USED = "used"
"""The file whose lock says that a service uses the folder."""


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


@asynccontextmanager
async def shared_folder(folder: Path) -> AsyncIterator[None]:
    """Holds a folder together with others who use it; waits while somebody has it alone."""
    descriptor = _open(folder, USED)
    try:
        while not _lock(descriptor, fcntl.LOCK_SH):  # noqa: ASYNC110 - as above
            await asyncio.sleep(WAIT_SECONDS)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def folder_alone(folder: Path, refusal: Message) -> Iterator[None]:
    """Holds a folder that nobody else uses.

    Raises:
        BadInput: somebody uses it; with ``refusal``.
    """
    descriptor = _open(folder, USED)
    try:
        if not _lock(descriptor):
            raise BadInput(refusal, Place(file=str(folder)))
        yield
    finally:
        os.close(descriptor)


def _open(folder: Path, name: str = "lock") -> int:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)


def _lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
