"""Charts of reports: their parts, and that every sign can be drawn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pytest

from aggregation.disclosure.disclosed import DisclosedScore, Share, ShareBound
from aggregation.model.facts import Grade
from bot.campaigns.scheme_files import shipped_scheme
from bot.publication.charts.answer_chart import (
    LUMPED,
    Bar,
    answer_shares,
    scored_options,
    share_picture,
)
from bot.publication.charts.rank_chart import rank_picture
from bot.publication.charts.ranking import Mark, Panel, Ranking
from bot.publication.charts.trend_chart import Point, trend_picture

SCHEME = shipped_scheme()


def told(answers: Mapping[str, int | None], top_two: Share) -> DisclosedScore:
    return DisclosedScore(
        "FIN", False, None, 100, 0, Fraction(80), 75.0, 85.0, None, None, top_two, answers, (), ()
    )


def test_shares_are_of_the_answers_with_points() -> None:
    answers = {"VS": 50, "S": 20, "B": 15, "D": 10, "VD": 5, "DK": 40, "-": 3}
    assert answer_shares(told(answers, Fraction(7, 10)), SCHEME) == (
        ("VS", Fraction(1, 2)),
        ("S", Fraction(1, 5)),
        ("B", Fraction(3, 20)),
        ("D", Fraction(1, 10)),
        ("VD", Fraction(1, 20)),
    )


def test_hidden_options_are_one_part_whose_size_follows_from_the_top_two_rate() -> None:
    answers = {"VS": 50, "S": 20, "B": 15, "D": None, "VD": None, "DK": None, "-": 0}
    parts = answer_shares(told(answers, Fraction(7, 10)), SCHEME)
    assert parts == (
        ("VS", Fraction(1, 2)),
        ("S", Fraction(1, 5)),
        ("B", Fraction(3, 20)),
        (LUMPED, Fraction(3, 20)),
    )
    good = {"VS": None, "S": None, "B": 15, "D": 10, "VD": 5, "DK": None, "-": 0}
    assert answer_shares(told(good, Fraction(7, 10)), SCHEME)[0] == (LUMPED, Fraction(7, 10))


@pytest.mark.parametrize("top_two", [None, ShareBound(20, more=False)])
def test_nothing_is_drawn_where_the_sum_does_not_follow_from_what_is_told(top_two: Share) -> None:
    answers = {"VS": None, "S": 20, "B": None, "D": 10, "VD": 5, "DK": 1, "-": 0}
    assert answer_shares(told(answers, top_two), SCHEME) == ()


def ranking() -> Ranking:
    marks = (
        Mark("FIN", "市财政局", 1, 1, 1, Decimal(90), 88.0, 92.0, 300, Grade.FIRST),
        Mark(
            "EDU", "市教育局", 2, 2, 3, Decimal(80), 75.0, 85.0, 120, Grade.SECOND, provisional=True
        ),
        Mark(
            "ARC", "市档案馆", 3, 2, 3, Decimal(79), 75.0, 85.0, 120, Grade.THIRD, provisional=True
        ),
        Mark("OLD", "老龄办", None, None, None, None, None, None, 4, grey=True),
    )
    return Ranking((Panel("经济管理", marks), Panel("empty", marks[3:])), 60, 100, 10)


@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
def test_charts_have_a_glyph_for_every_sign_and_are_the_same_each_time(
    lang: str, recwarn: pytest.WarningsRecorder
) -> None:
    bars = (
        (
            "经济管理",
            (
                Bar("市财政局", (("VS", Fraction(3, 4)), (LUMPED, Fraction(1, 4)))),
                Bar("市档案馆", ()),
            ),
        ),
    )
    points = [Point(2025, 70.0, 65.0, 75.0, 72.0), Point(2026, 80.0, 76.0, 84.0, 73.0)]

    def drawn() -> list[bytes]:
        rank_picture.cache_clear()
        share_picture.cache_clear()
        pictures = [
            rank_picture(ranking(), lang),
            share_picture(bars, scored_options(SCHEME), lang),
        ]
        return [*pictures, trend_picture(points, lang)]

    first = drawn()
    assert first == drawn()
    assert all(
        picture.startswith(b"<?xml") and not re.search(rb"<dc:date>", picture) for picture in first
    )
    assert [str(warning.message) for warning in recwarn if "Glyph" in str(warning.message)] == []
    assert len(set(first)) == 3
