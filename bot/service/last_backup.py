"""The last backup that was made, as a file in the data folder says: backups leave no row."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "last-backup"


@dataclass(frozen=True, slots=True)
class LastBackup:
    """When it was made, in epoch seconds, its file of the database, and the log's size then."""

    made: int
    data: str
    log_size: int


def write_last_backup(folder: Path, last: LastBackup) -> None:
    """Notes a backup in the data folder."""
    draft = folder / f".{FILE}.new"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(asdict(last)))
    draft.replace(folder / FILE)


def read_last_backup(folder: Path) -> LastBackup | None:
    """Returns the last backup; None where there was none, or the note cannot be read."""
    try:
        return LastBackup(**json.loads((folder / FILE).read_text()))
    except (OSError, ValueError, TypeError):
        return None
