"""Which files of keys go into a backup, and which never do.

Keys of the installation live as long as it does, and go. Keys of a campaign die with its close, in
every copy: those that join ballots to persons, and the mixer keys that open what waits. Keys of
conversations, months, days and hours die sooner. The guard must never be put back in an older
state.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.accounts.roster import ROSTER
from bot.ballots.mixer import LOG_KEY
from bot.core.settings import Settings
from bot.crypto.keyrings import SUFFIX
from bot.transparency.desk import DESK

FOLDER, MIXER, VOTERS = "keys", "mixer", "voters"
SECRETS = ("messengers", "openid")
"""Folders with the secrets of accounts that send, and of identity providers."""
INSTALLATION = (
    f"*{SUFFIX}",
    f"{DESK}/*{SUFFIX}",
    f"{DESK}/links",
    f"{DESK}/{ROSTER}",
    f"{MIXER}/{LOG_KEY}{SUFFIX}",
)
"""Files of keys that live as long as the installation."""


def installation_files(settings: Settings) -> dict[str, bytes]:
    """Returns the installation's keys, and the secrets with others, by the files' names.

    With a mixer of its own the folder has no key of the log, and that mixer's is no part of this.
    """
    found = {}
    for path in _files(settings):
        found[str(path.relative_to(settings.data))] = path.read_bytes()
    return found


def _files(settings: Settings) -> Iterator[Path]:
    for pattern in INSTALLATION:
        yield from sorted((settings.data / FOLDER).glob(pattern))
    for folder in SECRETS:
        yield from (path for path in sorted((settings.data / folder).rglob("*")) if path.is_file())
