"""Reads and writes the files that a command names; a failure is a sentence with the file's name."""

from __future__ import annotations

from pathlib import Path

from bot.core.file_errors import unreadable, unwritable
from survey_flows.errors import BadInput, Message, Place


def read_file(path: Path) -> bytes:
    """Returns a file's bytes.

    Raises:
        BadInput: the file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(error, path) from error


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
        raise unwritable(error, path) from error
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
        raise unwritable(error, path) from error
