"""Reads text with delimiters, as spreadsheets and survey services save it: CSV, TSV, Unicode text.

A quotation mark that nobody closed makes one cell of several rows. Such a file is refused by row:
by the rules of CSV where they show it, and else because the lines of a cell look like rows.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence

from bot.spreadsheets.lines import LONGEST, Line, LinesOf, Origin
from survey_flows.errors import BadInput, Message, Place

DELIMITERS = ",;\t"
BLOCK = 1 << 20
"""Bytes that are looked at together."""
SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
"""The first line by which a spreadsheet is told the delimiter."""
_WIDE = re.compile(rb"[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_BROKEN = 0.3
"""From this share of whole characters of UTF-8 on, a text is broken UTF-8 and not GB18030."""


def delimited_lines(origin: Origin) -> LinesOf:
    """Return the lines of a file with delimiters.

    Raises:
        BadInput: at once, the encoding cannot be told; while lines are read, a line is no CSV.
    """
    return LinesOf(_lines(origin, find_encoding(origin)))


def find_encoding(origin: Origin) -> str:
    """Return the encoding: UTF-8, UTF-16, or GB18030, in which Chinese spreadsheets save CSV.

    Raises:
        BadInput: with the line at which the text breaks.
    """
    with origin.open() as file:
        first = file.read(4096)
    if encoding := _utf_16(first):
        return _checked(origin, encoding)
    broken = _first_break(origin, "utf-8-sig")
    if broken is None:
        return _without_zeros(origin, "utf-8-sig")
    if _utf_8_share(origin) >= _BROKEN:
        message = Message("spreadsheets-broken-encoding", encoding="UTF-8")
        raise BadInput(message, Place(file=origin.name, line=_line_at(origin, broken)))
    return _without_zeros(origin, _checked(origin, "gb18030"))


def _utf_16(first: bytes) -> str:
    """Return the kind of UTF-16, by its mark or by the zeros of its plain letters."""
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = first[::2].count(0), first[1::2].count(0)
    most, least = max(even, odd), min(even, odd)
    if most <= len(first) / 8 or least > most / 8:
        return ""
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    ends = any(it.encode(encoding) in first for it in ("\n", "\r"))
    return encoding if ends and any(it.encode(encoding) in first for it in DELIMITERS) else ""


def _checked(origin: Origin, encoding: str) -> str:
    broken = _first_break(origin, encoding)
    if broken is None:
        return encoding
    known = encoding.startswith("utf-16")
    message = Message("spreadsheets-unknown-encoding")
    if known:
        message = Message("spreadsheets-broken-encoding", encoding="UTF-16")
    line = _line_at(origin, broken, encoding if known else "")
    raise BadInput(message, Place(file=origin.name, line=line))


def _without_zeros(origin: Origin, encoding: str) -> str:
    """Refuse a text with zero bytes: it is in an encoding of more bytes, or no text at all."""
    with origin.open() as file:
        offset = 0
        while block := file.read(BLOCK):
            if (at := block.find(0)) >= 0:
                place = Place(file=origin.name, line=_line_at(origin, offset + at))
                raise BadInput(Message("spreadsheets-unknown-encoding"), place)
            offset += len(block)
    return encoding


def _first_break(origin: Origin, encoding: str) -> int | None:
    """Return the offset of the first byte that does not fit an encoding, about; None if all do."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    with origin.open() as file:
        while block := file.read(BLOCK):
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                return max(read - pending + error.start, 0)
            read += len(block)
    try:
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return max(read - 1, 0)
    return None


def _utf_8_share(origin: Origin) -> float:
    """Return how many of the bytes above 7F stand in whole characters of three or four bytes.

    In Chinese text of UTF-8 all of them do, in GB18030 one in twenty by chance.
    """
    high = wide = 0
    with origin.open() as file:
        while block := file.read(BLOCK):
            high += len(_HIGH.findall(block))
            wide += sum(len(it) for it in _WIDE.findall(block))
    return wide / high if high else 0.0


def _line_at(origin: Origin, offset: int, encoding: str = "") -> int:
    """Return the line of a byte; ``encoding`` is that of a text with more than a byte a letter."""
    with origin.open() as file:
        before = file.read(offset)
    if encoding:
        before = before.decode(encoding, "ignore").encode("utf-8", "replace")
    return before.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1


def _lines(origin: Origin, encoding: str) -> Iterator[Line]:
    with io.TextIOWrapper(origin.open(), encoding, newline="") as text:
        skipped, delimiter = _delimiter(text)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        before, width = 0, 0
        try:
            for cells in reader:
                # A quoted cell may run over several lines, and its row is where it begins.
                number, taken = before + 1 + skipped, reader.line_num - before
                before = reader.line_num
                width = width or (len(cells) if any(cells) else 0)
                if taken > 1 and _swallowed_rows(cells, width, delimiter):
                    raise BadInput(
                        Message("spreadsheets-open-quote", last=before + skipped),
                        Place(file=origin.name, row=number),
                    )
                yield Line(number, cells)
        except csv.Error as error:
            place = Place(file=origin.name, line=before + 1 + skipped)
            message = Message("spreadsheets-csv-malformed")
            if "field larger" in str(error):
                message = Message("spreadsheets-text-too-long", max=LONGEST)
            raise BadInput(message, place) from None


def _delimiter(text: io.TextIOWrapper) -> tuple[int, str]:
    """Return how many lines to skip and the delimiter; the text then stands behind those lines."""
    sample = text.read(1 << 16)
    text.seek(0)
    lines = re.split(r"\r\n|\r|\n", sample)
    if told := SEPARATOR.fullmatch(lines[0]):
        text.readline()
        return 1, told[1]
    first = next((line for line in lines if line.strip()), "")
    bare = re.sub(r'"[^"]*"?', "", first)
    return 0, max(DELIMITERS, key=(bare if any(it in bare for it in DELIMITERS) else first).count)


def _swallowed_rows(cells: Sequence[str], width: int, delimiter: str) -> bool:
    """Return whether the lines of a cell look like rows of the table.

    Then a quotation mark opened the cell and another one, rows below, closed it.
    """
    for place, cell in enumerate(cells):
        lines = re.split(r"\r\n|\r|\n", cell)
        if len(lines) < 2 or not place:
            continue
        *between, last = lines[1:]
        full = all(line.count(delimiter) == width - 1 for line in between)
        if full and last.count(delimiter) == place and _alike(cells[0], last.split(delimiter)[0]):
            return True
    return False


def _alike(one: str, other: str) -> bool:
    """Return whether two first cells look like values of one column."""
    return bool(other.strip()) and one.strip().isdigit() == other.strip().isdigit()
