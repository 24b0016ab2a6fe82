"""Labelled data as files: SPSS by language, and Parquet with the labels in its schema."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bot.core.labels import pick
from bot.publication.exports.book import Book, LabelledData, Variable
from bot.publication.exports.labelled_data import page_data

if TYPE_CHECKING:
    import pandas as pd

RESERVED = {"ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"}
"""Words of SPSS that cannot be names of variables; they get an underscore."""
LONGEST = 8000
"""Characters of a text; SPSS holds 32,767 bytes."""
DATE_AT, DATE_BYTES = 92, 17
"""Position and length of day and time in the header of an SPSS file."""
HIDDEN_IN = "hidden"
NOTE_BYTES = 80
"""A note of an SPSS file is made of lines of this length."""


def statistical_files(book: Book, form: str) -> dict[str, bytes]:
    """Return every page of the book and its answers by file name.

    ``form`` is «parquet», or «sav» with one file for each language.
    """
    every = [*map(page_data, book.pages), *book.answers]
    if form == "parquet":
        return {f"{data.name}.parquet": parquet_file(data, book) for data in every}
    return {
        f"{data.name}.{lang}.sav": sav_file(data, lang, book)
        for data in every
        for lang in ("zh-Hans", "en")
    }


def _note_lines(text: str) -> list[str]:
    """Return a text in lines of so many bytes as a note of SPSS takes."""
    lines = [""]
    for sign in text:
        if len((lines[-1] + sign).encode()) > NOTE_BYTES:
            lines.append("")
        lines[-1] += sign
    return [line for line in lines if line]


def sav_file(data: LabelledData, lang: str, book: Book) -> bytes:
    """Return the data for SPSS with labels in one language; the same bytes for the same data.

    The notes of the file say who orders and who issues the book.
    """
    import pyreadstat

    names = {variable.name: spss_name(variable.name) for variable in data.variables}
    coded = [variable for variable in data.variables if variable.values]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "data.sav"
        pyreadstat.write_sav(
            _frame(data).rename(columns=names),
            str(path),
            file_label=data.name[:64],
            note=[*_note_lines(book.sponsor), *_note_lines(book.issued)] or None,
            column_labels=[
                pick((variable.zh, variable.en), lang)[:250] for variable in data.variables
            ],
            variable_value_labels={
                names[v.name]: {code: pick(pair, lang)[:120] for code, pair in v.values.items()}
                for v in coded
            },
            missing_ranges={names[v.name]: list(v.missing) for v in coded if v.missing},
            variable_measure={names[v.name]: _measure(v) for v in data.variables},
            variable_format={
                names[v.name]: f"F12.{v.places}" for v in data.variables if not v.text
            },
        )
        written = bytearray(path.read_bytes())
    written[DATE_AT : DATE_AT + DATE_BYTES] = f"{book.day:%d %b %y}00:00:00".encode("ascii")
    return bytes(written)


def spss_name(name: str) -> str:
    """Return a name that SPSS accepts."""
    return f"{name}_" if name.upper() in RESERVED else name


def _measure(variable: Variable) -> str:
    if variable.text:
        return "nominal"
    return "ordinal" if any(code > 0 for code in variable.values) else "scale"


def _frame(data: LabelledData) -> pd.DataFrame:
    import pandas as pd

    columns = {
        v.name: pd.Series([str(cell)[:LONGEST] for cell in cells], dtype=object)
        if v.text
        else pd.Series(cells, dtype="float64")
        for v, cells in zip(data.variables, _columns(data), strict=True)
    }
    return pd.DataFrame(columns)


def _columns(data: LabelledData) -> list[Sequence[Any]]:
    return list(zip(*data.rows, strict=True)) if data.rows else [()] * len(data.variables)


def parquet_file(data: LabelledData, book: Book) -> bytes:
    """Return the data as Parquet: null where a number is missing, labels as JSON by column.

    The last column names the columns whose number is suppressed in that row.
    """
    import pyarrow as pa
    from pyarrow import parquet

    fields, arrays = [], []
    hidden: list[list[str]] = [[] for _ in data.rows]
    for variable, cells in zip(data.variables, _columns(data), strict=True):
        suppressible = _is_suppressible(variable)
        shown = [None if suppressible and cell in variable.missing else cell for cell in cells]
        for names, cell, written in zip(hidden, cells, shown, strict=True):
            names.extend([variable.name] if cell is not None and written is None else [])
        kind = pa.string() if variable.text else pa.float64()
        fields.append(pa.field(variable.name, kind, metadata={"minping": _labels(variable)}))
        arrays.append(pa.array(shown, kind))
    fields.append(pa.field(HIDDEN_IN, pa.string()))
    arrays.append(pa.array([" ".join(names) for names in hidden], pa.string()))
    buffer = io.BytesIO()
    about = {"title": book.title, "sponsor": book.sponsor, "issuer": book.issuer, "city": book.city}
    schema = pa.schema(fields, metadata={name: text for name, text in about.items() if text})
    parquet.write_table(pa.table(arrays, schema=schema), buffer, compression="zstd")
    return buffer.getvalue()


def _is_suppressible(variable: Variable) -> bool:
    """Return whether missing codes stand for suppressed numbers; an answer's codes are positive."""
    return all(code < 0 for code in variable.missing)


def _labels(variable: Variable) -> str:
    labels = {
        "zh": variable.zh,
        "en": variable.en,
        "values": {str(c): list(pair) for c, pair in variable.values.items()},
    }
    return json.dumps(labels | {"missing": list(variable.missing)}, ensure_ascii=False)
