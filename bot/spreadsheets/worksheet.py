"""Reads one sheet of a workbook in one pass: the values, and what must be refused.

The pass holds one row at a time, so that a sheet with borders down to its last row costs time and
no memory, and one cell far away makes no cells of what lies between.
Numbers are taken from the file's own digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.spreadsheets.lines import Line, LinesOf, Merged, Origin
from bot.spreadsheets.number_formats import NumberFormat, Shown
from bot.spreadsheets.workbooks import (
    BLOCK,
    DamagedWorkbook,
    Enough,
    SheetEntry,
    Workbook,
    damaged,
    is_true,
    local_name,
    make_parser,
    open_workbook,
    parse_part,
    unescape,
)
from survey_flows.errors import BadInput, Message, Place
from survey_flows.messages import catalogue

MAX_CELLS = 5_000_000
MAX_COLUMNS = 16_384
MOST_DIGITS = 15
"""A spreadsheet keeps so many digits of a number and writes zeros for the rest."""
LAST_DAY = 2_958_465
"""The number of 31 December 9999."""
FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  (a workbook's times have no zone)
FROM_1904 = 1462
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")

Convert = Callable[[Mapping[str, str], str, bool], "str | Message"]
"""Takes a cell's attributes, its value and whether it has a formula; returns text or fault."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a sheet's cells become text.

    Args:
        booleans: whether a cell with TRUE or FALSE is text; otherwise it is doubtful.
        as_typed: whether TRUE and FALSE are written yes and no, as XLSForm writes them.
    """

    booleans: bool = False
    as_typed: bool = False


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
    rows = _Rows(_converter(book, reading), found)
    parser = make_parser(rows.start, rows.end, rows.characters)
    try:
        with book.archive.open(sheet.part) as file:
            while block := file.read(BLOCK):
                parser.Parse(block, False)
                if rows.total > MAX_CELLS:
                    message = Message("spreadsheets-too-many-cells", max=MAX_CELLS)
                    raise BadInput(message, Place(origin.name, sheet.name, row=rows.row))
                yield from rows.ready
                rows.ready.clear()
        parser.Parse(b"", True)
    except BadInput:
        raise
    except Exception:
        # A damaged sheet can fail with any error of the archive, the XML or the numbers in it.
        place = Place(
            origin.name, sheet.name, 0 if rows.row else parser.CurrentLineNumber, rows.row
        )
        raise BadInput(Message("spreadsheets-damaged-workbook"), place) from None
    yield from rows.ready


class _Rows:
    """Makes lines of a sheet's elements: what is known of the row and the cell that are open.

    ``ready`` are the lines that nobody took yet, ``total`` counts the cells with text.
    """

    __slots__ = (
        "attributes", "cells", "column", "convert", "faults", "filled", "formula", "found",
        "hidden", "inside", "places", "ready", "row", "spoken", "text", "total",
    )  # fmt: skip

    def __init__(self, convert: Convert, found: LinesOf) -> None:
        self.convert, self.found = convert, found
        self.ready: list[Line] = []
        self.cells: list[str] = []
        self.faults: dict[int, Message] = {}
        self.places: dict[str, int] = {}
        self.attributes: Mapping[str, str] = {}
        self.text, self.row, self.column, self.total = "", 0, -1, 0
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
            self._start_row(given)
        elif name == "col" and is_true(given.get("hidden")):
            last = min(int(given["max"]), MAX_COLUMNS)
            self.found.hidden_columns.update(range(int(given["min"]) - 1, last))
        elif name == "mergeCell":
            self.found.merged.append(_merged(given["ref"]))

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
        elif name == "row" and self.cells:
            self.total += len(self.cells)
            self.ready.append(Line(self.row, self.cells, self.faults or None, self.hidden))
            self.cells, self.faults = [], {}

    def _start_row(self, given: Mapping[str, str]) -> None:
        number = int(given["r"]) if "r" in given else self.row + 1
        if number <= self.row:
            raise DamagedWorkbook
        self.row, self.column = number, -1
        self.hidden = is_true(given.get("hidden")) or given.get("ht") == "0"

    def _end_cell(self) -> None:
        address = self.attributes.get("r")
        if address is None:
            column = self.column + 1  # it follows the one before
        else:
            letters = address.rstrip("0123456789")
            known = self.places.get(letters)
            column = self._place(letters) if known is None else known
        self.column = column
        if not (self.filled or self.formula):
            return
        value = self.convert(self.attributes, self.text, self.formula)
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

    def _place(self, letters: str) -> int:
        """The column of these letters, from 0."""
        place = self.places[letters] = _place_of(letters)
        return place


def _place_of(letters: str) -> int:
    """Return the place of a column from 0; «A» is 0."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    if not (letters.isascii() and letters.isupper()) or not 0 < place <= MAX_COLUMNS:
        raise DamagedWorkbook
    return place - 1


def _merged(reference: str) -> Merged:
    found = _RANGE.fullmatch(reference)
    if not found:
        raise DamagedWorkbook
    left, top, right, bottom = found.groups()
    last = (int(bottom or top), _place_of(right or left))
    return Merged(int(top), last[0], _place_of(left), last[1])


def _converter(book: Workbook, reading: Reading) -> Convert:
    special = {str(at): it for at, it in enumerate(book.formats) if not _is_plain(it)}
    strings, from_1904 = book.strings, book.from_1904

    def convert(attributes: Mapping[str, str], text: str, formula: bool) -> str | Message:
        kind = attributes.get("t", "n")
        if kind == "s":
            return strings[int(text)] if text else ""
        if kind == "inlineStr":
            return unescape(text) if "_x" in text else text
        if kind == "n":
            if not text:
                return Message("spreadsheets-formula-without-result") if formula else ""
            known = special.get(attributes.get("s", "0"))
            return _number(text) if known is None else _formatted(text, known, from_1904)
        if kind == "str" or not text:
            return unescape(text)
        if kind == "b":
            return _boolean(text, reading)
        if kind == "e":
            return Message("spreadsheets-cell-error", error=text)
        if kind == "d":
            return _moment(datetime.fromisoformat(text.strip()).replace(tzinfo=None))
        raise DamagedWorkbook

    return convert


def _is_plain(known: NumberFormat) -> bool:
    return known.shown is Shown.NUMBER and not known.hides_zero


def _boolean(text: str, reading: Reading) -> str | Message:
    said = is_true(text)
    if reading.as_typed:
        return "yes" if said else "no"
    if reading.booleans:
        return "TRUE" if said else "FALSE"
    return Message("spreadsheets-cell-boolean")


def _number(text: str) -> str | Message:
    """Return a number with the digits that a spreadsheet shows."""
    if len(text) <= MOST_DIGITS and text.isdecimal() and text.isascii() and text[0] != "0":
        return text
    return plain_number(float(text))


def plain_number(value: float) -> str | Message:
    """Return a number's text with 15 digits; longer whole numbers have lost their last digits."""
    if value != value or value in (float("inf"), float("-inf")):
        raise DamagedWorkbook
    if abs(value) >= 10**MOST_DIGITS:
        return Message("spreadsheets-too-many-digits", digits=MOST_DIGITS)
    # A spreadsheet computes with 15 digits and shows no more.
    return str(int(value)) if value.is_integer() else format(value, f".{MOST_DIGITS}g")


def _formatted(text: str, known: NumberFormat, from_1904: bool) -> str | Message:
    value = float(text)
    if known.shown is Shown.PERCENTAGE:
        return Message("spreadsheets-cell-percentage", value=str(_number(text)))
    if known.shown is Shown.OTHERWISE or (known.hides_zero and value == 0):
        number = str(_number(text))
        return Message("spreadsheets-format-shows-otherwise", value=number, format=known.code)
    if known.shown is Shown.PADDED:
        return _padded(text, known)
    if known.shown in (Shown.DATE, Shown.YEAR):
        days = value + (FROM_1904 if from_1904 else 0)
        if not 0 <= days < LAST_DAY + 1:
            return Message("spreadsheets-no-day-of-number", value=text)
        # Spreadsheets count 29 February 1900, which never was.
        seconds = round(days * 86_400) + (86_400 if 0 < days < 60 else 0)
        moment = FIRST_DAY + timedelta(seconds=seconds)
        return str(moment.year) if known.shown is Shown.YEAR else _moment(moment)
    return _number(text)


def _padded(text: str, known: NumberFormat) -> str | Message:
    number = _number(text)
    if isinstance(number, str) and number.isdigit():
        return number.zfill(known.digits)
    if isinstance(number, Message):
        return number
    return Message("spreadsheets-format-shows-otherwise", value=number, format=known.code)


def _moment(moment: datetime) -> str:
    """Return a day, or a day with its time, as ISO 8601."""
    if moment.time() == datetime.min.time():
        return moment.date().isoformat()
    return moment.replace(microsecond=0).isoformat()
