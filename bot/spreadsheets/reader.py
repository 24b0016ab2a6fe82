"""Small tables that offices hand in, as CSV or XLSX: text cells by column, each with its place for complaints."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from survey_flows.errors import BadInput, Message

MAX_PROBLEMS = 20
MAX_BYTES = 50_000_000
MAX_ROWS = 200_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_CELLS = 5_000_000
"""A workbook is an archive: a small one may hold more than the service's memory does."""

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table. ``number`` is the one that a spreadsheet shows."""

    number: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Problems:
    """What is wrong with a file, collected so that a person can mend all of it at once."""

    file: str
    found: list[str] = field(default_factory=list)

    def add(self, what: Message | str, row: int | None = None, column: str = "") -> None:
        """Note one problem."""
        place = ", ".join(
            part
            for part in (f"row {row}" if row else "", f"column {column}" if column else "")
            if part
        )
        self.found.append(f"{place}: {what}" if place else str(what))

    def settle(self) -> None:
        """Go on if there is no problem.

        Raises:
            BadInput: the first `MAX_PROBLEMS` problems, a line each, and how many there are.
        """
        if not self.found:
            return
        more = len(self.found) - MAX_PROBLEMS
        lines = self.found[:MAX_PROBLEMS] + ([f"and {more} more"] if more > 0 else [])
        text = (
            lines[0]
            if len(lines) == 1
            else "\n  ".join([f"{len(self.found)} problems, nothing was stored", *lines])
        )
        raise BadInput(text, self.file)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its header. ``columns`` are as written in the file, tidied."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


Source = Callable[[str, bytes, Problems], Iterable[tuple[int, Cells]]]
"""Takes a file's name and bytes apart: its lines with their numbers, cells as text."""


def read_sheet(file: str, data: bytes) -> Sheet:
    """The table in a file's bytes; ``file`` is its name, of which the end tells the format.

    The first line that is not empty is the header. White space around cells is dropped. In a workbook the first sheet
    counts.

    Raises:
        BadInput: not such a file, unreadable cells (by row and column), a header that is empty or stands twice.
    """
    if len(data) > MAX_BYTES:
        raise BadInput(f"the file is larger than {MAX_BYTES // 1_000_000} MB; split it", file)
    problems = Problems(file)
    lines = (
        (number, [strip_invisible(cell) for cell in cells])
        for number, cells in _source(file)(file, data, problems)
    )
    table = [(number, cells) for number, cells in lines if any(cells)]
    problems.settle()
    if not table:
        raise BadInput("the file is empty; it needs a header and at least one row", file)
    if len(table) > MAX_ROWS:
        raise BadInput(f"the file has more than {MAX_ROWS} rows; split it", file)
    columns = _header(table[0], problems)
    rows = tuple(_row(number, cells, columns, problems) for number, cells in table[1:])
    problems.settle()
    return Sheet(file, tuple(columns), rows)


def strip_invisible(text: str) -> str:
    """Text without white space and invisible marks at its ends."""
    return text.strip().strip("\ufeff\u200b").strip()


def normalise_width(text: str) -> str:
    """A code, a number or a heading with plain digits, letters and signs in place of full-width ones (NFKC)."""
    return strip_invisible(unicodedata.normalize("NFKC", text))


def _source(file: str) -> Source:
    suffix = file.lower().rpartition(".")[2]
    if suffix in {"csv", "txt", "tsv"}:
        return _csv_lines
    if suffix in {"xlsx", "xlsm"}:
        return _xlsx_lines
    raise BadInput("this kind of file is not read; save it as .csv or .xlsx", file)


def _header(line: tuple[int, Cells], problems: Problems) -> list[str]:
    number, columns = line[0], [normalise_width(cell) for cell in line[1]]
    while columns and not columns[-1]:
        columns.pop()
    for place, column in enumerate(columns, 1):
        if not column:
            problems.add(f"column {place} has no name", number)
        elif column in columns[: place - 1]:
            problems.add(f"the column «{column}» stands twice", number)
    problems.settle()
    return columns


def _row(number: int, cells: Cells, columns: Sequence[str], problems: Problems) -> Row:
    if any(cells[len(columns) :]):
        problems.add(f"there are more cells than the {len(columns)} columns of the header", number)
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    return Row(number, dict(zip(columns, padded, strict=False)))


def _csv_lines(file: str, data: bytes, _: Problems) -> Iterator[tuple[int, Cells]]:
    text = _decode(file, data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    before = 0
    try:
        for cells in reader:
            # A quoted cell may run over several lines: the row is where it begins.
            yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        raise BadInput(
            f"this is not proper CSV ({error}); save it again from the spreadsheet",
            f"{file}, line {before + 1}",
        ) from None


def _decode(file: str, data: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, or else GB18030, as spreadsheets in Chinese save CSV."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInput(
        "the text can be read neither as UTF-8 nor as GB18030; save the file as UTF-8", file
    )


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _xlsx_lines(file: str, data: bytes, problems: Problems) -> Iterator[tuple[int, Cells]]:
    values, formulas = (_first_sheet(file, data, cached) for cached in (True, False))
    for shown, written in zip(values, formulas, strict=True):
        # An empty row of a workbook may have cells that know neither their row nor their column.
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
        # A damaged workbook can fail anywhere in the reader, with any error of the archive, the XML or the reader.
        raise BadInput(
            "this is not an Excel workbook, or it is locked; save it as .xlsx", file
        ) from None


def _refuse_bombs(file: str, data: bytes) -> None:
    """Look at what the archive says of its sizes: more than that is never unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > MAX_UNPACKED_BYTES:
        raise BadInput(
            f"the file unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB; split it", file
        )


def _bounded(file: str, rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows; one filled cell far to the right makes all before it cells too."""
    found, cells = [], 0
    for row in rows:
        cells += len(row)
        if cells > MAX_CELLS:
            raise BadInput(
                f"the sheet has more than {MAX_CELLS} cells; delete empty columns, or split it",
                file,
            )
        found.append(row)
    return found


def _cell(shown: Any, written: Any, problems: Problems) -> str:
    """A cell's text. What a person sees must be what is stored, so anything doubtful is a problem."""
    value = shown.value
    if value is None and written.value is not None:
        problems.add(
            "the formula has no stored result; open the file in a spreadsheet and save it",
            written.row,
            written.column_letter,
        )
        return ""
    if value is None:
        return ""
    if shown.data_type == "e":
        problems.add(
            f"the cell holds the error {value}; put a value there", shown.row, shown.column_letter
        )
        return ""
    if isinstance(value, bool):
        problems.add(
            "the cell holds TRUE or FALSE; write text or a number", shown.row, shown.column_letter
        )
        return ""
    if isinstance(value, int | float) and "%" in (shown.number_format or ""):
        problems.add(
            f"the cell is formatted as a percentage, so {value} is unclear; format it as a number",
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
