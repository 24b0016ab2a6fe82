"""A secret for names that must not outlive their day, kept in memory alone.

Counters and notices tell when somebody came. Their names are made under a secret that is new each
day (UTC) and lies on no disk: in a folder of RAM that the machine's processes share, or, where
there is none, in this process.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from bot.crypto.secret_files import SIZE, load_secret

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in RAM, and the folder is private


class RamSecrets:
    """The secret of the present day; `set_day` makes the next one and destroys the others.

    Args:
        owner: the installation's folder of keys; its processes share the secret.
    """

    def __init__(self, owner: Path, memory: Path = SHARED_MEMORY) -> None:
        mark = hashlib.sha256(os.fsencode(owner.absolute())).hexdigest()[:16]
        self._folder = memory / f"minping-{os.getuid()}-{mark}"
        self._shared = _usable(memory)
        self._day: int | None = None
        self._secret = secrets.token_bytes(SIZE)

    def secret(self) -> bytes:
        """Returns the secret of the day that was set last."""
        return self._secret

    def set_day(self, day: int) -> None:
        """Makes the secret of this day (days since 1970) the present one."""
        if day == self._day:
            return
        self._day = day
        self._secret = self._read(day) if self._shared else secrets.token_bytes(SIZE)

    def _read(self, day: int) -> bytes:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        state = self._folder.lstat()
        if state.st_uid != os.getuid() or self._folder.is_symlink():
            self._shared = False
            return secrets.token_bytes(SIZE)
        self._folder.chmod(0o700)
        for path in self._folder.glob("*.key"):
            if path.stem != str(day):
                path.unlink(missing_ok=True)
        return load_secret(self._folder / f"{day}.key")


def _usable(memory: Path) -> bool:
    return memory.is_dir() and os.access(memory, os.W_OK)
