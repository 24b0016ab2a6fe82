"""The ranking on its page: what is looked for, in the asked order, with the grades' borders."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any
from unittest.mock import Mock

import pytest

from aggregation.model.facts import Grade
from aggregation.model.results import TotalComponent
from bot.publication.charts.ranking import Mark, Panel, Ranking
from bot.web.admin.ranking_view import Wanted, shown_panels, sort_links, wanted
from bot.web.shared.improvement import FEWEST, gaps, peer_strip

FIRST, SECOND = Grade.FIRST, Grade.SECOND


def mark(code: str, rank: int | None, score: str, n: int | None, **more: Any) -> Mark:
    points = Decimal(score) if score else None
    return Mark(code, f"Bureau {code}", rank, rank, rank, points, None, None, n, **more)


ONE = mark("B1", 1, "90", 100, grade=FIRST)
TWO = mark("A2", 2, "80.5", None, grade=SECOND, provisional=True)
TIE = mark("C3", 2, "80.5", 300, grade=SECOND)
LAST = mark("D4", None, "", 20)
RANKING = Ranking(
    (Panel("Economy", (ONE, TWO, TIE, LAST)), Panel("Districts", (mark("E5", 1, "70", 10),))),
    *(50, 100, 10),
)


def codes(asked: Wanted) -> list[list[str]]:
    return [[row.mark.code for row in panel.rows] for panel in shown_panels(RANKING, asked)]


def test_as_it_stands_each_grade_ends_at_a_border() -> None:
    economy, districts = shown_panels(RANKING, Wanted())
    assert [(row.mark.code, row.cut) for row in economy.rows] == [
        ("B1", None),
        ("A2", (FIRST, Decimal("9.5"))),
        ("C3", None),
        ("D4", None),
    ]
    assert (economy.id, economy.count, economy.graded) == ("group-1", 4, True)
    assert (districts.id, districts.count, districts.graded) == ("group-2", 1, False)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Wanted(words="bureau a"), [["A2"]]),
        (Wanted(words="e5"), [["E5"]]),
        (Wanted(words="nobody"), []),
        (Wanted(grade="second"), [["A2", "C3"]]),
        (Wanted(sure="provisional"), [["A2"]]),
        (Wanted(sure="settled"), [["B1", "C3"]]),
        (Wanted(sort="name"), [["A2", "B1", "C3", "D4"], ["E5"]]),
        (Wanted(sort="name", down=True), [["D4", "C3", "B1", "A2"], ["E5"]]),
        (Wanted(sort="n"), [["D4", "B1", "C3", "A2"], ["E5"]]),
        (Wanted(sort="n", down=True), [["C3", "B1", "D4", "A2"], ["E5"]]),
        (Wanted(sort="score", down=True), [["B1", "A2", "C3", "D4"], ["E5"]]),
        (Wanted(sort="rank", down=True), [["A2", "C3", "B1", "D4"], ["E5"]]),
    ],
)
def test_filter_and_order_are_those_of_the_address(asked: Wanted, found: list[list[str]]) -> None:
    assert codes(asked) == found
    if asked != Wanted():
        panels = shown_panels(RANKING, asked)
        assert [row.cut for panel in panels for row in panel.rows if row.cut] == []


def test_an_address_that_asks_for_nothing_known_asks_for_nothing() -> None:
    assert wanted({"grade": "none", "sure": "x", "sort": "'--", "down": "yes"}) == Wanted()
    assert wanted({"q": " x ", "grade": "first", "sort": "n", "down": "1"}) == Wanted(
        "x", "first", "", "n", True
    )


def test_a_heading_sorts_and_then_turns_round_and_keeps_the_filter() -> None:
    links = sort_links(Wanted(words="a b", sort="score"))
    assert links["score"] == "?q=a+b&sort=score&down=1"
    assert links["name"] == "?q=a+b&sort=name"
    assert sort_links(Wanted(sort="score", down=True))["score"] == "?sort=score"


def unit(code: str, points: dict[str, int | None], total: str | None = "70") -> Any:
    parts = tuple(
        TotalComponent(name, Decimal(weight), None if got is None else Fraction(got), None)
        for (name, got), weight in zip(points.items(), (60, 30, 10), strict=True)
    )
    given = {"category": "econ", "family": "econ", "rank": 1, "components": parts}
    return Mock(unit=code, total=None if total is None else Decimal(total), **given)


def test_what_to_improve_first_is_where_the_total_gains_most_at_the_median() -> None:
    mine = unit("A", {"work": 70, "public": 40, "style": 90})
    others = [
        unit("B", {"work": 75, "public": 60, "style": 80}),
        unit("C", {"work": 80, "public": 80, "style": 85}),
    ]
    found = [(it.component, it.peers, it.difference, it.gain) for it in gaps(mine, [mine, *others])]
    assert found == [
        ("public", 60.0, -20.0, 6.0),
        ("work", 75.0, -5.0, 3.0),
        ("style", 85.0, 5.0, 0.0),
    ]


def test_of_too_few_units_no_median_is_made_that_would_name_them() -> None:
    mine = unit("A", {"work": 70, "public": 40, "style": 90})
    other = unit("B", {"work": 75, "public": 60, "style": 80})
    without = unit("C", {"work": 80, "public": None, "style": 85}, total=None)
    assert len([mine, other]) < FEWEST
    assert gaps(mine, [mine, other, without]) == []
    assert peer_strip(mine, [mine, other, without]) is None
    assert gaps(without, [mine, other, without, other]) == []


def test_the_line_reaches_over_all_totals_and_names_none() -> None:
    parts: dict[str, int | None] = {"work": 1, "public": 1, "style": 1}
    units = [
        unit(code, parts, total) for code, total in zip("ABC", ("61.2", "80", "70"), strict=True)
    ]
    place = peer_strip(units[2], units)
    assert place is not None
    assert (place.least, place.most) == (60, 85)
    assert place.own == 40.0
    assert place.peers == (4.8, 40.0, 80.0)
