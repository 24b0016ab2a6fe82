"""Reads and writes the files that a command names; a failure is a sentence with the file's name."""

from __future__ import annotations

import errno
from pathlib import Path

from survey_flows.errors import BadInput, Message, Place

REASONS = {
    errno.ENOENT: Message("file-missing"),
    errno.EACCES: Message("file-forbidden"),
    errno.EPERM: Message("file-forbidden"),
    errno.EISDIR: Message("file-is-folder"),
    errno.ENOTDIR: Message("file-in-file"),
    errno.EEXIST: Message("file-exists"),
    errno.ENOSPC: Message("file-disk-full"),
    errno.EROFS: Message("file-read-only"),
}


def read_file(path: Path) -> bytes:
    """Returns a file's bytes.

    Raises:
        BadInput: the file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        message = Message("file-unreadable", reason=_reason(error))
        raise BadInput(message, Place(file=str(path))) from error


def read_text(path: Path) -> str:
    """Returns the text of a file in UTF-8.

    Raises:
        BadInput: the file cannot be read, or is not text in UTF-8.
    """
    try:
        return read_file(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(Message("file-not-text"), Place(file=str(path))) from error


def write_file(path: Path, data: bytes, make_folder: bool = False) -> Path:
    """Writes a file and returns its path; ``make_folder``: makes its folder when there is none.

    Raises:
        BadInput: the file cannot be written.
    """
    try:
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise unwritable(path, error) from error
    return path


def write_new_file(path: Path, data: bytes) -> None:
    """Writes a file that must not exist yet.

    Raises:
        BadInput: the file exists, or cannot be written.
    """
    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> BadInput:
    """Returns the refusal for a file that cannot be written."""
    message = Message("file-unwritable", reason=_reason(error))
    return BadInput(message, Place(file=str(path)))


def _reason(error: OSError) -> Message | str:
    return REASONS.get(error.errno or 0, error.strerror or type(error).__name__)
