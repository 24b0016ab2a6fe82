"""Refusals for files that cannot be read or written, in every language.

The text of an `OSError` is in the machine's language, so it never stands in a refusal.
"""

from __future__ import annotations

import errno
from pathlib import Path

from survey_flows.errors import BadInput, Message, Place

READING = {
    errno.ENOENT: Message("core-file-not-found"),
    errno.ENOTDIR: Message("core-file-not-found"),
    errno.EACCES: Message("core-file-read-forbidden"),
    errno.EPERM: Message("core-file-read-forbidden"),
    errno.EISDIR: Message("core-file-is-folder"),
}
WRITING = {
    errno.ENOENT: Message("core-folder-not-found"),
    errno.ENOTDIR: Message("core-folder-not-found"),
    errno.EACCES: Message("core-file-write-forbidden"),
    errno.EPERM: Message("core-file-write-forbidden"),
    errno.EISDIR: Message("core-file-write-is-folder"),
    errno.EEXIST: Message("core-file-exists"),
    errno.ENOSPC: Message("core-disk-full"),
    errno.EROFS: Message("core-disk-read-only"),
}


def unreadable(error: OSError, path: Path) -> BadInput:
    """The refusal of a file that could not be read."""
    message = READING.get(error.errno or 0, Message("core-file-unreadable"))
    return BadInput(message, Place(file=str(path)))


def unwritable(error: OSError, path: Path) -> BadInput:
    """The refusal of a file that could not be written."""
    message = WRITING.get(error.errno or 0, Message("core-file-unwritable"))
    return BadInput(message, Place(file=str(path)))
