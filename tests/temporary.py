"""Temporary folders in memory, where the machine has the room.

A run makes and drops hundreds of databases of hundreds of files each. On a disk that costs a
third of the run, most of it inside the file system, and no test asks for data to outlive a power
cut. Whoever sets ``TMPDIR`` chooses the place.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 3 << 30
"""Bytes that have to be free: a run with three workers takes less than a third of it."""
PREFIX = "mptest-"
"""Begins the names of the folders that only a killed run leaves behind: servers and cities."""
LONG_AGO = 86_400.0


def use_memory() -> None:
    """Let this process and those that it starts make their temporary folders in memory."""
    if "TMPDIR" not in os.environ and has_room(MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
        sweep(MEMORY)


def sweep(folder: Path) -> None:
    """Remove what runs that were killed a day ago have left, which would stay until a restart."""
    for left in folder.glob(f"{PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):  # another run may end at this moment
            if left.stat().st_mtime < time.time() - LONG_AGO:
                shutil.rmtree(left, ignore_errors=True)


def has_room(folder: Path) -> bool:
    """Say whether files can be made there, and enough of them."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    return shutil.disk_usage(folder).free >= ROOM
