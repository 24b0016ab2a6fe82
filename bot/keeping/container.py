"""The two files of a backup: each a tar archive in an age file, its first part a header.

Whoever has the secret key opens one with `age` and `tar` alone, also without this program. The
header names every other part with its length and SHA-256. Nothing is taken from a file before all
of that agrees.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tarfile import BLOCKSIZE, GNU_FORMAT, HeaderError, TarInfo
from typing import Any

from bot.core.file_errors import unreadable
from bot.crypto.age_files import NotOpened, open_stream, seal_stream
from survey_flows.errors import BadInput, Message, Place

FORMAT = 1
DATA, KEYS = "data", "keys"
OTHER_KIND = {DATA: Message("keeping-no-data-file"), KEYS: Message("keeping-no-keys-file")}
HEADER = "header.json"
CHUNK = 1 << 20
LONGEST_HEADER = 1 << 20

Step = Callable[[int, int], None]
"""Takes how many bytes are done, and of how many; raises to end the work."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A part's length in bytes and its SHA-256 in hexadecimal digits."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Header:
    """What a backup says of itself.

    Attributes:
        kind: `DATA` or `KEYS`.
        backup: the name that both files of a backup share.
        made: epoch seconds.
        schema: the number of the database's last migration.
        database: ``sqlite`` or ``postgresql``.
        log_size: entries in the log.
        log_root: the root of the log's tree, in hexadecimal digits.
        note: the signed checkpoint of that size; empty where the log has no entry.
        ballots: ballots in the database that count at present.
        boxes: how many envelopes wait for the mixer, by the name of their mixer key.
        running: campaigns that were registered and not closed.
        left_out: running campaigns whose keys are not in this backup.
        parts: all other parts by name.
    """

    kind: str
    backup: str
    made: int
    schema: str
    database: str
    log_size: int
    log_root: str
    note: str
    ballots: int
    boxes: Mapping[str, int] = field(default_factory=dict)
    running: Sequence[str] = ()
    left_out: Sequence[str] = ()
    parts: Mapping[str, Sum] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        """The envelopes that wait for the mixer."""
        return sum(self.boxes.values())

    def to_bytes(self) -> bytes:
        """Returns the header as JSON."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode() + b"\n"


def read_header(data: bytes) -> Header:
    """Returns a header; raises `NotOpened` where the bytes are none of a known format."""
    try:
        found = json.loads(data)
        if found.pop("format") != FORMAT:
            raise NotOpened(Message("keeping-other-format"))
        parts = {_safe(name): Sum(**one) for name, one in found.pop("parts").items()}
        header = Header(**found, parts=parts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotOpened(Message("keeping-no-backup")) from error
    return header


def _safe(name: str) -> str:
    """Returns a part's name; raises ValueError for one that leads out of a folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or str(path) != name or {"..", "."} & {*path.parts} or not name:
        raise ValueError("a part's name leads elsewhere")
    return name


def sum_of(part: Path | bytes) -> Sum:
    """Returns length and SHA-256 of a file or of bytes."""
    digest, length = sha256(), 0
    for chunk in _chunks(part):
        digest.update(chunk)
        length += len(chunk)
    return Sum(length, digest.hexdigest())


def write_container(
    path: Path, header: Header, parts: Mapping[str, Path | bytes], recipient: str, step: Step
) -> None:
    """Writes a new file of a backup, for its owner alone, and has the disk keep it.

    Args:
        path: must not exist.
        header: names the parts.
        parts: files or bytes by name.
        recipient: the public key to which the file is sealed.
        step: is told how much is sealed.
    """
    total = sum(one.bytes for one in header.parts.values())
    pieces = _archive([(HEADER, header.to_bytes()), *parts.items()], header.made)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        seal_stream(_Pieces(pieces, total, step), file, recipient)
        file.flush()
        os.fsync(file.fileno())


def read_container(
    path: Path, secret: str, folder: Path, step: Step
) -> tuple[Header, dict[str, Path]]:
    """Opens a file of a backup into a folder and checks every part.

    Args:
        path: the file.
        secret: the secret key.
        folder: is empty, and gets the parts under names of no meaning.
        step: is told how much of the file was read.

    Returns:
        The header, and the files of the parts by their names.

    Raises:
        NotOpened: the key is another one, or the file is not as it was written.
        BadInput: the file cannot be read.
    """
    unpacking = _Unpacking(folder)
    try:
        size = path.stat().st_size
        source = path.open("rb")
    except OSError as error:
        raise unreadable(error, path) from error
    try:
        with source:
            open_stream(_Counted(source, size, step), unpacking, secret)
        return unpacking.ended()
    except NotOpened as error:
        raise NotOpened(error.message, Place(file=str(path))) from error
    finally:
        unpacking.close()


def _chunks(part: Path | bytes) -> Iterator[bytes]:
    if isinstance(part, bytes):
        yield part
        return
    with part.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _archive(parts: Sequence[tuple[str, Path | bytes]], made: int) -> Iterator[bytes]:
    """Yields a tar archive; a part of another length than its header says would shift the rest."""
    for name, part in parts:
        info = TarInfo(name)
        info.size = len(part) if isinstance(part, bytes) else part.stat().st_size
        info.mode, info.mtime = 0o600, made
        yield info.tobuf(GNU_FORMAT)
        yield from _chunks(part)
        yield bytes(-info.size % BLOCKSIZE)
    yield bytes(2 * BLOCKSIZE)


class _Pieces:
    """Lets pieces of any length be read in pieces of another."""

    def __init__(self, pieces: Iterator[bytes], total: int, step: Step) -> None:
        self._pieces, self._total, self._step = pieces, total, step
        self._left, self._done = memoryview(b""), 0

    def read(self, size: int = -1) -> bytes:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._left = memoryview(piece)
        taken = self._left if size < 0 else self._left[:size]
        self._left = self._left[len(taken) :]
        self._done += len(taken)
        self._step(min(self._done, self._total), self._total)
        return bytes(taken)


class _Counted:
    """Reads a file and tells how far it is."""

    def __init__(self, file: Any, size: int, step: Step) -> None:
        self._file, self._size, self._step, self._done = file, size, step, 0

    def read(self, size: int = -1) -> bytes:
        data = bytes(self._file.read(size))
        self._done += len(data)
        self._step(self._done, self._size)
        return data


class _Unpacking:
    """Takes an archive piece by piece, and writes each part to a file of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._header: Header | None = None
        self._files: dict[str, Path] = {}
        self._waiting = b""
        self._name, self._left, self._padding = "", 0, 0
        self._file: Any = None
        self._digest = sha256()
        self._over = False

    def write(self, data: bytes) -> int:
        self._waiting += data
        while not self._over and self._took():
            pass
        return len(data)

    def flush(self) -> None:
        """Nothing waits that could be handed on."""

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def ended(self) -> tuple[Header, dict[str, Path]]:
        header = self._header
        if header is None or not self._over or self._files.keys() != header.parts.keys():
            raise NotOpened(Message("keeping-no-backup"))
        return header, self._files

    def _took(self) -> bool:
        """Takes what can be taken of the waiting bytes; returns whether that was anything."""
        if self._file is None:
            return len(self._waiting) >= BLOCKSIZE and self._begin(self._cut(BLOCKSIZE))
        if self._left:
            piece = self._cut(min(self._left, len(self._waiting)))
            self._left -= len(piece)
            self._digest.update(piece)
            self._file.write(piece)
            return bool(piece)
        if len(self._waiting) < self._padding:
            return False
        self._cut(self._padding)
        self._end()
        return True

    def _cut(self, length: int) -> bytes:
        piece, self._waiting = self._waiting[:length], self._waiting[length:]
        return piece

    def _begin(self, block: bytes) -> bool:
        if block == bytes(BLOCKSIZE):
            self._over = True
            return False
        try:
            info = TarInfo.frombuf(block, "utf-8", "strict")
        except (HeaderError, UnicodeDecodeError) as error:
            raise NotOpened(Message("keeping-no-backup")) from error
        known = {HEADER: None} if self._header is None else self._header.parts
        if info.name not in known or info.name in self._files or not info.isreg():
            raise NotOpened(Message("keeping-no-backup"))
        if self._header is None and info.size > LONGEST_HEADER:
            raise NotOpened(Message("keeping-no-backup"))
        self._name, self._left, self._padding = info.name, info.size, -info.size % BLOCKSIZE
        self._digest = sha256()
        path = self._folder / f"part-{len(self._files)}"
        self._file = open(path, "w+b")  # noqa: SIM115, PTH123 - it is closed by `close`
        os.fchmod(self._file.fileno(), 0o600)
        return True

    def _end(self) -> None:
        length = self._file.tell()
        if self._header is None:
            self._file.seek(0)
            self._header = read_header(self._file.read())
            self.close()
            with suppress(FileNotFoundError):
                (self._folder / "part-0").unlink()
            return
        self.close()
        if self._header.parts[self._name] != Sum(length, self._digest.hexdigest()):
            raise NotOpened(Message("keeping-part-changed", part=self._name))
        self._files[self._name] = self._folder / f"part-{len(self._files)}"


def require_kind(header: Header, kind: str, path: Path) -> None:
    """Refuses the wrong one of the two files of a backup; raises `BadInput`."""
    if header.kind != kind:
        raise BadInput(OTHER_KIND[kind], Place(file=str(path)))
