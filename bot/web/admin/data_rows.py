"""Rows of a year's tables as pages list them: found, sorted, missing, and one of them changed."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.spreadsheets.columns import Field

INDICATORS = "indicators"
LONG_HEAD = ("subject", "indicator", "value")
NEW = "new"
"""Stands in an address for a row that is not stored yet."""


@dataclass(frozen=True, slots=True)
class DataRow:
    """One stored row.

    ``texts`` are its cells by column, ``told`` the same with names in place of codes. ``missing``
    are the columns whose value the year needs and does not have.
    """

    texts: Mapping[str, str]
    told: Mapping[str, str]
    missing: frozenset[str] = frozenset()

    @property
    def mark(self) -> str:
        """A digest of what the row says, by which an address names it as it was seen."""
        said = "\x00".join(f"{name}\x01{text}" for name, text in self.texts.items())
        return sha256(said.encode()).hexdigest()[:16]

    def has(self, words: str) -> bool:
        """Return whether the row has these words, in codes or names."""
        text = " ".join((*self.texts.values(), *self.told.values()))
        return words.casefold() in text.casefold()


@dataclass(frozen=True, slots=True)
class DataTable:
    """A table of a year with its columns and rows, as stored."""

    kind: str
    fields: tuple[Field, ...]
    rows: tuple[DataRow, ...]

    @property
    def missing(self) -> int:
        """How many values are missing."""
        return sum(len(row.missing) for row in self.rows)

    def row(self, mark: str) -> DataRow | None:
        """Return the row that still says what its digest says."""
        return next((row for row in self.rows if row.mark == mark), None)

    def now(self, key: str) -> DataRow | None:
        """Return the row with this text in its first column."""
        first = self.fields[0].name
        return next((row for row in self.rows if row.texts[first] == key), None)


def make_table(
    kind: str,
    fields: Sequence[Field],
    cells: Sequence[Sequence[object]],
    names: Mapping[str, Mapping[str, str]],
    needed: Collection[tuple[str, str]] = (),
) -> DataTable:
    """Return a table of stored cells.

    Args:
        kind: one of `bot.appraisal.table_kinds.TABLES`.
        fields: its columns, in the order of the cells.
        cells: the rows.
        names: by column, the names of the codes in it.
        needed: subject and column of each value that the year needs.
    """
    rows = []
    for line in cells:
        pairs = zip(fields, line, strict=True)
        texts = {field.name: "" if cell is None else str(cell) for field, cell in pairs}
        told = {name: names.get(name, {}).get(text, text) for name, text in texts.items()}
        subject = texts[fields[0].name]
        lacks = {name for name, text in texts.items() if not text and (subject, name) in needed}
        rows.append(DataRow(texts, told, frozenset(lacks)))
    return DataTable(kind, tuple(fields), tuple(rows))


def find_rows(
    table: DataTable, words: str, missing: bool, sort: str, down: bool
) -> Sequence[DataRow]:
    """Return the rows that have the words, or lack something, in the asked order."""
    found = [row for row in table.rows if row.has(words) and (row.missing or not missing)]
    if sort in {field.name for field in table.fields}:
        found.sort(key=lambda row: _order(row.told[sort]), reverse=down)
    return found


def _order(text: str) -> tuple[bool, float, str]:
    """Return what a cell is sorted by: figures by size, before words."""
    try:
        return (False, float(text), "")
    except ValueError:
        return (True, 0.0, text.casefold())


def changed_file(table: DataTable, row: DataRow | None, typed: Mapping[str, str]) -> bytes:
    """Return the file by which one row is changed or added, as an office would bring it.

    Of indicators it has the changed values alone, since they are added to those that stand; of any
    other table every row, since it takes the place of the whole.

    Args:
        table: as it stands.
        row: the row that is changed; None: one is added.
        typed: its cells from now on.
    """
    if table.kind == INDICATORS:
        subject = (row.texts if row else typed)[table.fields[0].name]
        before = row.texts if row else {}
        changed = {name: text for name, text in typed.items() if text != before.get(name, "")}
        values = _values(table)
        given = [(subject, name, text) for name, text in changed.items() if name in values]
        return _csv(LONG_HEAD, given)
    head = [field.name for field in table.fields]
    rows = [replace(it, texts={**it.texts, **typed}) if it is row else it for it in table.rows]
    lines = [tuple(it.texts[name] for name in head) for it in rows]
    if row is None:
        lines.append(tuple(typed.get(name, "") for name in head))
    return _csv(head, lines)


def _values(table: DataTable) -> set[str]:
    """Return the columns of a table of indicators that hold values."""
    return {field.name for field in table.fields[2:]}


def _csv(head: Sequence[str], lines: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(lines)
    return text.getvalue().encode()
