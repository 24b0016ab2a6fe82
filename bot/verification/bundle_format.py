"""The format of a bundle: its files and limits, and its unpacking."""

from __future__ import annotations

import zipfile
from pathlib import Path

from bot.core.file_errors import unreadable
from survey_flows.errors import BadInput, Message, Place

FORMAT = "minping-bundle/1"

MANIFEST, CHECKPOINT, LOG, PUBLIC, TOTALS = (
    "bundle.json",
    "checkpoint.txt",
    "log.csv",
    "public.jsonl",
    "totals.json",
)
NEEDED = {MANIFEST, CHECKPOINT, LOG, PUBLIC, TOTALS}

OPENINGS, WEIGHTS, CASES = "openings.jsonl", "weights.csv", "cases.jsonl"
"""The files that only auditors get."""

LOG_HEAD, WEIGHTS_HEAD = "position,label,commitment,campaign", "position,weight"

MAX_BYTES = 8 << 30
"""The most that a bundle may unpack to: more than a log of 40 million entries."""

FULL_WEIGHT = 4
"""The fraud weight of a ballot that counts in full, in quarters."""


def unpack(path: Path) -> dict[str, bytes]:
    """Return the files of a bundle by name.

    Raises:
        BadInput: the file is no bundle, is damaged, or is unreasonably large.
    """
    place = Place(file=str(path))
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
                raise BadInput(Message("verification-bundle-too-large"), place)
            names = archive.namelist()
            if (
                len(set(names)) < len(names)
                or not set(names) >= NEEDED
                or set(names) - NEEDED - {OPENINGS, WEIGHTS, CASES}
            ):
                raise BadInput(Message("verification-bundle-files-wrong"), place)
            return {name: archive.read(name) for name in names}
    except OSError as error:
        raise unreadable(error, path) from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadInput(Message("verification-zip-damaged"), place) from error
