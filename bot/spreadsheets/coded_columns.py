"""Columns of a large table, in as little memory as their texts allow.

Of most columns each distinct text is kept once, and for each row the place of its text. A column in
which nearly every row has a text of its own, such as the number of a person, is kept as bytes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, Protocol

from bot.spreadsheets.reader import Problems, fold_heading
from survey_flows.characters import clean_text, one_line
from survey_flows.errors import MAX_PROBLEMS, Message

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Places = npt.NDArray[np.integer[Any]]
    Mask = npt.NDArray[np.bool_]

MAX_TEXT_BYTES = 1_000_000_000
MAX_ROWS = 5_000_000
CHUNK = 2_000
"""Rows that are read, coded and looked at together."""
FaultFinder = Callable[[str], Message | None]
"""Finds what is wrong with a text; None when nothing is."""


class Column(Protocol):
    """The texts of a column by row; rows count from 0."""

    def between(self, first: int, last: int) -> list[str]:
        """Return the texts of the rows from ``first`` to before ``last``."""

    def wrong(self, fault_of: FaultFinder, most: int) -> tuple[list[tuple[int, Message]], int]:
        """Return up to ``most`` rows that have a fault, with it, and the number of all such."""

    def blank(self) -> Mask:
        """Return which rows have an empty text."""

    def chosen(self, rows: Mask) -> Column:
        """Return the column with some of its rows only."""


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

    def between(self, first: int, last: int) -> list[str]:
        """See `Column.between`."""
        return [self.texts[place] for place in self.places[first:last].tolist()]

    def wrong(self, fault_of: FaultFinder, most: int) -> tuple[list[tuple[int, Message]], int]:
        """See `Column.wrong`."""
        import numpy as np

        faults = {at: fault for at, text in enumerate(self.texts) if (fault := fault_of(text))}
        if not faults:
            return [], 0
        rows = np.flatnonzero(np.isin(self.places, list(faults)))
        return [(int(row), faults[int(self.places[row])]) for row in rows[:most]], len(rows)

    def blank(self) -> Mask:
        """See `Column.blank`."""
        import numpy as np

        return np.array([not text for text in self.texts] or [True])[self.places]

    def chosen(self, rows: Mask) -> TextColumn:
        """See `Column.chosen`; only the texts that are used remain."""
        import numpy as np

        used, places = np.unique(self.places[rows], return_inverse=True)
        return TextColumn([self.texts[place] for place in used.tolist()], places.astype(np.int32))


class PackedColumn:
    """A column in which nearly every row has a text of its own: blocks of UTF-8.

    A text costs its bytes and four more, where a text of Python costs some sixty.
    """

    __slots__ = ("_blocks", "_ends", "_last")

    def __init__(self) -> None:
        self._blocks: list[tuple[bytes, array[int]]] = []
        self._ends: list[int] = []
        self._last: tuple[int, list[str]] = (-1, [])

    def extend(self, texts: Sequence[str]) -> None:
        """Add one block of rows."""
        lengths = array("i", map(len, texts))
        # Half of a surrogate pair is refused by row, later.
        self._blocks.append(("".join(texts).encode("utf-8", "surrogatepass"), lengths))
        self._ends.append((self._ends[-1] if self._ends else 0) + len(texts))

    def between(self, first: int, last: int) -> list[str]:
        """See `Column.between`."""
        found: list[str] = []
        at = bisect_right(self._ends, first)
        while at < len(self._blocks) and (start := self._start(at)) < last:
            found += self._block(at)[max(first - start, 0) : last - start]
            at += 1
        return found

    def wrong(self, fault_of: FaultFinder, most: int) -> tuple[list[tuple[int, Message]], int]:
        """See `Column.wrong`."""
        found: list[tuple[int, Message]] = []
        total = 0
        for at in range(len(self._blocks)):
            for row, text in enumerate(self._block(at), self._start(at)):
                if fault := fault_of(text):
                    total += 1
                    if total <= most:
                        found.append((row, fault))
        return found, total

    def blank(self) -> Mask:
        """See `Column.blank`."""
        import numpy as np

        lengths = [np.frombuffer(lengths, dtype=np.int32) for _, lengths in self._blocks if lengths]
        return np.concatenate(lengths) == 0 if lengths else np.zeros(0, dtype=bool)

    def chosen(self, rows: Mask) -> PackedColumn:
        """See `Column.chosen`."""
        found = PackedColumn()
        for at in range(len(self._blocks)):
            wanted = rows[self._start(at) : self._ends[at]].tolist()
            found.extend([text for text, kept in zip(self._block(at), wanted, strict=True) if kept])
        return found

    def _start(self, at: int) -> int:
        return self._ends[at - 1] if at else 0

    def _block(self, at: int) -> list[str]:
        """Return the texts of a block; those of the last one asked for are kept."""
        if self._last[0] != at:
            data, lengths = self._blocks[at]
            text = data.decode("utf-8", "surrogatepass")
            ends = accumulate(lengths)
            begins = accumulate(lengths, initial=0)
            self._last = (at, [text[one:two] for one, two in zip(begins, ends, strict=False)])
        return self._last[1]


@dataclass(frozen=True, slots=True)
class ColumnarTable:
    """Columns of equal length.

    Args:
        columns: by name, as the caller asked for them.
        numbers: the rows' numbers in the file, from 2.
        notes: what the person who brought the file has to know.
    """

    columns: Mapping[str, Column]
    numbers: Places
    notes: tuple[Message, ...] = ()

    def coded(self, name: str) -> TextColumn:
        """Return a column that was not asked for as a packed one."""
        column = self.columns[name]
        if not isinstance(column, TextColumn):
            raise TypeError(name)
        return column


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


class CodedBuilder:
    """Makes a `TextColumn` of raw cells."""

    def __init__(self) -> None:
        self.codes, self.places = Codes(), array("i")

    def extend(self, cells: Iterable[str]) -> None:
        """Add the cells of some rows."""
        self.places.extend(map(self.codes.__getitem__, cells))

    def column(self) -> TextColumn:
        """Return the column; nothing can be added then."""
        import numpy as np

        # Most columns have few texts, whose places fit into a byte.
        smallest = np.min_scalar_type(len(self.codes.texts))
        return TextColumn(self.codes.texts, as_places(self.places).astype(smallest))


class PackedBuilder:
    """Makes a `PackedColumn` of raw cells."""

    def __init__(self) -> None:
        self._packed = PackedColumn()

    def extend(self, cells: Iterable[str]) -> None:
        """Add the cells of some rows."""
        texts = map(clean_text, cells)
        while block := list(islice(texts, CHUNK)):
            self._packed.extend(block)

    def column(self) -> PackedColumn:
        """Return the column."""
        return self._packed


def as_places(numbers: array[int]) -> Places:
    """Return numbers of four bytes as an array, without a copy."""
    import numpy as np

    return np.frombuffer(numbers, dtype=np.int32) if numbers else np.zeros(0, dtype=np.int32)


def complain_of(
    numbers: Places,
    name: str,
    column: Column,
    fault_of: FaultFinder,
    problems: Problems,
) -> None:
    """Note the rows whose text has a fault: the first ones by row, the others by their number."""
    wrong, total = column.wrong(fault_of, MAX_PROBLEMS)
    shown = wrong if total <= MAX_PROBLEMS else wrong[: MAX_PROBLEMS - 1]
    for row, fault in shown:
        problems.add(fault, int(numbers[row]), name)
    if total > len(shown):
        more = Message("spreadsheets-more-rows-wrong", count=total - len(shown))
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
