"""The formats of a bundle: their files and limits, and the unpacking.

Format 2 has the log's lines as they are hashed. Bundles of format 1 were published before and stay
readable: their log is a table in which whose an entry is stands beside it and in no leaf.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from bot.core.file_errors import unreadable
from survey_flows.errors import BadInput, Message, Place

OLDER_FORMAT, FORMAT = "minping-bundle/1", "minping-bundle/2"

MANIFEST, CHECKPOINT, LOG, PUBLIC, TOTALS = (
    "bundle.json",
    "checkpoint.txt",
    "log.txt",
    "public.jsonl",
    "totals.json",
)
NEEDED = {MANIFEST, CHECKPOINT, LOG, PUBLIC, TOTALS}

MANIFEST_PARTS = frozenset(("format", "campaign", "origin", "openings"))

OWNERS = "older.txt"
"""Whose each older entry is, where the log has such entries."""

OPENINGS, WEIGHTS, CASES = "openings.jsonl", "weights.csv", "cases.jsonl"
INTAKE = "intake.json"
SUMS = "sums.json"
"""The full sums of a campaign that is scored by method 2."""
FOR_AUDITORS = {OPENINGS, WEIGHTS, CASES, INTAKE, SUMS}
"""The files that only auditors get."""

OLDER_LOG = "log.csv"
"""The log of format 1."""
OLDER_NEEDED = NEEDED - {LOG} | {OLDER_LOG}

OLDER_LOG_HEAD, WEIGHTS_HEAD = "position,label,commitment,campaign", "position,weight"

MAX_BYTES = 8 << 30
"""The most that a bundle may unpack to: more than a log of 40 million entries."""

ROOM, TIMES = 16 << 20, 100
"""Bytes that any bundle may unpack to, and for each of its own so many more."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    LookupError,
    ArithmeticError,
    AttributeError,
    TypeError,
    MemoryError,
)
"""What reading a damaged ZIP file can raise."""
FULL_WEIGHT = 4
"""The fraud weight of a ballot that counts in full, in quarters."""


def has_files_of_campaign(names: set[str]) -> bool:
    """Return whether these are the files of a campaign's bundle, of either format."""
    if OLDER_LOG in names:
        return names >= OLDER_NEEDED and not names - OLDER_NEEDED - (FOR_AUDITORS - {INTAKE, SUMS})
    return names >= NEEDED and not names - NEEDED - FOR_AUDITORS - {OWNERS}


def unpack(
    path: Path, has_files: Callable[[set[str]], bool] = has_files_of_campaign
) -> dict[str, bytes]:
    """Return the files of a bundle by name.

    Args:
        path: the ZIP file.
        has_files: whether these are the names of a bundle's files.

    Raises:
        BadInput: the file is no bundle, is damaged, or is unreasonably large.
    """
    place = Place(file=str(path))
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            most = min(MAX_BYTES, ROOM + TIMES * path.stat().st_size)
            if sum(info.file_size for info in infos) > most:
                raise BadInput(Message("verification-bundle-too-large"), place)
            if any(info.compress_type not in METHODS for info in infos):
                raise BadInput(Message("verification-zip-method"), place)
            names = archive.namelist()
            if len(set(names)) < len(names) or not has_files(set(names)):
                raise BadInput(Message("verification-bundle-files-wrong"), place)
            return {name: archive.read(name) for name in names}
    except OSError as error:
        raise unreadable(error, path) from error
    except DAMAGED as error:
        raise BadInput(Message("verification-zip-damaged"), place) from error
