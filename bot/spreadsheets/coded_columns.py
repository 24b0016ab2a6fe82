"""Columns of a large table: distinct texts, and for each row the place of its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.spreadsheets.reader import Problems, fold_heading
from survey_flows.characters import clean_text, one_line
from survey_flows.errors import MAX_PROBLEMS, Message

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Places = npt.NDArray[np.int64]

MAX_TEXT_BYTES = 1_000_000_000
MAX_ROWS = 5_000_000
ReadProgress = Callable[[int], None]
"""Takes the number of rows that were read so far."""


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
    """Columns of equal length.

    Args:
        columns: by name, as the caller asked for them.
        numbers: the rows' numbers in the file, from 2.
        notes: what the person who brought the file has to know.
    """

    columns: dict[str, TextColumn]
    numbers: Places
    notes: tuple[Message, ...] = ()


class Codes(dict[str, int]):
    """The place of each text among the distinct clean texts; a new one gets the next place."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def __missing__(self, raw: str) -> int:
        text = clean_text(raw)
        if text != raw:
            place = self[text]
        else:
            place = len(self.texts)
            self.texts.append(text)
        self[raw] = place
        return place


def complain_of(
    numbers: Places,
    name: str,
    column: TextColumn,
    fault_of: Callable[[str], Message | None],
    problems: Problems,
) -> None:
    """Note the rows whose text has a fault: the first ones by row, the others by their number."""
    import numpy as np

    wrong = {place: fault for place, text in enumerate(column.texts) if (fault := fault_of(text))}
    if not wrong:
        return
    rows = np.flatnonzero(np.isin(column.places, list(wrong)))
    shown = rows if len(rows) <= MAX_PROBLEMS else rows[: MAX_PROBLEMS - 1]
    for row in shown:
        problems.add(wrong[int(column.places[row])], int(numbers[row]), name)
    if len(rows) > len(shown):
        more = Message("spreadsheets-more-rows-wrong", count=len(rows) - len(shown))
        problems.add(more, column=name)


def find_columns(
    names: Sequence[str], needed: Mapping[str, str], file: str, row: int = 1
) -> dict[str, int]:
    """Return the place of each needed column among a file's headings.

    A heading that is written exactly so comes first; else width, case, spaces and line breaks do
    not matter, in the file as in what names it.

    Raises:
        BadInput: a column is missing or stands twice.
    """
    problems = Problems(file)
    found: dict[str, int] = {}
    written = [one_line(clean_text(name)) for name in names]
    folded = [fold_heading(name) for name in names]
    for column, field in needed.items():
        exact = one_line(clean_text(column))
        places = [at for at, name in enumerate(written) if name == exact]
        places = places or [at for at, name in enumerate(folded) if name == fold_heading(column)]
        if not places:
            have = tuple(name for name in written if name)
            message = Message(
                "spreadsheets-mapped-column-missing", column=exact, field=field, columns=have
            )
            problems.add(message, row)
        elif len(places) > 1:
            twice = Message("spreadsheets-mapped-column-twice", column=exact, field=field)
            problems.add(twice, row)
        else:
            found[column] = places[0]
    problems.settle()
    return found
