"""What every kind of table is read into: lines of raw cells, with what makes a cell doubtful."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from bot.core.file_errors import unreadable
from survey_flows.characters import forbidden_character
from survey_flows.errors import BadInput, Message, Place
from survey_flows.text_sheet import column_letters

MEGABYTE = 1_000_000
LONGEST = 32_767
"""A cell of a spreadsheet holds so many characters."""
ERRORS = frozenset(
    [
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
        "#FIELD!",
        "#BLOCKED!",
        "#CONNECT!",
        "#UNKNOWN!",
    ]
)
"""What a spreadsheet shows for a value that it could not compute, in a workbook and in its CSV."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A file that somebody brought: its name, its size in bytes and how to open it."""

    name: str
    size: int
    open: Callable[[], BinaryIO]

    @property
    def suffix(self) -> str:
        """The end of the name, in small letters and without the point."""
        return self.name.lower().rpartition(".")[2] if "." in self.name else ""

    def bound(self, most: int) -> None:
        """Refuse a file of more than ``most`` bytes before anything of it is read.

        Raises:
            BadInput: with the file's size.
        """
        if self.size > most:
            has, limit = -(-self.size // MEGABYTE), most // MEGABYTE
            message = Message("spreadsheets-file-too-large", megabytes=limit, has=has)
            raise BadInput(message, Place(file=self.name))


def origin_of_bytes(name: str, data: bytes) -> Origin:
    """Return the origin of a file that is in memory."""
    return Origin(name, len(data), lambda: BytesIO(data))


def origin_of_path(path: Path) -> Origin:
    """Return the origin of a file on disk.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        with path.open("rb"):
            return Origin(path.name, path.stat().st_size, lambda: path.open("rb"))
    except OSError as error:
        raise unreadable(error, path) from None


@dataclass(slots=True)
class Line:
    """One line of a table.

    Args:
        number: its number, as a spreadsheet shows it.
        cells: raw texts.
        faults: by place from 0, what makes a cell doubtful; its text is then empty.
        hidden: whether the person who looked at the table did not see the line.
    """

    number: int
    cells: Sequence[str]
    faults: dict[int, Message] | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that are shown as one: rows from 1 and places of columns from 0, both inclusive."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(slots=True)
class LinesOf:
    """The lines of one table, and what is known of it once they are read.

    Args:
        lines: the lines in their order; blank ones may be absent.
        notes: what the person has to know, such as sheets that were not read.
        hidden_columns: places of the columns that the person did not see.
        merged: the merged cells, known after the last line.
        lettered: whether a column is called by its letter until its heading is known.
        sheet: the sheet's name, when the file has several.
    """

    lines: Iterator[Line]
    notes: list[Message] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Merged] = field(default_factory=list)
    lettered: bool = False
    sheet: str = ""

    def column(self, place: int) -> str:
        """Return what a column is called before its heading is known."""
        return column_letters(place) if self.lettered else str(place + 1)


def fault_in(text: str) -> Message | None:
    """Return what is wrong with a clean text, in any kind of file; None when nothing is."""
    if len(text) > LONGEST:
        return Message("spreadsheets-cell-too-long", has=len(text), max=LONGEST)
    if text in ERRORS:
        return Message("spreadsheets-cell-error", error=text)
    if found := forbidden_character(text):
        return Message("spreadsheets-forbidden-character", character=found)
    return None
