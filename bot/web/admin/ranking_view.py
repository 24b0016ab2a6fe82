"""The ranking as a page shows it: what was looked for, in the order that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from aggregation.model.facts import UNIT_GRADES, Grade
from bot.publication.charts.ranking import Mark, Panel, Ranking

RANK, NAME, SCORE, BALLOTS = "rank", "name", "score", "n"
SURE, UNSURE = "settled", "provisional"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked for in the address.

    Attributes:
        words: a part of the name or code.
        grade: only units with this grade.
        sure: `SURE` or `UNSURE`; empty: both.
        sort: the column by which the rows go; ``down`` turns them round.
    """

    words: str = ""
    grade: str = ""
    sure: str = ""
    sort: str = RANK
    down: bool = False

    @property
    def narrows(self) -> bool:
        """Whether units are left out."""
        return bool(self.words or self.grade or self.sure)


@dataclass(frozen=True, slots=True)
class Row:
    """One unit; ``cut`` is the border above it: the grade that ends there, the gap of totals."""

    mark: Mark
    cut: tuple[Grade, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class ShownPanel:
    """The units of a panel that are shown, of ``count``; ``id`` is its anchor on the page."""

    id: str
    name: str
    count: int
    graded: bool
    rows: tuple[Row, ...]


def wanted(query: Mapping[str, str]) -> Wanted:
    """Returns what an address asks for; what it does not know asks for nothing."""
    sort, grade, sure = query.get("sort", ""), query.get("grade", ""), query.get("sure", "")
    return Wanted(
        query.get("q", "").strip()[:80],
        grade if grade in UNIT_GRADES else "",
        sure if sure in (SURE, UNSURE) else "",
        sort if sort in KEYS else RANK,
        query.get("down", "") == "1",
    )


def shown_panels(ranking: Ranking, asked: Wanted) -> list[ShownPanel]:
    """Returns the panels with the units that were asked for; none without such a unit."""
    panels = [_panel(number, it, asked) for number, it in enumerate(ranking.panels, 1)]
    return [panel for panel in panels if panel.rows or not asked.narrows]


def sort_links(asked: Wanted) -> dict[str, str]:
    """Returns for each column the address that sorts by it, or turns its order round."""
    rest = {"q": asked.words, "grade": asked.grade, "sure": asked.sure}
    found = {}
    for column in KEYS:
        turn = asked.sort == column and not asked.down
        query = {key: value for key, value in rest.items() if value} | {"sort": column}
        found[column] = f"?{urlencode(query | ({'down': '1'} if turn else {}))}"
    return found


def _panel(number: int, panel: Panel, asked: Wanted) -> ShownPanel:
    marks = [mark for mark in panel.marks if _fits(mark, asked)]
    plain = asked.sort == RANK and not asked.down and not asked.narrows
    if not plain:
        marks = _sorted(marks, asked)
    rows = tuple(_with_cuts(marks) if plain and panel.graded else map(Row, marks))
    return ShownPanel(f"group-{number}", panel.name, len(panel.marks), panel.graded, rows)


def _sorted(marks: list[Mark], asked: Wanted) -> list[Mark]:
    """Returns units in order; those without what they are sorted by come last, as they stood."""
    keyed: list[tuple[Any, Mark]] = [(KEYS[asked.sort](mark), mark) for mark in marks]
    having = [pair for pair in keyed if pair[0] is not None]
    having.sort(key=lambda pair: pair[0], reverse=asked.down)
    return [mark for _, mark in having] + [mark for key, mark in keyed if key is None]


def _fits(mark: Mark, asked: Wanted) -> bool:
    sure = UNSURE if mark.provisional else SURE
    return (
        asked.words.casefold() in f"{mark.name} {mark.code}".casefold()
        and asked.grade in ("", mark.grade)
        and (not asked.sure or (mark.grade is not None and asked.sure == sure))
    )


def _with_cuts(marks: list[Mark]) -> Iterator[Row]:
    """Yields the rows of a panel in the order of ranks, with the borders between grades."""
    before: Mark | None = None
    for mark in marks:
        yield Row(mark, _cut(before, mark))
        before = mark if mark.grade else before


def _cut(before: Mark | None, mark: Mark) -> tuple[Grade, Decimal] | None:
    """Returns the border between two units with grades, if there is one."""
    if before is None or before.grade is None or before.grade == mark.grade:
        return None
    if mark.grade is None or before.score is None or mark.score is None:
        return None
    return before.grade, before.score - mark.score


def _number(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


KEYS: Mapping[str, Callable[[Mark], Any]] = {
    RANK: lambda mark: mark.rank,
    NAME: lambda mark: mark.name,
    SCORE: lambda mark: _number(mark.score),
    BALLOTS: lambda mark: _number(mark.n),
}
"""What rows are sorted by, by column; rows without it come last."""
