"""The desk's key as the guard knows it: a file beside the log's key, written once.

The service makes the desk's key. Were another one taken in silence, whoever replaces a file on the
service's machine would sign in the desk's place.
"""

from __future__ import annotations

import os
from pathlib import Path

from bot.core.operator_needed import OperatorNeeded
from bot.transparency.desk import DESK, desk_name
from survey_flows.errors import Message, Place
from survey_flows.signed_notes import ED25519, VerifierKey


class DeskChanged(OperatorNeeded):
    """The desk's key is not the one whose acts the log holds; nothing more is logged."""

    def __init__(self, file: Path) -> None:
        super().__init__(Message("transparency-desk-changed"), Place(file=str(file)))


def known_desk_file(guard: Path) -> Path:
    """Returns the file of the known key, whether there is one or not."""
    return guard / DESK


def demand_desk(guard: Path, public: bytes, origin: str) -> None:
    """Compares the desk's public key with the known one; the first one becomes known.

    Args:
        guard: the guard's folder.
        public: 32 bytes.
        origin: the log's name.

    Raises:
        DeskChanged: another key is known.
    """
    file = known_desk_file(guard)
    key = VerifierKey(desk_name(origin), ED25519, public)
    if not file.exists():
        know_desk(guard, key)
    if file.read_text().strip() != key.write():
        raise DeskChanged(file)


def know_desk(guard: Path, key: VerifierKey) -> None:
    """Writes the key that is known from here on."""
    file = known_desk_file(guard)
    draft = file.with_name("desk.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as made:
        made.write(key.write() + "\n")
        made.flush()
        os.fsync(made.fileno())
    draft.replace(file)
