"""What a process knows of its log beside the database: the key that signs it, and how far it was.

Whoever owns the database can put any note where the newest checkpoint stands. A check that asks
the log first asks here.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.crypto.note_signatures import open_note
from survey_flows.errors import BadInput
from survey_flows.signed_notes import Checkpoint, VerifierKey, read_checkpoint, read_note


@dataclass(slots=True)
class _Known:
    key: VerifierKey
    size: int = 0


_KNOWN: WeakKeyDictionary[Engine, _Known] = WeakKeyDictionary()


def know_log(database: AsyncEngine, key: VerifierKey) -> None:
    """Notes which key signs the log in this database; a mixer or its proxy calls it."""
    before = _KNOWN.get(database.sync_engine)
    if before is None or before.key != key:
        _KNOWN[database.sync_engine] = _Known(key)


def trusted_checkpoint(database: AsyncEngine, note: str | None) -> Checkpoint | None:
    """Returns the checkpoint of a note, or none if it proves nothing.

    It proves nothing if another key signed it, or if this process has seen a longer log. Where the
    process knows no key, as a tool that only counts, the note is taken as it stands.
    """
    known = _KNOWN.get(database.sync_engine)
    if note is None:
        return None
    if known is None:
        return read_checkpoint(read_note(note).text)
    try:
        found = open_note(note, [known.key]).checkpoint
    except BadInput:
        return None
    if found.size < known.size:
        return None
    known.size = found.size
    return found


def has_had_entries(database: AsyncEngine) -> bool:
    """Returns whether this process has seen a log with entries in this database."""
    known = _KNOWN.get(database.sync_engine)
    return known is not None and known.size > 0
