"""Reads small tables that offices hand in, as CSV or XLSX, into cells of text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.spreadsheets.lines import (
    MEGABYTE,
    Line,
    LinesOf,
    Merged,
    Origin,
    fault_in,
    origin_of_bytes,
)
from survey_flows.characters import clean_text, one_line
from survey_flows.errors import BadInput, Message, Place, Problem, gathered

MAX_BYTES = 50 * MEGABYTE
MAX_ROWS = 200_000
MOST_KNOWN = 50_000
"""So many texts are remembered while a table is read."""
TEXTS, WORKBOOKS = ("csv", "txt", "tsv"), ("xlsx", "xlsm")
"""Ends of names of the files that are read."""

_NO_PLAIN_DIGITS = re.compile(
    "([\u00b2\u00b3\u00b9\u00bc-\u00be\u2070\u2074-\u2079\u2080-\u2089\u2150-\u215f\u2189\u2460-\u249b\u24ea"
    "\u3251-\u325f\u32b1-\u32cb\u3358-\u3370\u3378\u3379\u339f-\u33a6\u33a8\u33af\u33e0-\u33fe\U0001f100-\U0001f10a]+)"
)
"""Signs of which NFKC makes digits, and which are no digits of a number."""
Cells = Sequence[str]
ReadProgress = Callable[[int], None]
"""Takes the number of rows that were read so far."""
MOST_PROBLEMS = 10_000
"""So many problems are kept of a file; a small archive can hold millions of wrong cells."""
MOST_TITLES = 4
"""A header stands in one of so many rows, if titles stand above it."""
TOLD = 2_000
"""After so many rows each it is told how many were read."""


class RowCells(Mapping[str, str]):
    """The cells of a row by column. All rows of a table share the places of their columns.

    Args:
        places: the place of each column among ``values``; -1 for a column that is not there.
        values: the texts, and an empty one behind them.
    """

    __slots__ = ("_places", "values_and_blank")

    def __init__(self, places: Mapping[str, int], values: Sequence[str]) -> None:
        self._places = places
        self.values_and_blank = values

    def __getitem__(self, column: str) -> str:
        return self.values_and_blank[self._places[column]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


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
    headings: dict[str, str] = field(default_factory=dict)
    """What the file calls its columns, by our names of them."""

    def add(
        self, message: Message, row: int | None = None, column: str = "", name: str = ""
    ) -> None:
        """Note one problem; so many that nobody corrects them are raised at once.

        Args:
            message: what is wrong and what to do.
            row: the row's number, in a table.
            column: the column's heading, in a table.
            name: the field, in a file of fields.

        Raises:
            BadInput: `MOST_PROBLEMS` were noted.
        """
        heading = self.headings.get(column, column)
        self.found.append(Problem(message, Place(row=row or 0, column=heading, field=name)))
        if len(self.found) >= MOST_PROBLEMS:
            self.settle()

    def settle(self) -> None:
        """Go on if there is no problem.

        Raises:
            BadInput: all problems, of which the first `MAX_PROBLEMS` are rendered.
        """
        if self.found:
            raise gathered(self.found, self.file)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table.

    Args:
        file: the file's name.
        columns: its headings in the file's order, in plain width.
        rows: its rows.
        notes: what the person who brought it has to know, such as sheets that were not read.
        header: the row of the headings.
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[Message, ...] = ()
    header: int = 1


def read_sheet(
    file: str, data: bytes, others: bool = False, progress: ReadProgress = lambda _rows: None
) -> Sheet:
    """Read the table in a file's bytes; the end of its name ``file`` tells the format.

    The first line that is not empty is the header.
    White space and invisible marks around cells are dropped. Of a workbook the first visible sheet
    is read, and ``notes`` name the others.

    Args:
        file: the file's name.
        data: its bytes.
        others: whether a workbook may hold something in other sheets, because the caller tells
            the notes.
        progress: called after each `TOLD` rows.

    Raises:
        BadInput: the file is no such table, cells are doubtful (by row and column), rows were
            hidden from the person who brought it, or a heading is empty or stands twice.
    """
    origin = origin_of_bytes(file, data)
    origin.bound(MAX_BYTES)
    found = table_lines(origin)
    problems = Problems(file)
    for note in () if others else found.notes:
        problems.add(note)
    lines: list[tuple[int, list[str]]] = []
    clean = CleanTexts()
    hidden: list[int] = []
    for line in found.lines:
        cells = _checked(line, found, problems, clean)
        if not any(cells) and not line.faults:
            continue
        if line.hidden:
            hidden.append(line.number)
        lines.append((line.number, cells))
        if not len(lines) % TOLD:
            progress(len(lines))
        if len(lines) > MAX_ROWS + 1:
            raise BadInput(Message("spreadsheets-too-many-rows", max=MAX_ROWS), Place(file=file))
    refuse_hidden_rows(hidden, problems)
    problems.settle()
    if not lines:
        raise BadInput(Message("spreadsheets-file-empty"), Place(file=file))
    refuse_title(lines, problems)
    columns = _header(lines[0], problems)
    refuse_hidden_columns(found, dict(enumerate(columns)), lines[0][0], problems)
    refuse_merged(found.merged, dict(enumerate(columns)), lines[0][0], problems)
    places = {column: place for place, column in enumerate(columns)}
    for number, cells in lines[1:]:
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            message = Message("spreadsheets-more-cells-than-columns", columns=len(columns))
            problems.add(message, number)
    rows = tuple(Row(number, RowCells(places, _padded(it, places))) for number, it in lines[1:])
    problems.settle()
    return Sheet(file, tuple(columns), rows, tuple(found.notes), lines[0][0])


def table_lines(origin: Origin, booleans: bool = False) -> LinesOf:
    """Return the lines of a CSV file or a workbook.

    Args:
        origin: the file.
        booleans: whether TRUE and FALSE in a workbook are texts.

    Raises:
        BadInput: it is neither.
    """
    if origin.suffix in TEXTS:
        from bot.spreadsheets.delimited import delimited_lines

        return delimited_lines(origin)
    if origin.suffix in WORKBOOKS:
        from bot.spreadsheets.cell_values import Reading
        from bot.spreadsheets.worksheet import workbook_lines

        return workbook_lines(origin, Reading(booleans=booleans))
    raise BadInput(Message("spreadsheets-unknown-sheet-format"), Place(file=origin.name))


class CleanTexts(dict[str, str]):
    """Clean texts by raw ones, as most cells of a table hold one of few texts.

    The texts among them in which something is wrong are kept in ``wrong``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.wrong: dict[str, Message] = {}

    def __missing__(self, raw: str) -> str:
        text = clean_text(raw)
        fault = fault_in(text)
        if fault is not None:
            self.wrong[text] = fault
        if len(self) >= MOST_KNOWN:
            self.clear()
        self[raw] = text
        return text


def _checked(line: Line, found: LinesOf, problems: Problems, clean: CleanTexts) -> list[str]:
    """Return clean cells, and note what is doubtful of them."""
    cells = [clean[cell] for cell in line.cells]
    if not line.faults and not clean.wrong:
        return cells
    faults = line.faults or {}
    for place, cell in enumerate(cells):
        fault = faults.get(place) or clean.wrong.get(cell)
        if fault is not None:
            problems.add(fault, line.number, found.column(place))
            cells[place] = ""
    return cells


def refuse_hidden_rows(hidden: Sequence[int], problems: Problems) -> None:
    """Note rows that the person did not see, such as those that a filter hides."""
    if hidden:
        count = len(hidden)
        problems.add(Message("spreadsheets-hidden-rows", count=count, last=hidden[-1]), hidden[0])


def refuse_hidden_columns(
    found: LinesOf, asked: Mapping[int, str], header: int, problems: Problems
) -> None:
    """Note columns that are asked for and that the person did not see."""
    for place, heading in asked.items():
        if place in found.hidden_columns:
            problems.add(Message("spreadsheets-hidden-column"), header, heading)


def refuse_merged(
    merged: Sequence[Merged], asked: Mapping[int, str], header: int, problems: Problems
) -> None:
    """Note merged cells below the header: a person sees one value where only one cell has it."""
    for area in merged:
        columns = range(area.first_column, area.last_column + 1)
        touched = next((asked[place] for place in columns if place in asked), "")
        if touched and area.last_row > header:
            message = Message("spreadsheets-merged-cells", last=area.last_row)
            problems.add(message, area.first_row, touched)


def refuse_title(lines: Sequence[tuple[int, Sequence[str]]], problems: Problems) -> None:
    """Note a title above the header: one filled cell over a row of several texts.

    Raises:
        BadInput: there is one.
    """
    filled = [[cell for cell in cells if cell.strip()] for _, cells in lines[:MOST_TITLES]]
    # Below the title who fills in the table and when may stand: the header is the widest row.
    widest = max((len(cells) for cells in filled), default=0)
    header = next((at for at, cells in enumerate(filled) if len(cells) == widest), 0)
    if (
        filled
        and len(filled[0]) == 1 < widest
        and not any(it[0].isdigit() for it in filled[header])
    ):
        problems.add(Message("spreadsheets-title-row", header=lines[header][0]), lines[0][0])
    problems.settle()


def strip_invisible(text: str) -> str:
    """Return the text without marks that nobody sees and without white space at its ends."""
    return clean_text(text)


def normalise_width(text: str) -> str:
    """Return a code, number or heading with plain characters for full-width ones (NFKC).

    A digit that is raised, circled or part of a sign stays: 8² is not 82.
    """
    if text.isascii():
        return clean_text(text)
    parts = _NO_PLAIN_DIGITS.split(text)
    plain = [
        part if at % 2 else unicodedata.normalize("NFKC", part) for at, part in enumerate(parts)
    ]
    return clean_text("".join(plain))


def fold_heading(heading: str) -> str:
    """Return a heading as a person reads it: width, case, spaces and line breaks do not matter."""
    return "".join(one_line(normalise_width(heading)).lower().split()).replace("_", "")


def _header(line: tuple[int, Cells], problems: Problems) -> list[str]:
    number, columns = line[0], [one_line(normalise_width(cell)) for cell in line[1]]
    while columns and not columns[-1]:
        columns.pop()
    for place, column in enumerate(columns, 1):
        if not column:
            problems.add(Message("spreadsheets-column-without-name", number=place), number)
        elif column in columns[: place - 1]:
            problems.add(Message("spreadsheets-column-twice", column=column), number)
    problems.settle()
    return columns


def _padded(cells: Sequence[str], places: Mapping[str, int]) -> tuple[str, ...]:
    """Return a text for each column, and an empty one behind them."""
    missing = len(places) - len(cells)
    return (*cells, *[""] * missing, "") if missing >= 0 else (*cells[: len(places)], "")
