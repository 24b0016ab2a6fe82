"""Reads large tables by column: CSV, workbooks and Parquet.

Cells are text, and each distinct text is kept once: a million ballots have few of them.
Only the columns that are asked for are looked at; what the others hold is no concern of an import.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path

from bot.core.file_errors import unreadable
from bot.spreadsheets.coded_columns import (
    CHUNK,
    MAX_ROWS,
    MAX_TEXT_BYTES,
    CodedBuilder,
    ColumnarTable,
    PackedBuilder,
    as_places,
    complain_of,
    find_columns,
)
from bot.spreadsheets.lines import Line, Origin, fault_in, origin_of_path
from bot.spreadsheets.reader import (
    MAX_BYTES,
    MOST_TITLES,
    TEXTS,
    WORKBOOKS,
    Problems,
    ReadProgress,
    fold_heading,
    refuse_hidden_columns,
    refuse_hidden_rows,
    refuse_merged,
    refuse_title,
    table_lines,
)
from survey_flows.errors import MAX_PROBLEMS, BadInput, Message, Place

ENDINGS = (*TEXTS, *WORKBOOKS, "parquet")


def _silent(_rows: int) -> None:
    pass


def read_table(
    path: Path,
    needed: dict[str, str],
    progress: ReadProgress = _silent,
    packed: Collection[str] = (),
) -> ColumnarTable:
    """Read the needed columns of a file; the end of its name tells the format.

    Args:
        path: .csv, .tsv, .txt, .parquet, .xlsx or .xlsm.
        needed: by column, the mapping's field that names it; a complaint tells it.
        progress: called after each part of the file.
        packed: those of the columns in which nearly every row has a text of its own.

    Raises:
        BadInput: the file cannot be read, has no rows, lacks a column, has a row of another
            length, or a cell of these columns is doubtful; says where.
    """
    origin = origin_of_path(path)
    try:
        if origin.suffix == "parquet":
            from bot.spreadsheets.parquet_tables import read_parquet

            table = read_parquet(origin, needed, progress, packed)
        elif origin.suffix in (*TEXTS, *WORKBOOKS):
            table = _read_lines(origin, needed, progress, packed)
        else:
            endings = tuple(f".{ending}" for ending in ENDINGS)
            message = Message("spreadsheets-unknown-table-format", endings=endings)
            raise BadInput(message, Place(file=origin.name))
    except OSError as error:
        raise unreadable(error, path) from None
    problems = Problems(origin.name)
    for name, column in table.columns.items():
        complain_of(table.numbers, name, column, fault_in, problems)
    problems.settle()
    table = _without_blanks(table)
    if not len(table.numbers):
        raise BadInput(Message("spreadsheets-no-rows"), Place(file=origin.name))
    return table


def _read_lines(
    origin: Origin, needed: Mapping[str, str], progress: ReadProgress, packed: Collection[str]
) -> ColumnarTable:
    is_text = origin.suffix in TEXTS
    origin.bound(MAX_TEXT_BYTES if is_text else MAX_BYTES)
    found = table_lines(origin, booleans=True)
    filled = (line for line in found.lines if line.faults or any(line.cells))
    header, lines = _header(filled, needed, origin)
    places = find_columns(header.cells, needed, origin.name, header.number)
    problems = Problems(origin.name)
    headings = {place: name for name, place in places.items()}
    refuse_hidden_columns(found, headings, header.number, problems)
    problems.settle()
    columns = {name: PackedBuilder() if name in packed else CodedBuilder() for name in needed}
    numbers = array("i")
    faults = _Faults(headings, len(header.cells) if is_text else 0)
    while chunk := list(islice(lines, CHUNK)):
        kept = faults.check(chunk)
        if len(numbers) + len(kept) > MAX_ROWS:
            message = Message("spreadsheets-too-many-rows", max=MAX_ROWS)
            raise BadInput(message, Place(file=origin.name))
        numbers.extend(line.number for line in kept)
        for name, place in places.items():
            columns[name].extend(
                [line.cells[place] if place < len(line.cells) else "" for line in kept]
            )
        progress(len(numbers))
    faults.note(problems)
    refuse_merged(found.merged, headings, header.number, problems)
    problems.settle()
    return ColumnarTable(
        {name: column.column() for name, column in columns.items()},
        as_places(numbers),
        tuple(found.notes),
    )


def _header(
    lines: Iterator[Line], needed: Mapping[str, str], origin: Origin
) -> tuple[Line, Iterator[Line]]:
    """Return the header and the lines below it.

    Raises:
        BadInput: there is no line, or a title stands above the header.
    """
    first = list(islice(lines, MOST_TITLES))
    if not first:
        raise BadInput(Message("spreadsheets-file-empty"), Place(file=origin.name))
    wanted = {fold_heading(name) for name in needed}
    if not wanted & {fold_heading(cell) for cell in first[0].cells}:
        refuse_title([(line.number, line.cells) for line in first], Problems(origin.name))
    return first[0], chain(first[1:], lines)


class _Faults:
    """What is wrong with rows while they are read; a bounded number of problems is kept.

    Args:
        headings: the headings of the columns that are asked for, by place.
        width: the number of cells that each row must have; 0 when it may have fewer.
    """

    def __init__(self, headings: Mapping[int, str], width: int) -> None:
        self._headings, self._width = headings, width
        self._found: list[tuple[Message, int, str]] = []
        self._more = 0
        self._hidden: list[int] = []

    def check(self, lines: Iterable[Line]) -> list[Line]:
        """Return the lines that can be read on, and keep what is wrong with the others."""
        kept = []
        for line in lines:
            if self._width and len(line.cells) != self._width and self._other_length(line):
                continue
            if line.faults:
                for place in line.faults.keys() & self._headings.keys():
                    self._add(line.faults[place], line.number, self._headings[place])
            if line.hidden:
                self._hidden.append(line.number)
            kept.append(line)
        return kept

    def _other_length(self, line: Line) -> bool:
        """Return whether a line has too few cells, or cells behind the last column."""
        if len(line.cells) > self._width and not any(line.cells[self._width :]):
            return False
        cells, columns = len(line.cells), self._width
        message = Message("spreadsheets-other-cell-count", cells=cells, columns=columns)
        self._add(message, line.number, "")
        return True

    def _add(self, message: Message, row: int, column: str) -> None:
        if len(self._found) < MAX_PROBLEMS:
            self._found.append((message, row, column))
        else:
            self._more += 1

    def note(self, problems: Problems) -> None:
        """Note all that is wrong."""
        for message, row, column in self._found:
            problems.add(message, row, column)
        if self._more:
            problems.add(Message("spreadsheets-more-rows-wrong", count=self._more))
        refuse_hidden_rows(self._hidden, problems)


def _without_blanks(table: ColumnarTable) -> ColumnarTable:
    """Return the table without empty rows, such as blank lines at a file's end."""
    import numpy as np

    blank = np.ones(len(table.numbers), dtype=bool)
    for column in table.columns.values():
        blank &= column.blank()
    if not blank.any():
        return table
    return ColumnarTable(
        {name: column.chosen(~blank) for name, column in table.columns.items()},
        table.numbers[~blank],
        table.notes,
    )
