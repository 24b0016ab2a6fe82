"""Reads small tables that offices hand in, as CSV or XLSX, into cells of text."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from survey_flows.errors import BadInput, Message, Place, Problem, gathered

MEGABYTE = 1_000_000
MAX_BYTES = 50 * MEGABYTE
MAX_ROWS = 200_000
MAX_UNPACKED_BYTES = 200 * MEGABYTE
MAX_CELLS = 5_000_000
"""A workbook is an archive: a small one may unpack to more than the service's memory."""

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; ``number`` is the one that a spreadsheet shows."""

    number: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Problems:
    """Collects the problems of a file, so that a person can correct all of them at once."""

    file: str
    found: list[Problem] = field(default_factory=list)

    def add(
        self, message: Message, row: int | None = None, column: str = "", name: str = ""
    ) -> None:
        """Note one problem.

        Args:
            message: what is wrong and what to do.
            row: the row's number, in a table.
            column: the column's heading, in a table.
            name: the field, in a file of fields.
        """
        self.found.append(Problem(message, Place(row=row or 0, column=column, field=name)))

    def settle(self) -> None:
        """Go on if there is no problem.

        Raises:
            BadInput: all problems, of which the first `MAX_PROBLEMS` are rendered.
        """
        if self.found:
            raise gathered(self.found, self.file)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table; ``columns`` are its headings in the file's order, in plain width."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


Source = Callable[[str, bytes, Problems], Iterable[tuple[int, Cells]]]
"""Reads a file's name and bytes into its lines: number and cells of text."""


def read_sheet(file: str, data: bytes) -> Sheet:
    """Read the table in a file's bytes; the end of its name ``file`` tells the format.

    The first line that is not empty is the header.
    White space around cells is dropped, and only the first sheet of a workbook is read.

    Raises:
        BadInput: the file is no such table, cells are doubtful (by row and column),
            or a heading is empty or stands twice.
    """
    if len(data) > MAX_BYTES:
        raise BadInput(
            Message("spreadsheets-file-too-large", megabytes=MAX_BYTES // MEGABYTE),
            Place(file=file),
        )
    problems = Problems(file)
    lines = (
        (number, [strip_invisible(cell) for cell in cells])
        for number, cells in _source(file)(file, data, problems)
    )
    table = [(number, cells) for number, cells in lines if any(cells)]
    problems.settle()
    if not table:
        raise BadInput(Message("spreadsheets-file-empty"), Place(file=file))
    if len(table) > MAX_ROWS:
        raise BadInput(Message("spreadsheets-too-many-rows", max=MAX_ROWS), Place(file=file))
    columns = _header(table[0], problems)
    rows = tuple(_row(number, cells, columns, problems) for number, cells in table[1:])
    problems.settle()
    return Sheet(file, tuple(columns), rows)


def strip_invisible(text: str) -> str:
    """Return the text without white space and invisible marks at its ends."""
    return text.strip().strip("\ufeff\u200b").strip()


def normalise_width(text: str) -> str:
    """Return a code, number or heading with plain characters for full-width ones (NFKC)."""
    return strip_invisible(unicodedata.normalize("NFKC", text))


def _source(file: str) -> Source:
    suffix = file.lower().rpartition(".")[2]
    if suffix in {"csv", "txt", "tsv"}:
        return _csv_lines
    if suffix in {"xlsx", "xlsm"}:
        return _xlsx_lines
    raise BadInput(Message("spreadsheets-unknown-sheet-format"), Place(file=file))


def _header(line: tuple[int, Cells], problems: Problems) -> list[str]:
    number, columns = line[0], [normalise_width(cell) for cell in line[1]]
    while columns and not columns[-1]:
        columns.pop()
    for place, column in enumerate(columns, 1):
        if not column:
            problems.add(Message("spreadsheets-column-without-name", number=place), number)
        elif column in columns[: place - 1]:
            problems.add(Message("spreadsheets-column-twice", column=column), number)
    problems.settle()
    return columns


def _row(number: int, cells: Cells, columns: Sequence[str], problems: Problems) -> Row:
    if any(cells[len(columns) :]):
        problems.add(Message("spreadsheets-more-cells-than-columns", columns=len(columns)), number)
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    return Row(number, dict(zip(columns, padded, strict=False)))


def _csv_lines(file: str, data: bytes, _: Problems) -> Iterator[tuple[int, Cells]]:
    text = _decode(file, data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    before = 0
    try:
        for cells in reader:
            # A quoted cell may run over several lines, and its row is where it begins.
            yield before + 1, cells
            before = reader.line_num
    except csv.Error:
        raise BadInput(
            Message("spreadsheets-csv-malformed"), Place(file=file, line=before + 1)
        ) from None


def _decode(file: str, data: bytes) -> str:
    """Decode UTF-8, UTF-16 with its mark, or GB18030, in which Chinese spreadsheets save CSV."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInput(Message("spreadsheets-unknown-encoding"), Place(file=file))


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _xlsx_lines(file: str, data: bytes, problems: Problems) -> Iterator[tuple[int, Cells]]:
    values, formulas = (_first_sheet(file, data, cached) for cached in (True, False))
    for shown, written in zip(values, formulas, strict=True):
        # The cells of an empty row may know neither their row nor their column.
        number = next((cell.row for cell in shown if cell.value is not None), 0)
        number = number or next((cell.row for cell in written if cell.value is not None), 0)
        yield number, [_cell(s, w, problems) for s, w in zip(shown, written, strict=True)]


def _first_sheet(file: str, data: bytes, cached: bool) -> Iterable[tuple[Any, ...]]:
    from openpyxl import load_workbook

    try:
        _refuse_bombs(file, data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=cached)
        sheet = book.worksheets[0]
        # Some programs write wrong dimensions; without them every row is read.
        sheet.reset_dimensions()
        return _bounded(file, sheet.iter_rows(max_row=MAX_ROWS + 2))
    except BadInput:
        raise
    except Exception:
        # A damaged workbook can fail with any error of the archive, the XML or the reader.
        raise BadInput(Message("spreadsheets-no-workbook"), Place(file=file)) from None


def _refuse_bombs(file: str, data: bytes) -> None:
    """Refuse an archive by the sizes that it declares; more than these is never unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > MAX_UNPACKED_BYTES:
        raise BadInput(
            Message("spreadsheets-unpacked-too-large", megabytes=MAX_UNPACKED_BYTES // MEGABYTE),
            Place(file=file),
        )


def _bounded(file: str, rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the rows, if their cells are not too many.

    One filled cell far to the right makes cells of all that stand before it.
    """
    found, cells = [], 0
    for row in rows:
        cells += len(row)
        if cells > MAX_CELLS:
            raise BadInput(Message("spreadsheets-too-many-cells", max=MAX_CELLS), Place(file=file))
        found.append(row)
    return found


def _cell(shown: Any, written: Any, problems: Problems) -> str:
    """Return a cell's text; anything that a person may see otherwise is a problem."""
    value = shown.value
    if value is None and written.value is not None:
        problems.add(
            Message("spreadsheets-formula-without-result"),
            written.row,
            written.column_letter,
        )
        return ""
    if value is None:
        return ""
    if shown.data_type == "e":
        problems.add(
            Message("spreadsheets-cell-error", error=str(value)), shown.row, shown.column_letter
        )
        return ""
    if isinstance(value, bool):
        problems.add(Message("spreadsheets-cell-boolean"), shown.row, shown.column_letter)
        return ""
    if isinstance(value, int | float) and "%" in (shown.number_format or ""):
        problems.add(
            Message("spreadsheets-cell-percentage", value=str(value)),
            shown.row,
            shown.column_letter,
        )
        return ""
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return (
            value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        # A spreadsheet computes with 15 digits and shows no more.
        return format(value, ".15g")
    return str(value)
