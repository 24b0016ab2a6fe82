"""Refusals for files that cannot be read or written, in every language.

The text of an `OSError` is in the machine's language, so it never stands in a refusal.
"""

from __future__ import annotations

from errno import ENOSPC
from pathlib import Path

from survey_flows.errors import BadInput, Message, Place


def unreadable(error: OSError, path: Path) -> BadInput:
    """The refusal of a file that could not be read."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        message = Message("core-file-not-found")
    elif isinstance(error, PermissionError):
        message = Message("core-file-read-forbidden")
    elif isinstance(error, IsADirectoryError):
        message = Message("core-file-is-folder")
    else:
        message = Message("core-file-unreadable")
    return BadInput(message, Place(file=str(path)))


def unwritable(error: OSError, path: Path) -> BadInput:
    """The refusal of a file that could not be written."""
    if isinstance(error, PermissionError):
        message = Message("core-file-write-forbidden")
    elif error.errno == ENOSPC:
        message = Message("core-disk-full")
    else:
        message = Message("core-file-unwritable")
    return BadInput(message, Place(file=str(path)))
