"""Opens a backup's file and checks all that is in it, without putting anything anywhere."""

from __future__ import annotations

from pathlib import Path

from bot.keeping.container import DATA, Header, Step, read_container
from bot.keeping.database_copies import (
    PART_NAMES,
    SQLITE,
    require_whole_dump,
    require_whole_sqlite,
)
from bot.keeping.long_work import in_thread
from survey_flows.errors import BadInput, Message, Place


async def open_backup(
    path: Path, secret: str, folder: Path, step: Step
) -> tuple[Header, dict[str, Path]]:
    """Opens a file of a backup into an empty folder; returns its header and its parts.

    Args:
        path: the file.
        secret: the secret age key.
        folder: gets the parts.
        step: is told how far it is.

    Raises:
        NotOpened: the key is another one, or the file is not as it was written.
        BadInput: the file cannot be read, or the database in it is not whole.
    """
    header, parts = await in_thread(
        lambda watched: read_container(path, secret, folder, watched), step
    )
    if header.kind == DATA:
        copy = parts.get(PART_NAMES.get(header.database, ""))
        if copy is None:
            raise BadInput(Message("keeping-no-backup"), Place(file=str(path)))
        if header.database == SQLITE:
            require_whole_sqlite(copy)
        else:
            await require_whole_dump(copy)
    return header, parts
