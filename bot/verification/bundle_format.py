"""The format of a bundle: its files, its limits, and how it is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from survey_flows.errors import BadInput

FORMAT = "minping-bundle/1"


MANIFEST, CHECKPOINT, LOG, PUBLIC, TOTALS = (
    "bundle.json",
    "checkpoint.txt",
    "log.csv",
    "public.jsonl",
    "totals.json",
)


OPENINGS, WEIGHTS, CASES = "openings.jsonl", "weights.csv", "cases.jsonl"


NEEDED = {MANIFEST, CHECKPOINT, LOG, PUBLIC, TOTALS}


LOG_HEAD, WEIGHTS_HEAD = "position,label,commitment,campaign", "position,weight"


MAX_BYTES = 8 << 30


FULL_WEIGHT = 4
"""The fraud weight of a ballot that counts in full, in quarters."""


def unpack(path: Path) -> dict[str, bytes]:
    """The files of a bundle.

    Raises:
        BadInput: not a bundle, damaged, or unreasonably large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
                raise BadInput("the bundle is too large to be one", str(path))
            names = archive.namelist()
            if (
                len(set(names)) < len(names)
                or not set(names) >= NEEDED
                or set(names) - NEEDED - {OPENINGS, WEIGHTS, CASES}
            ):
                raise BadInput("the bundle does not hold the files that a bundle has", str(path))
            return {name: archive.read(name) for name in names}
    except OSError as error:
        raise BadInput(
            f"the file cannot be read ({error.strerror or 'damaged'})", str(path)
        ) from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadInput("this is not a whole ZIP file; fetch it again", str(path)) from error
