"""Reads the log of a bundle: every line with its kind and with whose it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.verification.bundle_format import LOG, OLDER_LOG, OLDER_LOG_HEAD, OWNERS
from bot.verification.strict_files import read_lines, table_rows
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import (
    HASH,
    LOG_ITSELF,
    OLDER_DATA,
    OLDER_FORM,
    RECEIPT,
    SEALED,
    is_campaign,
    read_line,
)

OLDER = "older"
"""The kind of an entry of form 1, which says itself neither kind nor campaign."""
DIGITS = 2 * HASH


@dataclass(slots=True)
class LoggedEntries:
    """Every entry: the bytes of its line, its kind, and whose it is (`LOG_ITSELF`: nobody's).

    Whose an older entry is stands in a file beside the log. A line of form 2 says it itself.
    """

    data: list[bytes] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    campaigns: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.data)

    @property
    def older(self) -> int:
        """The number of entries of form 1, which stand first."""
        return next((at for at, kind in enumerate(self.kinds) if kind != OLDER), len(self.kinds))

    def label(self, position: int) -> bytes:
        """Return the label of a receipt, an act or an older entry; nothing of a sealed entry."""
        data, kind = self.data[position], self.kinds[position]
        if kind == OLDER:
            return data[:HASH]
        if kind == SEALED:
            return b""
        end = len(data) if kind == RECEIPT else len(data) - DIGITS - 1
        return bytes.fromhex(data[end - DIGITS : end].decode())

    def commitment(self, position: int) -> bytes:
        """Return the commitment of a sealed entry, an act or an older entry."""
        data, kind = self.data[position], self.kinds[position]
        if kind == OLDER:
            return data[HASH:]
        return b"" if kind == RECEIPT else bytes.fromhex(data[-DIGITS:].decode())


def read_log(files: Mapping[str, bytes]) -> LoggedEntries:
    """Return the entries of a bundle of format 2.

    Raises:
        BadInput: a line is none of the log's, or the owners are not those of the older entries.
    """
    found = LoggedEntries()
    late = False
    names: dict[str, str] = {}
    for number, raw in enumerate(read_lines(files[LOG], LOG), 1):
        place = Place(file=LOG, line=number)
        try:
            line = read_line(raw.decode("ascii"), place, late)
        except UnicodeDecodeError as error:
            raise BadInput(Message("log-line-characters"), place) from error
        late = late or line.form != OLDER_FORM
        found.data.append(line.data)
        kind = line.kind if line.form != OLDER_FORM else OLDER
        found.kinds.append(names.setdefault(kind, kind))
        found.campaigns.append(names.setdefault(line.campaign, line.campaign))
    owners = list(_owners(files.get(OWNERS, b"")))
    if len(owners) != found.older or (OWNERS in files) != bool(owners):
        message = Message("verification-owners-differ", named=len(owners), entries=found.older)
        raise BadInput(message, Place(file=OWNERS))
    found.campaigns[: len(owners)] = owners
    return found


def _owners(raw: bytes) -> Iterator[str]:
    names: dict[bytes, str] = {}
    for number, line in enumerate(read_lines(raw, OWNERS), 1):
        if line not in names:
            text = line.decode("ascii", "replace")
            if not is_campaign(text) and text != LOG_ITSELF:
                raise BadInput(Message("verification-owner-wrong"), Place(file=OWNERS, line=number))
            names[line] = text
        yield names[line]


def read_older_log(raw: bytes) -> LoggedEntries:
    """Return the entries of a bundle of format 1.

    Raises:
        BadInput: a row is no entry, or its position is not the next.
    """
    found = LoggedEntries()
    names: dict[bytes, str] = {}
    for number, line in enumerate(table_rows(raw, OLDER_LOG, OLDER_LOG_HEAD)):
        parts = line.split(b",")
        try:
            entry = bytes.fromhex((parts[1] + parts[2]).decode())
            good = (
                len(parts) == 4
                and int(parts[0]) == number
                and len(parts[1]) == len(parts[2]) == DIGITS
            )
        except (ValueError, IndexError):
            good, entry = False, b""
        if not good or len(entry) != OLDER_DATA:
            place = Place(file=OLDER_LOG, line=number + 2)
            raise BadInput(Message("verification-entry-wrong"), place)
        found.data.append(entry)
        found.kinds.append(OLDER)
        found.campaigns.append(names.setdefault(parts[3], parts[3].decode()))
    return found
