"""Reads one sheet of a workbook in one pass: the values, and what must be refused.

The pass holds one row at a time, so that a sheet with borders down to its last row costs time and
no memory, and one cell far away makes no cells of what lies between.
Numbers are taken from the file's own digits.
"""

from __future__ import annotations

import re
from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, cast
from xml.parsers import expat

from bot.spreadsheets.cell_values import (
    NO_STYLE,
    NUMBER,
    Convert,
    Converters,
    Reading,
    no_text,
    text_itself,
)
from bot.spreadsheets.lines import Line, LinesOf, Merged, Origin
from bot.spreadsheets.plain_rows import (
    ROW_END,
    Around,
    attributes_of,
    is_utf_8,
    plain_cell,
    plain_row,
)
from bot.spreadsheets.workbooks import (
    BLOCK,
    MAX_CELLS,
    DamagedWorkbook,
    Enough,
    SheetEntry,
    Workbook,
    damaged,
    is_true,
    local_name,
    make_parser,
    message_of,
    open_workbook,
    parse_part,
)
from survey_flows.errors import BadInput, Message, Place
from survey_flows.messages import catalogue

MAX_COLUMNS = 16_384
MAX_MERGED = 100_000
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")

MOST_PLANNED = 50_000
"""How to read so many cells, and rows of so many kinds, is remembered."""


def workbook_lines(origin: Origin, reading: Reading | None = None) -> LinesOf:
    """Return the lines of a workbook's first visible sheet, with a note about the other sheets.

    Raises:
        BadInput: at once or while lines are read, the file is no workbook or too large.
    """
    book = open_workbook(origin)
    first, *others = book.visible()
    found = sheet_lines(origin, book, first, reading or Reading())
    left_out = _with_content(origin, book, [it for it in book.sheets if it is not first])
    if left_out:
        names = tuple(
            it.name if it.visible else Message("spreadsheets-hidden-sheet", name=it.name)
            for it in left_out
        )
        found.notes.append(
            Message("spreadsheets-other-sheets", read=first.name, left=names, count=len(names))
        )
    if others:
        found.sheet = first.name
    return found


def sheet_lines(
    origin: Origin, book: Workbook, sheet: SheetEntry, reading: Reading | None = None
) -> LinesOf:
    """Return the lines of one sheet; blank rows are left out."""
    found = LinesOf(iter(()), lettered=True)
    found.lines = _lines(book, sheet, reading or Reading(), found, origin)
    return found


def _with_content(origin: Origin, book: Workbook, sheets: list[SheetEntry]) -> list[SheetEntry]:
    """Return the sheets that hold anything, without the list of codes of a template of ours."""
    ours = {catalogue().format(it, "spreadsheets-codes", {}) for it in catalogue().languages}
    return [it for it in sheets if it.name not in ours and _holds_anything(origin, book, it)]


def _holds_anything(origin: Origin, book: Workbook, sheet: SheetEntry) -> bool:
    def start(name: str, _: Mapping[str, str]) -> None:
        if local_name(name) in ("v", "is"):
            found.append(name)
            raise Enough

    found: list[str] = []
    try:
        parse_part(book.archive, sheet.part, start)
    except DamagedWorkbook as error:
        raise damaged(origin, error) from None
    return bool(found)


def _lines(
    book: Workbook, sheet: SheetEntry, reading: Reading, found: LinesOf, origin: Origin
) -> Iterator[Line]:
    """Yield the lines; merged cells and hidden columns are noted in ``found`` on the way."""
    rows = _Rows(Converters(book, reading), found)
    feed = _Feed(rows)
    try:
        with book.archive.open(sheet.part) as file:
            while block := file.read(BLOCK):
                feed.take(block)
                if rows.total > MAX_CELLS:
                    message = Message("spreadsheets-too-many-cells", max=MAX_CELLS)
                    raise BadInput(message, Place(origin.name, sheet.name, row=rows.row))
                yield from rows.ready
                rows.ready.clear()
        feed.end()
    except BadInput:
        raise
    except Exception as error:
        # A damaged sheet can fail with any error of the archive, the XML or the numbers in it.
        place = Place(
            origin.name, sheet.name, 0 if rows.row else feed.parser.CurrentLineNumber, rows.row
        )
        message = message_of(error) or Message("spreadsheets-damaged-workbook")
        raise BadInput(message, place) from None
    yield from rows.ready


class _Feed:
    """Gives plain rows to `_Rows` at once, and all else to the parser.

    A row is taken without the parser only where the parser stands right behind the end of a row.
    It then knows nothing of an element that begins and ends: all that follows reads the same.
    """

    __slots__ = ("_decoder", "_fed", "_rest", "_rows", "parser")

    def __init__(self, rows: _Rows) -> None:
        self.parser = rows.parser = make_parser(rows.start, rows.end, rows.characters)
        self._rows = rows
        self._decoder: IncrementalDecoder | None = None
        self._rest = ""
        self._fed = 0

    def take(self, block: bytes) -> None:
        """Take the next bytes of the sheet."""
        if not self._fed and is_utf_8(block):
            self._decoder = getincrementaldecoder("utf-8")()
        if self._decoder is None:
            self._fed += len(block)
            self.parser.Parse(block, False)
            return
        *pieces, self._rest = (self._rest + self._decoder.decode(block)).split(ROW_END)
        for piece in pieces:
            if not (self._between_rows() and self._rows.take_plain(piece)):
                self._parse(piece + ROW_END)
        if len(self._rest) > BLOCK:
            # No row is so long: what has no end is not kept.
            self._parse(self._rest)
            self._rest = ""

    def end(self) -> None:
        """Take the end of the sheet."""
        if self._decoder is not None:
            self._parse(self._rest + self._decoder.decode(b"", True))
        self.parser.Parse(b"", True)

    def _parse(self, text: str) -> None:
        data = text.encode()
        self._fed += len(data)
        self.parser.Parse(data, False)

    def _between_rows(self) -> bool:
        rows = self._rows
        # The end of a row was seen, and it is the last thing that the parser was given.
        behind = rows.ended + len(ROW_END) == self._fed
        return behind and not (rows.inside or rows.spoken)


class _Rows:
    """Makes lines of a sheet's elements: what is known of the row and the cell that are open.

    ``ready`` are the lines that nobody took yet, ``total`` counts the cells with text.
    """

    __slots__ = (
        "attributes", "cells", "column", "converters", "ended", "faults", "filled", "formula",
        "found", "hidden", "inside", "parser", "plans", "ready", "row", "seen", "spoken",
        "text", "total",
    )  # fmt: skip

    def __init__(self, converters: Converters, found: LinesOf) -> None:
        self.converters, self.found = converters, found
        self.parser: expat.XMLParserType | None = None
        self.plans = _Plans(converters)
        self.seen = _Seen()
        self.ready: list[Line] = []
        self.cells: list[str] = []
        self.faults: dict[int, Message] = {}
        self.attributes: Mapping[str, str] = {}
        self.text, self.row, self.column, self.total, self.ended = "", 0, -1, 0, -1
        self.inside = self.hidden = self.formula = self.filled = self.spoken = False

    def start(self, name: str, given: Mapping[str, str]) -> None:
        """An element begins; how a word is spoken (``rPh``) is no part of it."""
        if ":" in name:
            name = local_name(name)
        if name == "c":
            self.attributes, self.text, self.formula, self.filled = given, "", False, False
        elif name == "v":
            self.inside = self.filled = True
        elif name == "t":
            self.inside, self.filled = not self.spoken, True
        elif name == "is":
            pass  # stands around the text of a cell, in some workbooks of every one
        elif name == "f":
            self.formula = True
        elif name == "rPh":
            self.spoken = True
        elif name == "row":
            number = int(given["r"]) if "r" in given else self.row + 1
            self._start_row(number, _is_hidden(given))
        elif name == "col" and is_true(given.get("hidden")):
            last = min(int(given["max"]), MAX_COLUMNS)
            self.found.hidden_columns.update(range(int(given["min"]) - 1, last))
        elif name == "mergeCell":
            self.found.merged.append(_merged(given["ref"]))
            if len(self.found.merged) > MAX_MERGED:
                message = Message("spreadsheets-too-many-merged", max=MAX_MERGED)
                raise DamagedWorkbook(message=message)

    def characters(self, data: str) -> None:
        """The text of an element, in one part or in several."""
        if self.inside:
            self.text += data

    def end(self, name: str) -> None:
        """An element ends: with a cell its text is known, with a row its line."""
        if ":" in name:
            name = local_name(name)
        if name == "c":
            self._end_cell()
        elif name in ("v", "t"):
            self.inside = False
        elif name == "is":
            pass
        elif name == "rPh":
            self.spoken = False
        elif name == "row":
            self.ended = self.parser.CurrentByteIndex if self.parser else -1
            self._end_row()

    def take_plain(self, piece: str) -> bool:
        """Take a row that is written in the plain way; return whether it is, to its last sign.

        Args:
            piece: what stands before `ROW_END`.
        """
        row = plain_row(piece)
        if row is None:
            return False
        hidden, plan = self.seen[row.attributes], self.plans[row.around]
        if hidden is None or plan is None:
            return False
        self._start_row(row.number, hidden)
        converts = plan.converts if "_x" in piece else plan.unescaped
        texts = zip(converts, row.texts, strict=True)
        values = [text if convert is None else convert(text, False) for convert, text in texts]
        if plan.order and values[-1] and Message not in map(type, values):
            found = cast(list[str], values)
            found.append("")  # the value of the cells that are not there
            self.cells = [found[at] for at in plan.order]
        else:
            for column, value in zip(plan.columns, values, strict=True):
                self._put(column, value)
        self._end_row()
        return True

    def _start_row(self, number: int, hidden: bool) -> None:
        if number <= self.row:
            raise DamagedWorkbook
        self.row, self.column, self.hidden = number, -1, hidden

    def _end_row(self) -> None:
        if self.cells:
            self.total += len(self.cells)
            self.ready.append(Line(self.row, self.cells, self.faults or None, self.hidden))
            self.cells, self.faults = [], {}

    def _end_cell(self) -> None:
        given = self.attributes
        address = given.get("r")
        # A cell without a reference follows the one before.
        column = self.column + 1 if address is None else _place_of(address.rstrip("0123456789"))
        self.column = column
        if self.filled or self.formula:
            convert = self.converters[given.get("t", NUMBER), given.get("s", NO_STYLE)]
            self._put(column, convert(self.text, self.formula))

    def _put(self, column: int, value: str | Message) -> None:
        """Put the value of a cell into the row; cells between it and the last one are empty."""
        if isinstance(value, Message):
            self.faults[column] = value
            value = ""
        elif not value:
            return
        cells = self.cells
        missing = column - len(cells)
        if missing:
            if missing < 0:
                raise DamagedWorkbook
            cells.extend([""] * missing)
        cells.append(value)


class _Plan(NamedTuple):
    """How the cells of a row become text.

    Args:
        columns: the places of the cells.
        converts: what makes text of their values.
        unescaped: the same where nothing is escaped; None for a value that is the text itself.
        order: the place among the cells of each column up to the last; -1 for a column without
            one. Empty when two cells stand in one column, or one before another.
    """

    columns: list[int]
    converts: list[Convert]
    unescaped: list[Convert | None]
    order: list[int]


class _Plans(dict[tuple[Around, ...], "_Plan | None"]):
    """Plans of rows by what stands around their texts; None for what does not fit together."""

    def __init__(self, converters: Converters) -> None:
        super().__init__()
        self._converters, self._cells = converters, 0

    def __missing__(self, around: tuple[Around, ...]) -> _Plan | None:
        found = self._plan(around)
        width = len(around) + (len(found.order) if found else 0)
        self._cells += width
        if self._cells > MOST_PLANNED:
            self.clear()
            self._cells = width
        self[around] = found
        return found

    def _plan(self, around: tuple[Around, ...]) -> _Plan | None:
        columns, converts = [], []
        for letters, opening, closing in around:
            cell, place = plain_cell(opening, closing), column_place(letters)
            if cell is None or place is None:
                return None
            columns.append(place)
            converts.append(self._converters[cell.kind, cell.style] if cell.filled else no_text)
        unescaped = [None if it is text_itself else it for it in converts]
        order: list[int] = []
        for at, column in enumerate(columns):
            if column < len(order):
                return _Plan(columns, converts, unescaped, [])
            order += [-1] * (column - len(order)) + [at]
        return _Plan(columns, converts, unescaped, order)


class _Seen(dict[str, "bool | None"]):
    """Whether the rows with these attributes are hidden; None when they cannot stand together."""

    def __missing__(self, attributes: str) -> bool | None:
        given = attributes_of(attributes)
        if len(self) >= MOST_PLANNED:
            self.clear()
        found = self[attributes] = None if given is None else _is_hidden(given)
        return found


def _is_hidden(given: Mapping[str, str]) -> bool:
    return is_true(given.get("hidden")) or given.get("ht") == "0"


@lru_cache(MAX_COLUMNS)
def column_place(letters: str) -> int | None:
    """Return the place of a column from 0, «A» is 0; None when there is no such column."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    named = letters.isascii() and letters.isupper() and 0 < place <= MAX_COLUMNS
    return place - 1 if named else None


def _place_of(letters: str) -> int:
    place = column_place(letters)
    if place is None:
        raise DamagedWorkbook
    return place


def _merged(reference: str) -> Merged:
    found = _RANGE.fullmatch(reference)
    if not found:
        raise DamagedWorkbook
    left, top, right, bottom = found.groups()
    last = (int(bottom or top), _place_of(right or left))
    return Merged(int(top), last[0], _place_of(left), last[1])
