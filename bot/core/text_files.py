"""Reads the small text files that people write by hand: mappings, questionnaires, schemes."""

from __future__ import annotations

import codecs
from pathlib import Path

from bot.core.file_errors import unreadable
from survey_flows.errors import BadInput, Message, Place

MEGABYTE = 1_000_000
MAX_BYTES = 5 * MEGABYTE


def read_text_file(path: Path, file: str = "") -> str:
    """Return the text of a UTF-8 file, without its mark.

    Args:
        path: the file.
        file: what refusals call it; its name by default.

    Raises:
        BadInput: it cannot be read, has more than `MAX_BYTES`, or is no UTF-8 (with the line).
    """
    file = file or path.name
    try:
        with path.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise unreadable(error, path) from None
    if len(data) > MAX_BYTES:
        message = Message("core-file-too-large", megabytes=MAX_BYTES // MEGABYTE)
        raise BadInput(message, Place(file=file))
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(Message("core-file-not-utf-8"), Place(file=file, line=line)) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
