"""What the columns of an office's table are called and what may stand in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from bot.spreadsheets.reader import Problems, Row, Sheet, normalise_width
from survey_flows.errors import Message

NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,15})?")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
FEW = 12
"""So many codes at most are listed for who wrote another."""
HUNDRED = Decimal(100)

EnumMember = TypeVar("EnumMember", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name, the headings by which it is known too, and whether it and its cells may be left out.

    ``choices`` are the codes that its cells hold, if they hold codes; when ``named``, the codes' names do as well.
    ``numbers`` says that they hold numbers.
    """

    name: str
    headings: tuple[str, ...] = ()
    optional: bool = False
    longest: int = 500
    choices: Callable[[Any], Any] | None = None
    named: bool = False
    numbers: bool = False

    def known_as(self, heading: str) -> bool:
        """Whether a file's heading means this column, in one language or both; case and spaces do not matter."""
        both = (f"{heading}{self.name}" for heading in self.headings)
        return _fold(heading) in {_fold(name) for name in (self.name, *self.headings, *both)}


def _fold(heading: str) -> str:
    return normalise_width(heading).lower().replace(" ", "").replace("_", "")


def match_columns(sheet: Sheet, fields: Sequence[Field], problems: Problems) -> list[Row]:
    """The rows with their cells under the names of ``fields``; what is left out is empty.

    Raises:
        BadInput: a column is missing, unknown or stands twice. Cells that are empty or too long go to ``problems``.
    """
    names = _names(sheet, fields, problems)
    problems.settle()
    rows = [
        Row(row.number, {f.name: row.cells.get(names.get(f.name, ""), "") for f in fields})
        for row in sheet.rows
    ]
    for row in rows:
        for field in fields:
            text = row.cells[field.name]
            if not text and not field.optional:
                problems.add("the cell is empty", row.number, field.name)
            elif len(text) > field.longest:
                problems.add(
                    f"the text is longer than {field.longest} characters", row.number, field.name
                )
    return rows


def _names(sheet: Sheet, fields: Sequence[Field], problems: Problems) -> dict[str, str]:
    """The file's heading of each field that it has."""
    names: dict[str, str] = {}
    for heading in sheet.columns:
        field = next((f for f in fields if f.known_as(heading)), None)
        if field is None:
            known = ", ".join(
                f"{f.name} ({f.headings[0]})" if f.headings else f.name for f in fields
            )
            problems.add(f"the column «{heading}» is not known; the columns are {known}")
        elif field.name in names:
            problems.add(f"«{names[field.name]}» and «{heading}» are the same column")
        else:
            names[field.name] = heading
    for field in fields:
        if field.name not in names and not field.optional:
            problems.add(f"the column «{field.name}» is missing")
    return names


@dataclass(frozen=True, slots=True)
class InputCell:
    """One cell while it is read; what is wrong with it goes to ``problems`` and a harmless value comes back."""

    problems: Problems
    row: Row
    column: str

    @property
    def text(self) -> str:
        """The text as written."""
        return self.row.cells[self.column]

    def complain(self, what: Message | str) -> None:
        """Note a problem with this cell; an empty cell was noted already if it may not be empty."""
        if self.text:
            self.problems.add(what, self.row.number, self.column)

    def code(self) -> str:
        """A new code or id."""
        text = normalise_width(self.text)
        if not CODE.fullmatch(text):
            self.complain(f"«{text}» is not a code: 1 to 32 letters A–Z, digits, «_», «.» or «-»")
        return text

    def one_of(self, known: Collection[str], what: str) -> str:
        """A code that is among ``known``."""
        text = normalise_width(self.text)
        if text not in known:
            few = 0 < len(known) <= FEW
            self.complain(
                f"there is no {what} «{text}»" + (f"; there are {', '.join(known)}" if few else "")
            )
        return text

    def member(
        self, kind: type[EnumMember], names: Mapping[EnumMember, Iterable[str]]
    ) -> EnumMember:
        """A member of ``kind``, by its value or one of its names."""
        text = normalise_width(self.text)
        for member in kind:
            if text.lower() == member.value or text in names.get(member, ()):
                return member
        self.complain(f"«{text}» is not one of {', '.join(kind)}")
        return next(iter(kind))

    def decimal(self) -> Decimal:
        """An exact number."""
        text = normalise_width(self.text).replace("\u2212", "-")
        if not NUMBER.fullmatch(text):
            self.complain(f"«{self.text}» is not a number; write it like 87.5")
            return Decimal(0)
        return Decimal(text)

    def points(self) -> Decimal:
        """Points from 0 to 100."""
        value = self.decimal()
        if not 0 <= value <= HUNDRED:
            self.complain(f"{value} is not between 0 and 100")
        return value

    def year(self) -> int:
        """A year of four digits."""
        text = normalise_width(self.text)
        if not re.fullmatch(r"(19|20)\d\d", text):
            self.complain(f"«{text}» is not a year; write it like 2026")
            return 0
        return int(text)

    def day(self, year: int | None = None) -> str:
        """A date as ISO text, in ``year`` if one is given."""
        text = normalise_width(self.text)
        parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
        try:
            found = date(*(int(part) for part in parts.groups())) if parts else None
        except ValueError:
            found = None
        if found is None:
            self.complain(f"«{text}» is not a date; write it like 2026-11-24")
            return ""
        if year is not None and found.year != year:
            self.complain(f"{found} is not in {year}")
        return found.isoformat()

    def moment(self) -> str:
        """A date or a date with time, as ISO text."""
        text = normalise_width(self.text)
        try:
            return datetime.fromisoformat(text).isoformat() if "T" in text else self.day()
        except ValueError:
            self.complain(f"«{text}» is not a time; write it like 2026-11-24 or 2026-11-24T15:30")
            return ""


def cell_reader(problems: Problems, row: Row) -> Callable[[str], InputCell]:
    """The cells of a row by column."""
    return lambda column: InputCell(problems, row, column)


def refuse_duplicates(rows: Sequence[Row], columns: Sequence[str], problems: Problems) -> None:
    """Note rows that name the same thing as an earlier row."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(normalise_width(row.cells[column]) for column in columns)
        if all(key) and key in seen:
            problems.add(
                f"«{' '.join(key)}» stands in row {seen[key]} already", row.number, columns[0]
            )
        seen.setdefault(key, row.number)
