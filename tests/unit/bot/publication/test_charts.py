"""Charts of reports: their parts, and that every sign can be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.disclosure.disclosed import DisclosedScore, Share, ShareBound
from aggregation.model.facts import Grade
from bot.campaigns.scheme_files import shipped_scheme
from bot.core.printed_signs import as_printed, unprinted
from bot.publication.charts.answer_chart import (
    LUMPED,
    Bar,
    answer_shares,
    scored_options,
    share_picture,
)
from bot.publication.charts.canvas import ranking_picture, width_of
from bot.publication.charts.rank_chart import rank_picture
from bot.publication.charts.ranking import Mark, Panel, Ranking
from bot.publication.charts.trend_chart import Point, trend_picture

SVG = "{http://www.w3.org/2000/svg}"
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
def test_charts_have_a_glyph_for_every_sign_and_are_the_same_each_time(lang: str) -> None:
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
    for picture in first:
        texts = [it.text or "" for it in ElementTree.fromstring(picture).iter(f"{SVG}text")]
        assert texts
        assert unprinted("".join(texts)) == ()
    assert len(set(first)) == 3


NAMES = st.text(max_size=40) | st.sampled_from(
    ["\U00020bb7安", "✔", "\U0001f468\u200d\U0001f469", "a\x0bb", "名" * 300, "\u202e", "]]>&lt;"]
)


@settings(max_examples=40, deadline=None)
@given(NAMES)
def test_no_character_of_a_name_stops_a_chart(name: str) -> None:
    name = name.encode("utf-8", "replace").decode()
    mark = Mark("X", name, 1, 1, 1, Decimal(90), 88.0, 92.0, 300, Grade.FIRST)
    one = Ranking((Panel(name, (mark, mark)),), 60, 100, 10)
    bars = ((name, (Bar(name, ()),)),)
    for svg in (
        rank_picture(one, "en"),
        ranking_picture(one, name, "en", "svg"),
        share_picture(bars, scored_options(SCHEME), "en"),
    ):
        root = ElementTree.fromstring(svg)
        width = float((root.get("viewBox") or "").split()[2])
        for it in root.iter(f"{SVG}text"):
            shown = "".join(it.itertext()) if len(it) == 0 else it[0].tail or ""
            left = float(it.get("x") or 0) - width_of(shown, float(it.get("font-size") or 0))
            assert it.get("text-anchor") != "end" or left > -1, shown
            assert width_of(shown, 1) * float(it.get("font-size") or 0) < width


def test_signs_without_a_glyph_are_drawn_by_their_numbers_in_pictures_and_pages() -> None:
    mark = Mark("X", "\U0010fffd✔", 1, 1, 1, Decimal(90), 88.0, 92.0, 300)
    one = Ranking((Panel("p", (mark,)),), 60, 100, 10)
    drawn = {name: ranking_picture(one, name, "en", "png") for name in ("\u2714", "[U+2714]", "x")}
    assert drawn["\u2714"] == drawn["[U+2714]"] != drawn["x"]
    assert ranking_picture(one, "\U0010fffd", "en", "pdf").startswith(b"%PDF")


def test_every_character_of_the_first_two_levels_of_gb_18030_has_a_glyph() -> None:
    plain = [chr(code) for code in [*range(0x3400, 0x4DB6), *range(0x4E00, 0x9FA6)]]
    assert unprinted("".join(plain)) == ()
    assert as_printed("市财政局 𠮷\ufe0f") in ("市财政局 [U+20BB7]", "市财政局 𠮷")
