"""Columns of an office's table: their headings, and the checks of their cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from operator import itemgetter
from typing import Any, TypeVar

from bot.spreadsheets.reader import (
    Problems,
    Row,
    RowCells,
    Sheet,
    fold_heading,
    normalise_width,
)
from survey_flows.characters import one_line
from survey_flows.errors import Message

NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,15})?")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
RUNNING_NUMBERS = frozenset(("序号", "no", "no."))
"""Headings of the running number that every table of an office begins with; it is no data."""
FEW = 12
"""So many codes at most are listed for somebody who wrote another."""
HUNDRED = Decimal(100)

EnumMember = TypeVar("EnumMember", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table.

    Args:
        name: its heading in files that programs write.
        headings: other headings that mean it, the Chinese one first.
        optional: whether the column and its cells may be left out.
        longest: how many characters a cell may have.
        choices: gives the codes that its cells may hold; None when they hold no codes.
        named: whether a code's name may stand for the code.
        numbers: whether its cells hold numbers.
    """

    name: str
    headings: tuple[str, ...] = ()
    optional: bool = False
    longest: int = 500
    choices: Callable[[Any], Any] | None = None
    named: bool = False
    numbers: bool = False

    def known_as(self, heading: str) -> bool:
        """Return whether a heading means this column, in one language or both.

        Case, spaces and underscores do not matter.
        """
        both = (f"{heading}{self.name}" for heading in self.headings)
        names = (self.name, *self.headings, *both)
        return fold_heading(heading) in {fold_heading(name) for name in names}


def match_columns(sheet: Sheet, fields: Sequence[Field], problems: Problems) -> list[Row]:
    """Return the rows with their cells under the names of ``fields``; absent cells are empty.

    A line break in a cell becomes a space. Cells that are empty or too long go to ``problems``.

    Raises:
        BadInput: a column is missing, unknown or stands twice.
    """
    names = _names(sheet, fields, problems)
    problems.settle()
    problems.headings.update(names)
    columns = {heading: place for place, heading in enumerate(sheet.columns)}
    places = {field.name: columns.get(names.get(field.name, ""), -1) for field in fields}
    rows = [Row(row.number, RowCells(places, _on_one_line(row))) for row in sheet.rows]
    for row in () if _fit(rows, fields, places) else rows:
        for field in fields:
            text = row.cells[field.name]
            if not text and not field.optional:
                problems.add(Message("spreadsheets-cell-empty"), row.number, field.name)
            elif len(text) > field.longest:
                problems.add(
                    Message("spreadsheets-text-too-long", max=field.longest), row.number, field.name
                )
    return rows


def _fit(rows: Sequence[Row], fields: Sequence[Field], places: Mapping[str, int]) -> bool:
    """Return whether no cell is too long, or empty where it must not be.

    A look at each column costs less than one at each cell, and finds nothing in nearly all tables.
    """
    texts = [row.cells.values_and_blank for row in rows if isinstance(row.cells, RowCells)]
    for field in fields:
        lengths = {*map(len, map(itemgetter(places[field.name]), texts))}
        if max(lengths, default=0) > field.longest or (0 in lengths and not field.optional):
            return False
    return True


def _on_one_line(row: Row) -> Sequence[str]:
    """Return a row's texts, each on one line, and an empty one behind them."""
    if isinstance(row.cells, RowCells) and "\n" not in "".join(row.cells.values_and_blank):
        return row.cells.values_and_blank
    return (*(one_line(text) for text in row.cells.values()), "")


def _names(sheet: Sheet, fields: Sequence[Field], problems: Problems) -> dict[str, str]:
    """Return the file's heading of each field that it has."""
    names: dict[str, str] = {}
    for heading in sheet.columns:
        field = next((f for f in fields if f.known_as(heading)), None)
        if field is None and fold_heading(heading) in RUNNING_NUMBERS:
            continue
        if field is None:
            columns = tuple(_both_names(known) for known in fields)
            message = Message("spreadsheets-unknown-column", column=heading, columns=columns)
            problems.add(message, sheet.header)
        elif field.name in names:
            message = Message("spreadsheets-same-column", first=names[field.name], second=heading)
            problems.add(message, sheet.header)
        else:
            names[field.name] = heading
    for field in fields:
        if field.name not in names and not field.optional:
            problems.add(Message("spreadsheets-column-missing", column=field.name), sheet.header)
    return names


def _both_names(field: Field) -> Message | str:
    if not field.headings:
        return field.name
    heading = field.headings[0]
    return Message("spreadsheets-column-with-heading", column=field.name, heading=heading)


@dataclass(frozen=True, slots=True)
class InputCell:
    """One cell while it is read.

    Its readers note what is wrong in ``problems`` and then return a harmless value.
    """

    problems: Problems
    row: Row
    column: str

    @property
    def text(self) -> str:
        """The cell's text as it was written."""
        return self.row.cells[self.column]

    def complain(self, message: Message) -> None:
        """Note a problem with this cell, unless it is empty: `match_columns` noted that already."""
        if self.text:
            self.problems.add(message, self.row.number, self.column)

    def code(self) -> str:
        """Return a new code or id."""
        text = normalise_width(self.text)
        if not CODE.fullmatch(text):
            self.complain(Message("spreadsheets-no-code", text=text))
        return text

    def one_of(self, known: Collection[str], kind: Message) -> str:
        """Return a code that is among ``known``; ``kind`` is the word for what the codes name."""
        text = normalise_width(self.text)
        if text not in known:
            self.complain(_unknown_code(text, known, kind))
        return text

    def member(
        self, kind: type[EnumMember], names: Mapping[EnumMember, Iterable[str]]
    ) -> EnumMember:
        """Return a member of ``kind``, by its value or one of its names."""
        text = normalise_width(self.text)
        for member in kind:
            if text.lower() == member.value or text in names.get(member, ()):
                return member
        self.complain(
            Message(
                "spreadsheets-unknown-choice",
                text=text,
                choices=tuple(member.value for member in kind),
            )
        )
        return next(iter(kind))

    def decimal(self) -> Decimal:
        """Return an exact number."""
        text = normalise_width(self.text).replace("\u2212", "-")
        if not NUMBER.fullmatch(text):
            self.complain(Message("spreadsheets-no-number", text=self.text))
            return Decimal(0)
        return Decimal(text) or Decimal(0)  # «-0» is 0

    def points(self) -> Decimal:
        """Return points from 0 to 100."""
        value = self.decimal()
        if not 0 <= value <= HUNDRED:
            self.complain(Message("spreadsheets-points-out-of-range", points=str(value)))
        return value

    def year(self) -> int:
        """Return a year of four digits."""
        text = normalise_width(self.text)
        if not re.fullmatch(r"(19|20)\d\d", text):
            self.complain(Message("spreadsheets-no-year", text=text))
            return 0
        return int(text)

    def day(self, year: int | None = None) -> str:
        """Return a date as ISO text, in ``year`` if one is given."""
        text = normalise_width(self.text)
        parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
        try:
            found = date(*(int(part) for part in parts.groups())) if parts else None
        except ValueError:
            found = None
        if found is None:
            self.complain(Message("spreadsheets-no-date", text=text))
            return ""
        if year is not None and found.year != year:
            self.complain(Message("spreadsheets-date-outside-year", date=str(found), year=year))
        return found.isoformat()

    def moment(self) -> str:
        """Return a date or a date with time, as ISO text."""
        text = normalise_width(self.text)
        try:
            return datetime.fromisoformat(text).isoformat() if "T" in text else self.day()
        except ValueError:
            self.complain(Message("spreadsheets-no-time", text=text))
            return ""


def _unknown_code(text: str, known: Collection[str], kind: Message) -> Message:
    if 0 < len(known) <= FEW:
        codes = tuple(known)
        return Message("spreadsheets-unknown-code-of-few", kind=kind, text=text, codes=codes)
    return Message("spreadsheets-unknown-code", kind=kind, text=text)


def cell_reader(problems: Problems, row: Row) -> Callable[[str], InputCell]:
    """Return a function that gives the cells of a row by column."""
    return lambda column: InputCell(problems, row, column)


def refuse_duplicates(rows: Sequence[Row], columns: Sequence[str], problems: Problems) -> None:
    """Note the rows that hold the same in ``columns`` as an earlier row."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(normalise_width(row.cells[column]) for column in columns)
        if all(key) and key in seen:
            problems.add(
                Message("spreadsheets-duplicate-row", text=" ".join(key), row=seen[key]),
                row.number,
                columns[0],
            )
        seen.setdefault(key, row.number)
