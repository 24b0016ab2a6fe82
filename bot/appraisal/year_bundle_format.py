"""The files of a year's bundle, and their names.

- ``bundle.json`` names the year and says whether the bundle is for auditors.
- ``checkpoint.txt``, ``log.txt``, ``older.txt`` and ``public.jsonl`` are those of a campaign's
  bundle (`bot.verification.bundle`).
- ``year.json`` is what everybody may read of the seal, ``amendments.jsonl`` of each amendment; the
  log commits to both.
- ``standing.json`` is the public table as it is published.

A bundle for auditors has more:

- ``seal.json`` is the seal as it was hashed, ``amended.jsonl`` each amendment as it was hashed.
- ``heads.jsonl`` has what the rows of seals, amendments and notices say beside that.
- ``rows.jsonl`` has the rows of the year's material as they are now, ``filings.jsonl`` the record
  of all that was ever handed in.
"""

from __future__ import annotations

from bot.verification.bundle_format import CHECKPOINT, LOG, MANIFEST, OWNERS, PUBLIC
from survey_flows.errors import BadInput, Message, Place

FORMAT = "minping-year-bundle/1"
YEAR, AMENDMENTS, STANDING = "year.json", "amendments.jsonl", "standing.json"
SEAL, AMENDED, HEADS = "seal.json", "amended.jsonl", "heads.jsonl"
ROWS, FILINGS = "rows.jsonl", "filings.jsonl"
NEEDED = {MANIFEST, CHECKPOINT, LOG, PUBLIC, YEAR, AMENDMENTS}
FOR_AUDITORS = {SEAL, AMENDED, HEADS, ROWS, FILINGS}
OPTIONAL = {OWNERS, STANDING}
"""Files that are not always there: of an older log, and of a year in notice."""


def year_name(year: int) -> str:
    """Return the name under which the log has a grant for a year: no campaign can have it."""
    return f"-{year}"


def read_year_name(text: str) -> str:
    """Return the name under which the log has a grant for a typed year.

    Raises:
        BadInput: this is no year.
    """
    if not (text.isascii() and text.isdigit() and len(text) == len("2026")):
        raise BadInput(Message("appraisal-no-year"), Place(subject=text[:20]))
    return year_name(int(text))


def has_files_of_year(names: set[str]) -> bool:
    """Return whether these are the files of a year's bundle."""
    more = names - NEEDED - OPTIONAL
    return names >= NEEDED and more in (set(), FOR_AUDITORS)
