"""A sheet of texts with a header row, whose cells know their address."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

Complain = Callable[[str, str], None]
"""Takes where (``form.xlsx, survey!A7``) and what is wrong there."""


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

    file: str
    name: str
    columns: dict[str, int]
    rows: Sequence[Sequence[str]] = field(repr=False)

    def where(self, row: int, column: str) -> str:
        """The address of a cell; of the row's first cell when there is no such column."""
        return f"{self.file}, {self.name}!{column_letters(self.columns.get(column, 0))}{row}"

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


def read_sheet(
    file: str, name: str, rows: Sequence[Sequence[str]], known: Callable[[str], bool], bad: Complain
) -> TextSheet:
    """The sheet, with a complaint for each header that is unknown or there twice, and each cell outside the headers."""
    titles = [cell.strip() for cell in (rows[0] if rows else ())]
    columns: dict[str, int] = {}
    for place, title in enumerate(titles):
        if title and (title in columns or not known(title)):
            reason = "is there twice" if title in columns else "is not supported"
            bad(f"{file}, {name}!{column_letters(place)}1", f"the column «{title}» {reason}")
        columns.setdefault(title, place)
    for number, cells in enumerate(rows[1:], 2):
        for place, cell in enumerate(cells):
            if cell.strip() and not (titles[place : place + 1] or [""])[0]:
                bad(
                    f"{file}, {name}!{column_letters(place)}{number}",
                    "this cell has no column title above it",
                )
    columns.pop("", None)
    return TextSheet(file, name, columns, rows)
