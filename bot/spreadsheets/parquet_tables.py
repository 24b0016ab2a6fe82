"""Reads columns of a Parquet file as texts, as a spreadsheet would show their values.

Of every type either the value is read or the column is refused by its type: lists, structures and
bytes are no cells. Nothing is guessed and nothing ends in an error of the library.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from bot.spreadsheets.cell_values import plain_number
from bot.spreadsheets.coded_columns import (
    CHUNK,
    MAX_ROWS,
    MAX_TEXT_BYTES,
    CodedBuilder,
    ColumnarTable,
    PackedBuilder,
    find_columns,
)
from bot.spreadsheets.lines import LONGEST, MEGABYTE, Origin
from bot.spreadsheets.parquet_footer import FOOTER, Limits, check_parquet, damaged
from bot.spreadsheets.reader import Problems, ReadProgress
from survey_flows.errors import MAX_PROBLEMS, Message

if TYPE_CHECKING:
    import pyarrow as pa

FIRST = 2
"""The first row below the header, as a spreadsheet would number it."""
LIMITS = Limits(MAX_ROWS, MAX_TEXT_BYTES)
WORD = 64
"""Bits of a moment; days and times of day may have half of them."""
SHOWN = 60
"""Characters of a type's name in a message."""


def read_parquet(
    origin: Origin, needed: dict[str, str], progress: ReadProgress, packed: Collection[str] = ()
) -> ColumnarTable:
    """Read the needed columns.

    Raises:
        BadInput: it is no Parquet file, is too large, lacks a column, or a column holds what is no
            cell; says which.
    """
    origin.bound(MAX_TEXT_BYTES)
    import pyarrow as pa

    with origin.open() as handle:
        check_parquet(origin, handle, (), LIMITS)
        file = _open(origin, handle)
        places = find_columns(file.schema_arrow.names, needed, origin.name, 0)
        names = [file.schema_arrow.names[place] for place in places.values()]
        check_parquet(origin, handle, names, LIMITS)
        found = _read(origin, file, places, progress, packed)
    # The library keeps what it unpacked for its next file.
    pa.default_memory_pool().release_unused()
    return found


def _read(
    origin: Origin,
    file: Any,
    places: Mapping[str, int],
    progress: ReadProgress,
    packed: Collection[str],
) -> ColumnarTable:
    import numpy as np

    chosen = {name: file.schema_arrow.field(place) for name, place in places.items()}
    _check_types(chosen, origin)
    _check_dictionaries(origin, file, [it.name for it in chosen.values() if _is_text(it.type)])
    columns = {name: PackedBuilder() if name in packed else CodedBuilder() for name in places}
    known = {name: _KnownValues() for name in places}
    faults: list[tuple[Message, int, str]] = []
    rows = 0
    for batch in _batches(file, [field.name for field in chosen.values()], origin):
        for name, field in chosen.items():
            texts = known[name].texts(batch.column(field.name), name, rows + FIRST, faults)
            columns[name].extend(texts)
        rows += batch.num_rows
        progress(rows)
    problems = Problems(origin.name)
    for message, row, name in faults[:MAX_PROBLEMS]:
        problems.add(message, row, name)
    if len(faults) > MAX_PROBLEMS:
        count = len(faults) - MAX_PROBLEMS
        problems.add(Message("spreadsheets-more-rows-wrong", count=count))
    problems.settle()
    return ColumnarTable(
        {name: column.column() for name, column in columns.items()},
        np.arange(FIRST, rows + FIRST, dtype=np.int32),
    )


def _open(origin: Origin, handle: BinaryIO) -> Any:
    from pyarrow import parquet

    try:
        # Without a buffer a column of a whole row group is read at once; each column has its own.
        return parquet.ParquetFile(handle, buffer_size=MEGABYTE // 8)
    except Exception:
        # A damaged file can fail with any error of the format or of the reader.
        raise damaged(origin, field=FOOTER) from None


def _batches(file: Any, columns: list[str], origin: Origin) -> Any:
    try:
        # Threads would each unpack a column ahead of what is read.
        yield from file.iter_batches(batch_size=CHUNK, columns=columns, use_threads=False)
    except Exception:
        raise damaged(origin, _damaged_column(file, columns)) from None


def _damaged_column(file: Any, columns: list[str]) -> str:
    """Return the first column that cannot be read alone."""
    for name in columns:
        try:
            for _ in file.iter_batches(batch_size=CHUNK, columns=[name], use_threads=False):
                pass
        except Exception:
            return name
    return columns[0]


def _check_types(chosen: Mapping[str, pa.Field], origin: Origin) -> None:
    problems = Problems(origin.name)
    for name, field in chosen.items():
        if not _is_cell(field.type):
            kind = str(field.type)[:SHOWN]
            problems.add(Message("spreadsheets-parquet-type", type=kind), column=name)
    problems.settle()


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _check_dictionaries(origin: Origin, file: Any, columns: list[str]) -> None:
    """Refuse long texts that a few bytes repeat: each row would get a copy of its own."""
    from pyarrow import compute, parquet

    problems = Problems(origin.name)
    with origin.open() as handle:
        again = parquet.ParquetFile(handle, buffer_size=MEGABYTE, read_dictionary=columns)
        for group in range(file.num_row_groups):
            for name in columns:
                try:
                    batch = next(_first(again, group, name), None)
                    texts = batch.column(0).dictionary if batch is not None else None
                    longest = compute.max(compute.utf8_length(texts)).as_py() if texts else 0
                except Exception:
                    raise damaged(origin, name) from None
                if (longest or 0) > LONGEST:
                    message = Message("spreadsheets-cell-too-long", has=longest, max=LONGEST)
                    problems.add(message, column=name)
        problems.settle()


def _first(file: Any, group: int, name: str) -> Any:
    """Yield the first row of a column in a row group; reading it reads the dictionary."""
    yield from file.iter_batches(1, [group], [name], use_threads=False)


def _is_cell(kind: pa.DataType) -> bool:
    import pyarrow as pa

    types = pa.types
    if types.is_dictionary(kind):
        kind = kind.value_type
    return any(
        check(kind)
        for check in (
            types.is_string,
            types.is_large_string,
            types.is_string_view,
            types.is_integer,
            types.is_floating,
            types.is_decimal,
            types.is_boolean,
            types.is_date,
            types.is_timestamp,
            types.is_time,
            types.is_null,
        )
    )


class _KnownValues:
    """The texts of a column's values, of which most come again in the next batch."""

    def __init__(self) -> None:
        self._known: dict[Any, str | Message] = {None: ""}

    def texts(
        self, column: pa.Array, name: str, first: int, faults: list[tuple[Message, int, str]]
    ) -> list[str]:
        """Return each value's text; a value without text is a fault of its row."""
        import pyarrow as pa

        kind = column.type
        if pa.types.is_integer(kind) or (pa.types.is_string(kind) and column.nbytes < MEGABYTE):
            with suppress(UnicodeDecodeError):
                return ["" if value is None else str(value) for value in column.to_pylist()]
        if pa.types.is_temporal(kind):
            # As numbers, values that no calendar knows can be compared, too.
            numbers = column.view(pa.int64() if kind.bit_width == WORD else pa.int32())
            return self._looked_up(numbers.to_pylist(), column, name, first, faults)
        encoded = column
        if not pa.types.is_dictionary(kind):
            encoded = column.dictionary_encode(null_encoding="encode")
        # The places in a batch's own dictionary mean nothing in the next batch.
        return _KnownValues()._looked_up(encoded.indices.to_pylist(), column, name, first, faults)

    def _looked_up(
        self,
        keys: list[Any],
        column: pa.Array,
        name: str,
        first: int,
        faults: list[tuple[Message, int, str]],
    ) -> list[str]:
        found = []
        for at, key in enumerate(keys):
            text = self._known.get(key)
            if text is None:
                text = self._known[key] = _text(column[at])
            if isinstance(text, Message):
                faults.append((text, first + at, name))
                text = ""
            found.append(text)
        return found


def _text(scalar: pa.Scalar) -> str | Message:
    """Return a value's text, or what is wrong with it."""
    try:
        value = scalar.as_py()
    except UnicodeDecodeError:
        return Message("spreadsheets-broken-encoding", encoding="UTF-8")
    except (ValueError, OverflowError):
        return Message("spreadsheets-no-day-of-number", value=str(scalar.value))
    if value is None:
        return ""
    if isinstance(value, str) and len(value) > LONGEST:
        return Message("spreadsheets-cell-too-long", has=len(value), max=LONGEST)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        whole = value.tzinfo is None and value.time() == time()
        return value.date().isoformat() if whole else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _float(value: float) -> str | Message:
    if value != value:
        return ""
    if value in (float("inf"), float("-inf")):
        return Message("spreadsheets-cell-error", error=str(value))
    return plain_number(value)
