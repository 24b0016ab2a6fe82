"""Files for the service's own account alone: ballots and keys are nobody else's on the machine."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.core.events import event
from bot.core.file_errors import unreadable
from survey_flows.errors import BadInput, Message, Place

log = logging.getLogger(__name__)

OTHERS = 0o077
"""The rights of the group and of everybody else."""


@contextmanager
def private_umask() -> Iterator[None]:
    """Makes new files 0600 and new folders 0700 within the block, also those of child processes."""
    before = os.umask(OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def read_private_text(path: Path, place: Place) -> str:
    """Returns the text of a file with secrets.

    Args:
        path: the file.
        place: names it in a refusal.

    Raises:
        BadInput: others than its owner can read it, it cannot be read, or it is not UTF-8.
    """
    try:
        if path.stat().st_mode & OTHERS:
            raise BadInput(Message("core-file-not-private"), place)
        return path.read_text("utf-8")
    except OSError as error:
        raise unreadable(error, path) from None
    except UnicodeDecodeError:
        raise BadInput(Message("core-file-not-utf8"), place) from None


def make_private(*paths: Path) -> None:
    """Takes from others every right to these files and folders, and to all that is in the folders.

    Links in a folder are not followed, since they may lead to files of somebody else.
    What is not there is passed over; what belongs to another account stays, with a warning.
    """
    failed = [path for path in _found(paths) if not _closed(path)]
    if failed:
        log.warning(
            "other accounts may read files whose rights cannot be changed (%d, the first is %s): "
            "give them to the account that runs the service",
            len(failed),
            failed[0],
            extra=event("rights", count=len(failed)),
        )


def _found(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        whole = path.resolve()
        yield whole
        # The folder is closed before it is searched, so that nobody adds a link meanwhile.
        for folder, folders, files in os.walk(whole):
            yield from (Path(folder, name) for name in (*folders, *files))


def _closed(path: Path) -> bool:
    """Closes a path to others. Returns whether it is closed, or gone."""
    try:
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & OTHERS:
            path.chmod(stat.S_IMODE(mode) & ~OTHERS)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
