"""A sheet of texts with a header row, whose cells know their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from survey_flows.messages import Message, Place

Complain = Callable[[Place, Message], None]
"""Notes a problem and its place."""


def column_letters(index: int) -> str:
    """``0`` → ``A``, ``26`` → ``AA``."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class TextSheet:
    """``columns`` gives the place of each header; rows count from 1, the header being row 1."""

    name: str
    columns: dict[str, int]
    rows: Sequence[Sequence[str]] = field(repr=False)

    def where(self, row: int, column: str) -> Place:
        """The place of a cell; of the row's first cell when there is no such column."""
        return _place(self.name, row, self.columns.get(column, 0))

    def cell(self, row: int, column: str) -> str:
        """The trimmed text of a cell; empty when the column or the cell is not there."""
        place = self.columns.get(column)
        cells = self.rows[row - 1]
        return cells[place].strip() if place is not None and place < len(cells) else ""

    def filled(self) -> Iterator[int]:
        """The numbers of the rows below the header that hold anything."""
        return (
            number
            for number, cells in enumerate(self.rows, 1)
            if number > 1 and any(c.strip() for c in cells)
        )


def _place(sheet: str, row: int, column: int) -> Place:
    return Place(sheet=sheet, row=row, column=column_letters(column))


def read_sheet(
    name: str, rows: Sequence[Sequence[str]], known: Callable[[str], bool], bad: Complain
) -> TextSheet:
    """Reads a sheet.

    It notes a problem for each header that is unknown or stands twice, and for each cell that has
    no header above it.
    """
    titles = [cell.strip() for cell in (rows[0] if rows else ())]
    columns: dict[str, int] = {}
    for place, title in enumerate(titles):
        if title and (title in columns or not known(title)):
            message = (
                Message("form-column-twice", column=title)
                if title in columns
                else Message("form-column-unsupported", column=title)
            )
            bad(_place(name, 1, place), message)
        columns.setdefault(title, place)
    for number, cells in enumerate(rows[1:], 2):
        for place, cell in enumerate(cells):
            if cell.strip() and not (titles[place : place + 1] or [""])[0]:
                bad(_place(name, number, place), Message("form-cell-without-column"))
    columns.pop("", None)
    return TextSheet(name, columns, rows)
