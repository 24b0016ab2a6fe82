"""The values of a workbook's cells: what a person saw, as text, or why it cannot be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial

from bot.spreadsheets.number_formats import NumberFormat, Shown
from bot.spreadsheets.workbooks import DamagedWorkbook, Workbook, is_true, unescape
from survey_flows.errors import Message

MOST_DIGITS = 15
"""A spreadsheet keeps so many digits of a number and writes zeros for the rest."""
LAST_DAY = 2_958_465
"""The number of 31 December 9999."""
FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  (a workbook's times have no zone)
FROM_1904 = 1462
"""Days that are added where days count from 1904."""
MOST_KINDS, MOST_VALUES = 1_000, 400
"""So many pairs of type and style, and values of one of them, are remembered."""
NUMBER, NO_STYLE = "n", "0"
"""Type and style of a cell that names none."""

Convert = Callable[[str, bool], "str | Message"]
"""Takes a cell's value and whether it has a formula; returns text or fault."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a sheet's cells become text.

    Args:
        booleans: whether a cell with TRUE or FALSE is text; otherwise it is doubtful.
        as_typed: whether TRUE and FALSE are written yes and no, as XLSForm writes them.
    """

    booleans: bool = False
    as_typed: bool = False


class Converters(dict[tuple[str, str], Convert]):
    """What makes text of the value of a cell, by the type and the style that the cell names."""

    def __init__(self, book: Workbook, reading: Reading) -> None:
        super().__init__()
        self._special = {str(at): it for at, it in enumerate(book.formats) if not _is_plain(it)}
        self._strings, self._reading = book.strings, reading
        self._since = FROM_1904 if book.from_1904 else 0

    def __missing__(self, key: tuple[str, str]) -> Convert:
        if len(self) >= MOST_KINDS:
            self.clear()
        found = self[key] = self._convert(*key)
        return found

    def _convert(self, kind: str, style: str) -> Convert:
        strings, known, reading = self._strings, self._special.get(style), self._reading
        if kind == "s":
            return lambda text, _: strings[int(text)] if text else ""
        if kind in ("inlineStr", "str"):
            return text_itself
        if kind == NUMBER and known is None:
            return lambda text, formula: _number(text) if text else _nothing(formula)
        if kind == NUMBER and known is not None:
            # The days of a list are few.
            read = lru_cache(MOST_VALUES)(partial(_formatted, known=known, since=self._since))
            return lambda text, formula: read(text) if text else _nothing(formula)
        rare = {
            "b": lambda text: _boolean(text, reading),
            "e": lambda text: Message("spreadsheets-cell-error", error=text),
            "d": lambda text: _moment(datetime.fromisoformat(text.strip()).replace(tzinfo=None)),
        }
        return lambda text, _: _rare(rare.get(kind), text)


def text_itself(text: str, _: bool) -> str:
    """Return a value that is the text itself, in which characters may be escaped."""
    return unescape(text)


def no_text(_text: str, _: bool) -> str:
    """Return what an empty cell is."""
    return ""


def _rare(convert: Callable[[str], str | Message] | None, text: str) -> str | Message:
    if not text:
        return ""
    if convert is None:
        raise DamagedWorkbook
    return convert(text)


def _nothing(formula: bool) -> str | Message:
    """Return what a number is that has no digits."""
    return Message("spreadsheets-formula-without-result") if formula else ""


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


def _formatted(text: str, known: NumberFormat, since: int) -> str | Message:
    value = float(text)
    if known.shown is Shown.PERCENTAGE:
        return Message("spreadsheets-cell-percentage", value=str(_number(text)))
    if known.shown is Shown.OTHERWISE or (known.hides_zero and value == 0):
        number = str(_number(text))
        return Message("spreadsheets-format-shows-otherwise", value=number, format=known.code)
    if known.shown is Shown.PADDED:
        return _padded(text, known)
    if known.shown in (Shown.DATE, Shown.YEAR):
        days = value + since
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
