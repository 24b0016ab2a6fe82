"""What a Parquet file declares of itself, checked before anything of it is unpacked.

A few bytes can declare rows without end, a page of two gigabytes or a schema that no stack holds,
and Arrow believes them or ends the process. So footer and page headers (Thrift, compact protocol)
are read here first, within bounds; only a file that agrees with itself is given to Arrow.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, BinaryIO

from bot.spreadsheets.lines import LONGEST, MEGABYTE, Origin
from survey_flows.errors import BadInput, Message, Place

MAGIC, TAIL = b"PAR1", 8
MAX_FOOTER = 8 * MEGABYTE
MAX_LEVELS, MAX_COLUMNS, MAX_GROUPS = 32, 16_384, 20_000
MAX_PAGE = 100 * MEGABYTE
"""Bytes of a page or a dictionary, unpacked: so much is in memory at once."""
MAX_TEXT = 4 * LONGEST + 64
"""Bytes of a value, on average of a page: four for a character, and what stands around it."""
MAX_HEADER = 64_000
"""Bytes of the header of a page, which may hold the least and the greatest text."""
FOOTER = "footer"

Struct = dict[int, Any]
"""The fields of a Thrift structure by their numbers."""
# Fields of the structures in parquet.thrift.
SCHEMA, NUM_ROWS, ROW_GROUPS = 2, 3, 4
NAME, CHILDREN = 4, 5
COLUMNS, GROUP_ROWS = 1, 3
META = 3
PATH, VALUES, UNPACKED, PACKED, DATA_AT, DICTIONARY_AT = 3, 5, 6, 7, 9, 11
PAGE_UNPACKED, PAGE_PACKED = 2, 3
DATA_PAGES = (5, 8)
"""The headers of data pages of either version; their field 1 is the number of values."""


class _Damaged(Exception):
    """The bytes are no such structure, or contradict themselves."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may declare: rows, and bytes of its columns unpacked."""

    rows: int
    size: int


def check_parquet(origin: Origin, handle: BinaryIO, needed: Collection[str], most: Limits) -> None:
    """Check what a file declares of itself and of the pages of its needed columns.

    Args:
        origin: the file.
        handle: the file, open.
        needed: the columns that will be read, by the name in the file.
        most: what it may declare.

    Raises:
        BadInput: it is no Parquet file, contradicts itself (with the column), or declares more
            than a limit, which the message tells.
    """
    footer = _footer(origin, handle)
    rows = footer.get(NUM_ROWS)
    if isinstance(rows, int) and rows > most.rows:
        message = Message("spreadsheets-too-many-rows-declared", max=most.rows, has=rows)
        raise BadInput(message, Place(file=origin.name))
    try:
        columns = _leaves(footer[SCHEMA])
        groups = footer.get(ROW_GROUPS, [])
        if len(groups) > MAX_GROUPS or len(columns) > MAX_COLUMNS:
            raise _Damaged
        if _count(rows) != sum(_count(group.get(GROUP_ROWS)) for group in groups):
            raise _Damaged
        chunks = [(_chunks(group, columns), _count(group[GROUP_ROWS])) for group in groups]
    except (_Damaged, LookupError, TypeError, AttributeError):
        raise damaged(origin, field=FOOTER) from None
    size = 0
    for found, count in chunks:
        for chunk in (it for it in found if it[PATH][0].decode() in needed):
            size += _checked_pages(origin, handle, chunk, count)
            if size > most.size:
                has, limit = -(-size // MEGABYTE), most.size // MEGABYTE
                message = Message("spreadsheets-unpacks-too-large", megabytes=limit, has=has)
                raise BadInput(message, Place(file=origin.name))


def damaged(origin: Origin, column: str = "", field: str = "") -> BadInput:
    """Return the refusal of a file of which a part cannot be read."""
    place = Place(file=origin.name, column=column, field=field)
    return BadInput(Message("spreadsheets-damaged-parquet"), place)


def _footer(origin: Origin, handle: BinaryIO) -> Struct:
    """Return the structure at the end of the file."""
    no_parquet = BadInput(Message("spreadsheets-no-parquet"), Place(file=origin.name))
    if origin.size < len(MAGIC) + TAIL:
        raise no_parquet
    handle.seek(origin.size - TAIL)
    tail = handle.read(TAIL)
    size = int.from_bytes(tail[:4], "little")
    if tail[4:] != MAGIC:
        raise no_parquet
    if size > MAX_FOOTER:
        has, most = -(-size // MEGABYTE), MAX_FOOTER // MEGABYTE
        message = Message("spreadsheets-part-too-large", megabytes=most, has=has)
        raise BadInput(message, Place(file=origin.name, field=FOOTER))
    if size > origin.size - TAIL - len(MAGIC):
        raise damaged(origin, field=FOOTER)
    handle.seek(origin.size - TAIL - size)
    try:
        return _Thrift(handle.read(size)).struct(0)
    except (_Damaged, IndexError):
        raise damaged(origin, field=FOOTER) from None


def _leaves(schema: list[Struct]) -> list[list[bytes]]:
    """Return the path of each column that holds values; the schema is a tree, root first."""
    found: list[list[bytes]] = []
    open_: list[tuple[list[bytes], int]] = []
    for at, element in enumerate(schema):
        while open_ and not open_[-1][1]:
            open_.pop()
        if (at and not open_) or len(open_) > MAX_LEVELS:
            raise _Damaged
        path: list[bytes] = []
        if open_:
            above, left = open_[-1]
            open_[-1] = (above, left - 1)
            path = [*above, element[NAME]]
        if children := element.get(CHILDREN, 0):
            open_.append((path, _count(children)))
        elif at:
            found.append(path)
    if any(left for _, left in open_):
        raise _Damaged
    return found


def _chunks(group: Struct, columns: list[list[bytes]]) -> list[Struct]:
    """Return what a row group says of its columns, which are those of the schema in its order."""
    found = [column[META] for column in group[COLUMNS]]
    if [it[PATH] for it in found] != columns:
        raise _Damaged
    return found


def _checked_pages(origin: Origin, handle: BinaryIO, chunk: Struct, rows: int) -> int:
    """Check the pages of a column in one row group; returns their bytes unpacked.

    A flat column has a value for each row; one of lists is refused elsewhere, by its type.
    """
    name = chunk[PATH][0].decode("utf-8", "replace")
    try:
        return _pages_of(origin, handle, chunk, rows, name)
    except (_Damaged, LookupError, TypeError, AttributeError):
        raise damaged(origin, name) from None


def _pages_of(origin: Origin, handle: BinaryIO, chunk: Struct, rows: int, name: str) -> int:
    first = _count(chunk[DATA_AT])
    at = min(first, _count(chunk.get(DICTIONARY_AT)) or first)
    end, size, values = at + _count(chunk[PACKED]), 0, 0
    flat = len(chunk[PATH]) == 1
    if end > origin.size - TAIL or (flat and _count(chunk[VALUES]) != rows):
        raise _Damaged
    while at < end:
        handle.seek(at)
        thrift = _Thrift(handle.read(min(MAX_HEADER, end - at)))
        header = thrift.struct(0)
        unpacked = _count(header[PAGE_UNPACKED])
        if unpacked > MAX_PAGE:
            has, most = -(-unpacked // MEGABYTE), MAX_PAGE // MEGABYTE
            message = Message("spreadsheets-part-too-large", megabytes=most, has=has)
            raise BadInput(message, Place(file=origin.name, column=name))
        size += unpacked
        held = sum(_count(header[it][1]) for it in DATA_PAGES if it in header)
        if held and unpacked > held * MAX_TEXT:
            # Some thousand rows are in memory at once.
            message = Message("spreadsheets-cell-too-long", has=unpacked // held, max=LONGEST)
            raise BadInput(message, Place(file=origin.name, column=name))
        values += held
        at += thrift.at + _count(header[PAGE_PACKED])
    if at != end or values != _count(chunk[VALUES]):
        raise _Damaged
    return size


def _count(value: Any) -> int:
    """Return a number that cannot be negative; one that is not said is 0."""
    if value is None:
        return 0
    if not isinstance(value, int) or value < 0:
        raise _Damaged
    return value


class _Thrift:
    """Reads structures of the compact protocol, in which no length goes beyond the bytes.

    Args:
        data: the bytes.
    """

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def struct(self, level: int) -> Struct:
        """Read a structure.

        Raises:
            _Damaged: it is none, or nested too deep.
            IndexError: the bytes end before it.
        """
        if level > MAX_LEVELS:
            raise _Damaged
        found: Struct = {}
        number = 0
        while head := self._byte():
            kind, step = head & 15, head >> 4
            number = number + step if step else self._signed()
            found[number] = kind == 1 if kind in (1, 2) else self._value(kind, level)
        return found

    def _value(self, kind: int, level: int) -> Any:
        if kind in (1, 2, 3):
            return self._byte()
        if kind in (4, 5, 6):
            return self._signed()
        if kind == 7:
            return self._bytes(8)
        if kind == 8:
            return self._bytes(self._varint())
        if kind in (9, 10):
            head = self._byte()
            count = head >> 4 if head >> 4 < 15 else self._length()
            return [self._value(head & 15, level + 1) for _ in range(count)]
        if kind == 11:
            return self._map(level)
        if kind == 12:
            return self.struct(level + 1)
        raise _Damaged

    def _map(self, level: int) -> list[tuple[Any, Any]]:
        count = self._length()
        kinds = self._byte() if count else 0
        if level > MAX_LEVELS:
            raise _Damaged
        return [
            (self._value(kinds >> 4, level + 1), self._value(kinds & 15, level + 1))
            for _ in range(count)
        ]

    def _length(self) -> int:
        """Read the number of elements, each of which takes a byte or more."""
        count = self._varint()
        if count > len(self.data) - self.at:
            raise _Damaged
        return count

    def _byte(self) -> int:
        found = self.data[self.at]
        self.at += 1
        return found

    def _bytes(self, count: int) -> bytes:
        found = self.data[self.at : self.at + count]
        if len(found) < count:
            raise _Damaged
        self.at += count
        return found

    def _varint(self) -> int:
        found = shift = 0
        while shift < 70:
            byte = self._byte()
            found |= (byte & 127) << shift
            if byte < 128:
                return found
            shift += 7
        raise _Damaged

    def _signed(self) -> int:
        found = self._varint()
        return (found >> 1) ^ -(found & 1)
