"""The guard of the log: what the log's key has signed, kept in files beside the key.

A database can be restored from an older copy. If the log's key then signed on, there would be two
histories under one key. The guard knows better than the database what was signed:

- ``leaves`` has each entry's line and, of an act, its text with the signatures; an older entry's
  line is label, commitment, kind, campaign and, of a public entry, its text. The file only grows
  and is written to the disk before the state names it.
- ``state`` names the tree head that is *done*, and the *intent*: the head that is being committed.

Each append goes in this order: leaves, intent, commit of the rows with a note that nobody sees yet,
done, note shown. A process may be killed anywhere. At the next turn the rows stand at *done*, and
the append has never been, or at *intent*, and it has. Anything else is another history, and the
guard refuses to sign (`decide`). The peaks of the tree come from here and never from a row.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import IO

from bot.core.folder_lock import locked_folder
from bot.core.operator_needed import OperatorNeeded
from bot.transparency.log_entry import LogEntry, read_entry
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import (
    FORM,
    OLDER_FORM,
    RECEIPT,
    SEALED,
    act_text,
    read_line,
    read_signatures,
)
from survey_flows.merkle import EMPTY, Frontier

FORMAT = 2
READ_FORMATS = (1, FORMAT)
"""Version 1 knew entries of form 1 alone; its files are read on."""
_MARK = f"{FORM} ".encode()
"""The beginning of each line that is not of form 1."""
_LINE_PARTS = {RECEIPT: 4, SEALED: 4}
_ACT_PARTS = 5


class GuardDamaged(OperatorNeeded):
    """The guard's files contradict each other or cannot be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(Message("transparency-guard-damaged"), Place(file=str(path)))


@dataclass(frozen=True, slots=True)
class Head:
    """A tree head with its peaks, and the length of the file of leaves that has its entries."""

    size: int
    root: str
    peaks: str
    bytes: int

    @classmethod
    def of(cls, frontier: Frontier, length: int) -> Head:
        """Returns the head of a tree whose leaves take ``length`` bytes of the file."""
        return cls(frontier.size, frontier.root().hex(), frontier.to_bytes().hex(), length)

    def frontier(self) -> Frontier:
        """Returns the state for appending to this tree."""
        return Frontier.from_bytes(self.size, bytes.fromhex(self.peaks))

    def names(self, rows: TreeHead) -> bool:
        """Returns whether this is the head of the rows in the database."""
        return (self.size, self.root) == (rows.size, rows.root.hex())


@dataclass(frozen=True, slots=True)
class TreeHead:
    """Size and root of the log as the rows of the database have it."""

    size: int = 0
    root: bytes = EMPTY


@dataclass(frozen=True, slots=True)
class GuardState:
    """What is signed and shown, and what is being committed."""

    done: Head
    intent: Head | None = None


class Verdict(Enum):
    """What the rows of the database mean beside the guard."""

    GO_ON = "go on"
    """The rows stand where the guard does; an intent never became rows."""
    CONFIRM = "confirm"
    """The rows stand at the intent: its commit went through."""
    REFUSE = "refuse"
    """The rows are another history, or an older one."""


def decide(state: GuardState, rows: TreeHead) -> Verdict:
    """Returns what the rows mean: at the intent they are confirmed, elsewhere refused."""
    if state.done.names(rows):
        return Verdict.GO_ON
    if state.intent is not None and state.intent.names(rows):
        return Verdict.CONFIRM
    return Verdict.REFUSE


class Guard:
    """The guard's files in a folder; one process at a time holds them (`locked`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._leaves = folder / "leaves"
        self._state = folder / "state"

    def locked(self) -> AbstractAsyncContextManager[None]:
        """Holds the guard against other processes and other tasks of this one."""
        return locked_folder(self.folder)

    @property
    def exists(self) -> bool:
        """Whether the guard was made."""
        return self._state.exists()

    def read(self) -> GuardState:
        """Returns the state.

        Raises:
            GuardDamaged: it cannot be read, or leaves that it names are not there.
        """
        try:
            found = json.loads(self._state.read_text("ascii"))
            intent = Head(**found["intent"]) if found["intent"] else None
            state = GuardState(Head(**found["done"]), intent)
            whole = (
                found["format"] in READ_FORMATS and self._length() >= (intent or state.done).bytes
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise GuardDamaged(self._state) from error
        if not whole:
            raise GuardDamaged(self._leaves)
        return state

    def begin(self) -> None:
        """Begins the file of leaves anew, for `add`; without `make` there is no guard yet."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _private(self._leaves, "wb"):
            pass

    def add(self, entries: Iterable[LogEntry]) -> None:
        """Adds entries of a log that is older than its guard."""
        with _private(self._leaves, "ab") as file:
            file.writelines(leaf_line(entry) for entry in entries)
            file.flush()
            _sync(file.fileno())

    def make(self, frontier: Frontier) -> GuardState:
        """Makes the guard of the entries that were added, which the caller has verified."""
        state = GuardState(Head.of(frontier, self._length()))
        self._write(state)
        return state

    def intend(
        self, state: GuardState, entries: Iterable[LogEntry], frontier: Frontier
    ) -> GuardState:
        """Keeps entries that follow those of ``state``, then the head that they lead to.

        Of several appends in one transaction the later follows the earlier's intent.
        """
        start = (state.intent or state.done).bytes
        lines = b"".join(leaf_line(entry) for entry in entries)
        with _private(self._leaves, "r+b") as file:
            file.truncate(start)
            file.seek(start)
            file.write(lines)
            file.flush()
            _sync(file.fileno())
        intended = GuardState(state.done, Head.of(frontier, start + len(lines)))
        self._write(intended)
        return intended

    def confirm(self) -> GuardState:
        """Makes the intent what is done, after its commit."""
        state = self.read()
        if state.intent is not None:
            state = GuardState(state.intent)
            self._write(state)
        return state

    def discard(self) -> GuardState:
        """Drops an intent that never became rows."""
        state = self.read()
        if state.intent is not None:
            state = GuardState(state.done)
            self._write(state)
        return state

    def entries(self, first: int = 0) -> Iterator[LogEntry]:
        """Yields the entries that are done, from the position ``first`` on.

        Raises:
            GuardDamaged: a line is no entry, or there are fewer than the state says.
        """
        for line in islice(self.lines(), first, None):
            yield self._entry(line)

    def lines(self) -> Iterator[bytes]:
        """Yields the lines of the entries that are done; raises as `entries`."""
        done, count = self.read().done, 0
        with self._leaves.open("rb") as file:
            for line in islice(file, done.size):
                count += 1
                yield line
        if count != done.size:
            raise GuardDamaged(self._leaves)

    def _entry(self, line: bytes) -> LogEntry:
        try:
            return read_leaf_line(line)
        except ValueError as error:
            raise GuardDamaged(self._leaves) from error

    def _length(self) -> int:
        return self._leaves.stat().st_size

    def _write(self, state: GuardState) -> None:
        """Replaces the state by one that is whole at any moment, and on the disk afterwards."""
        found = {"format": FORMAT, "done": asdict(state.done)}
        found["intent"] = asdict(state.intent) if state.intent else None
        draft = self._state.with_name("state.new")
        with _private(draft, "wb") as file:
            file.write(json.dumps(found, indent=1).encode() + b"\n")
            file.flush()
            _sync(file.fileno())
        draft.replace(self._state)
        descriptor = os.open(self.folder, os.O_RDONLY)
        _sync(descriptor)
        os.close(descriptor)


def leaf_line(entry: LogEntry) -> bytes:
    """Returns an entry as a line of the file of leaves."""
    if entry.form == OLDER_FORM:
        parts = [(entry.label or b"").hex(), (entry.commitment or b"").hex()]
        parts += [entry.kind, entry.campaign]
        return (" ".join(parts + ([] if entry.body is None else [entry.body])) + "\n").encode()
    if entry.body is None:
        return entry.line + b"\n"
    return entry.line + b" " + act_text(entry.body, entry.signatures).encode() + b"\n"


def read_leaf_line(line: bytes) -> LogEntry:
    """Returns the entry that `leaf_line` wrote; raises ValueError for another line."""
    if not line.endswith(b"\n"):
        raise ValueError("the line is cut off")
    text = line[:-1].decode()
    if not line.startswith(_MARK):
        label, commitment, kind, campaign, *body = text.split(" ", 4)
        parts = (bytes.fromhex(label), bytes.fromhex(commitment), body[0] if body else None)
        return LogEntry(campaign, kind, *parts, form=OLDER_FORM)
    place = Place(subject="leaves")
    count = _LINE_PARTS.get(text.split(" ", 3)[2], _ACT_PARTS)
    parts_of_line = text.split(" ", count)
    said = json.loads(parts_of_line.pop()) if len(parts_of_line) > count else None
    try:
        found = read_line(" ".join(parts_of_line), place)
        signed = read_signatures(said["signatures"], place) if said else ()
    except (BadInput, KeyError, TypeError) as error:
        raise ValueError("the line is no entry") from error
    return read_entry(found, said["body"] if said else None, signed)


def _private(path: Path, mode: str) -> IO[bytes]:
    """Opens a file that only its owner can read."""
    opened: IO[bytes] = open(path, mode, opener=_open_private)  # noqa: SIM115
    return opened


def _open_private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _sync(descriptor: int) -> None:
    os.fsync(descriptor)
