"""Reads large tables by column: CSV, Parquet and workbooks.

Cells are text, and each distinct text is kept once: a million ballots have few of them.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.core.file_errors import unreadable
from bot.spreadsheets.reader import Problems, read_sheet, strip_invisible
from survey_flows.errors import BadInput, Message, Place

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Places = npt.NDArray[np.int64]

FIRST = 2
"""The first row below the header, as a spreadsheet numbers it."""


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column: its distinct texts, and for each row the index of its text.

    ``places`` has one index for each row.
    """

    texts: list[str]
    places: Places

    def take(self, rows: Places) -> list[str]:
        """Return the texts of some rows."""
        return [self.texts[place] for place in self.places[rows].tolist()]


@dataclass(frozen=True, slots=True)
class ColumnarTable:
    """Columns of equal length; ``numbers`` are the rows' numbers in the file, from 2."""

    columns: dict[str, TextColumn]
    numbers: Places


def read_table(path: Path, needed: dict[str, str]) -> ColumnarTable:
    """Read the needed columns of a file; the end of its name tells the format.

    Args:
        path: .csv, .tsv, .txt, .parquet or .xlsx.
        needed: by column, the mapping's field that names it; a complaint tells it.

    Raises:
        BadInput: the file cannot be read, has no rows, lacks a column,
            or has a row of another length; says where.
    """
    readers = {".csv": _csv, ".tsv": _csv, ".txt": _csv, ".parquet": _parquet, ".xlsx": _xlsx}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadInput(
            Message("spreadsheets-unknown-table-format", endings=tuple(readers)),
            Place(file=path.name),
        )
    try:
        table = _without_blanks(reader(path, needed))
    except OSError as error:
        raise unreadable(error, path) from None
    if not len(table.numbers):
        raise BadInput(Message("spreadsheets-no-rows"), Place(file=path.name))
    return table


def _without_blanks(table: ColumnarTable) -> ColumnarTable:
    """Return the table without empty rows, such as blank lines at a file's end."""
    import numpy as np

    blank = np.ones(len(table.numbers), dtype=bool)
    for column in table.columns.values():
        blank &= np.array([not text for text in column.texts] or [True])[column.places]
    if not blank.any():
        return table
    return ColumnarTable(
        {name: _chosen(column, ~blank) for name, column in table.columns.items()},
        table.numbers[~blank],
    )


def _chosen(column: TextColumn, rows: npt.NDArray[np.bool_]) -> TextColumn:
    """Return some rows of a column, with only the texts that they use."""
    import numpy as np

    used, places = np.unique(column.places[rows], return_inverse=True)
    return TextColumn([column.texts[place] for place in used.tolist()], places)


def _check_header(header: Iterable[str], needed: dict[str, str], path: Path) -> None:
    names = list(header)
    problems = Problems(path.name)
    for column, name in needed.items():
        if column not in names:
            have = tuple(names)
            problems.add(
                Message(
                    "spreadsheets-mapped-column-missing", column=column, field=name, columns=have
                ),
                1,
            )
        elif names.count(column) > 1:
            problems.add(Message("spreadsheets-mapped-column-twice", column=column, field=name), 1)
    problems.settle()


def _csv(path: Path, needed: dict[str, str]) -> ColumnarTable:
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    header, encoding, delimiter = _look_at_csv(path)
    _check_header([strip_invisible(name) for name in header], needed, path)
    wrong: list[Any] = []

    def keep(row: Any) -> str:
        wrong.append(row)
        return "skip"

    try:
        table = arrow_csv.read_csv(
            path,
            # Only with one thread does a wrong row know its number.
            arrow_csv.ReadOptions(
                use_threads=False,
                encoding=encoding,
                column_names=[*map(strip_invisible, header)],
                skip_rows=0,
            ),
            arrow_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep,
            ),
            arrow_csv.ConvertOptions(
                include_columns=list(needed), column_types=dict.fromkeys(needed, pa.string())
            ),
        )
    except pa.ArrowInvalid as error:
        # Arrow's own words may quote the file's content, which is not to be repeated.
        misread = "UTF8" in str(error)
        message = Message("spreadsheets-csv-encoding" if misread else "spreadsheets-csv-malformed")
        raise BadInput(message, Place(file=path.name)) from None
    problems = Problems(path.name)
    for row in wrong:
        if row.text.strip():
            problems.add(
                Message(
                    "spreadsheets-other-cell-count",
                    cells=row.actual_columns,
                    columns=row.expected_columns,
                ),
                row.number,
            )
    problems.settle()
    numbers = np.arange(1, table.num_rows + len(wrong) + 1, dtype=np.int64)
    numbers = np.setdiff1d(numbers, [row.number for row in wrong])
    return ColumnarTable({name: _encode(table[name].slice(1)) for name in needed}, numbers[1:])


def _look_at_csv(path: Path) -> tuple[list[str], str, str]:
    """Find the header, the encoding and the delimiter."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding, newline="") as file:
                first = file.readline()
                # Only reading to the end shows that the encoding fits.
                while file.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        delimiter = max(",;\t", key=first.count)
        return (
            next(csv.reader([first], delimiter=delimiter), []),
            encoding.removesuffix("-sig"),
            delimiter,
        )
    raise BadInput(Message("spreadsheets-unknown-encoding"), Place(file=path.name))


def _parquet(path: Path, needed: dict[str, str]) -> ColumnarTable:
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path)
        _check_header(file.schema_arrow.names, needed, path)
        table = file.read(columns=list(needed))
    except pa.ArrowInvalid:
        raise BadInput(Message("spreadsheets-no-parquet"), Place(file=path.name)) from None
    numbers = np.arange(FIRST, table.num_rows + FIRST, dtype=np.int64)
    return ColumnarTable({name: _encode(table[name]) for name in needed}, numbers)


def _xlsx(path: Path, needed: dict[str, str]) -> ColumnarTable:
    import numpy as np
    import pyarrow as pa

    sheet = read_sheet(path.name, path.read_bytes())
    _check_header(sheet.columns, needed, path)
    columns = {
        name: _encode(pa.chunked_array([[row.cells[name] for row in sheet.rows]]))
        for name in needed
    }
    return ColumnarTable(columns, np.array([row.number for row in sheet.rows], dtype=np.int64))


def _encode(column: pa.ChunkedArray) -> TextColumn:
    import numpy as np
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    # Two cells that differ only in white space or type are one text.
    known: dict[str, int] = {}
    merged = [
        known.setdefault(_text(value), len(known)) for value in encoded.dictionary.to_pylist()
    ]
    places = np.array(merged or [0], dtype=np.int64)[encoded.indices.to_numpy(zero_copy_only=False)]
    return TextColumn(list(known), places)


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return (
        value
        if isinstance(value, str) and value.isascii() and value == value.strip()
        else strip_invisible(str(value))
    )
