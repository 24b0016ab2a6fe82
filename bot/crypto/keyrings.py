"""Secrets by name, each in a file of its own, and those of which every hour has one.

A secret that was made once is demanded ever after: one that is made anew in silence is another.
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from bot.core.operator_needed import OperatorNeeded
from bot.crypto.secret_files import SIZE, load_secret
from survey_flows.errors import Message, Place

SUFFIX = ".key"
ID_LABEL = b"minping/key-id"
ID_BYTES = 8


class KeyMissing(OperatorNeeded):
    """A key that was made before is not in its file, and is not made again."""

    def __init__(self, path: Path) -> None:
        super().__init__(Message("crypto-key-missing"), Place(file=str(path)))


def key_id(secret: bytes) -> str:
    """Returns the 16 hexadecimal digits by which a key is known without telling anything of it."""
    return sha256(ID_LABEL + secret).digest()[:ID_BYTES].hex()


class Keyring:
    """Secrets of 32 bytes by name, each in a file that only its owner can read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, bytes] = {}

    @property
    def folder(self) -> Path:
        """The folder of the files."""
        return self._folder

    def path(self, name: str) -> Path:
        """Returns the file of a secret, whether there is one or not."""
        return self._folder / (name + SUFFIX)

    def find_or_create(self, name: str) -> bytes:
        """Returns the secret of this name; makes one if there is none.

        This is for what begins: an installation, the opening of a campaign, a new hour or day.
        """
        if name not in self._known:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._known[name] = load_secret(self.path(name))
        return self._known[name]

    def demand(self, name: str) -> bytes:
        """Returns the secret of this name.

        Raises:
            KeyMissing: there is none; it is not made.
        """
        if name not in self._known and not self.path(name).exists():
            raise KeyMissing(self.path(name))
        return self.find_or_create(name)

    def find(self, name: str) -> bytes | None:
        """Returns the secret of this name, if there is one."""
        return self.find_or_create(name) if self.path(name).exists() else None

    def names(self) -> list[str]:
        """Returns the names of all secrets, also of those that only this process still knows."""
        return sorted(
            {path.name.removesuffix(SUFFIX) for path in self._folder.glob(f"[!.]*{SUFFIX}")}
            | {*self._known}
        )

    def destroy(self, name: str) -> None:
        """Overwrites and removes a secret, for good; does nothing if there is none.

        A backup, or a disk that moves its blocks, may keep a copy: see the guide for operators.
        """
        self._known.pop(name, None)
        path = self.path(name)
        # The service and a command may destroy the same secret at once.
        with suppress(FileNotFoundError):
            with path.open("r+b") as file:
                file.write(bytes(SIZE))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()


class HourlyKeys:
    """Secrets by the hour since 1970 in which they were made; `now` is the hour to seal under.

    Until the first `set_hour` that is the newest hour with a secret.
    """

    def __init__(self, ring: Keyring) -> None:
        self._ring = ring
        self._secrets: dict[int, bytes] = {}
        self.now = max(map(int, ring.names()), default=0)

    def set_hour(self, hour: int) -> None:
        """Makes the secret of this hour the one to seal under."""
        self._secrets[hour] = self._ring.find_or_create(str(hour))
        self.now = hour

    def secret(self) -> bytes:
        """Returns the secret to seal under."""
        if self.now not in self._secrets:
            self.set_hour(self.now)
        return self._secrets[self.now]

    def find(self, hour: int) -> bytes | None:
        """Returns the secret of an hour; None when there is none any more."""
        if hour not in self._secrets and (secret := self._ring.find(str(hour))):
            self._secrets[hour] = secret
        return self._secrets.get(hour)

    def destroy_others(self) -> None:
        """Destroys the secrets of all hours but this one and the one before.

        Other processes may still be sealing under the hour before.
        """
        for name in self._ring.names():
            if int(name) not in (self.now - 1, self.now):
                self._secrets.pop(int(name), None)
                self._ring.destroy(name)
