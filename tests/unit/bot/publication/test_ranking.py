"""Rankings as data and as pictures."""

from __future__ import annotations

import struct
from decimal import Decimal
from xml.etree import ElementTree

from aggregation.model.facts import Grade
from bot.publication.charts.canvas import in_lines, ranking_picture, width_of
from bot.publication.charts.ranking import Mark, Panel, Ranking

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("市财政局", "市教育局", "市档案馆")


def ranking() -> Ranking:
    marks = (
        Mark("FIN", NAMES[0], 1, 1, 2, Decimal("88.12"), 84.0, 91.5, 240, Grade.FIRST),
        Mark("EDU", NAMES[1], 2, 1, 2, Decimal("71.40"), 66.1, 75.9, 120, Grade.SECOND),
        Mark("ARC", NAMES[2], None, None, None, None, None, None, 4, grey=True),
    )
    return Ranking((Panel("经济管理", marks), Panel("Society", marks[:1])), 60, 100, 10)


def test_scores_lie_on_the_axis_between_its_ends() -> None:
    axis = ranking()
    assert [axis.at(points) for points in (50, 60, Decimal(70), 80.0, 100, 120)] == [
        0,
        0,
        25,
        50,
        100,
        100,
    ]
    assert axis.ticks == [60, 70, 80, 90, 100]


def test_only_panels_with_grades_are_graded() -> None:
    ungraded = Panel("区", (Mark("X", "x", 1, 1, 1, Decimal(80), 79.0, 81.0, 100),))
    assert (ranking().panels[0].graded, ungraded.graded) == (True, False)


def test_the_picture_is_a_png_that_grows_with_its_rows() -> None:
    body = ranking_picture(ranking(), "2010年度绩效考核", "zh-Hans")
    width, height = struct.unpack(">II", body[16:24])
    more = ranking_picture(
        Ranking(ranking().panels * 3, 60, 100, 10), "2010年度绩效考核", "zh-Hans"
    )
    assert body.startswith(b"\x89PNG")
    assert width == 1296
    assert struct.unpack(">II", more[16:24])[1] > 2 * height * 0.8


def test_a_note_below_the_title_is_whole_in_lines_that_fit() -> None:
    note = "截至 2026-11-23：2 个单位或个人的复核、申诉尚待答复（名称后标明“复核中”）；" * 3
    lines = in_lines(note, 8.5, 628)
    assert "".join(lines).replace(" ", "") == note.replace(" ", "")
    assert [width_of(line, 8.5) <= 628 for line in lines] == [True] * 2
    plain, noted = [
        ElementTree.fromstring(ranking_picture(ranking(), "年", "zh-Hans", "svg", it))
        for it in ("", note)
    ]
    texts = [it.text for it in noted.iter(f"{SVG}text")]
    assert texts[: len(lines) + 1] == ["年", *lines]
    grown = [float(it.attrib["viewBox"].split()[3]) for it in (plain, noted)]
    assert grown[1] == grown[0] + 12 * len(lines)


def test_the_texts_of_a_drawing_are_texts_that_a_screen_reader_reads() -> None:
    body = ranking_picture(ranking(), "年度绩效考核 — 95% 区间", "zh-Hans", "svg").decode()
    texts = [it.text for it in ElementTree.fromstring(body).iter(f"{SVG}text")]
    assert texts[:3] == ["年度绩效考核 — 95% 区间", "经济管理", "60"]
    assert "1. 市财政局  n=240" in texts
    assert "市档案馆  n=4" in texts
    assert ElementTree.fromstring(body).get("aria-label") == "年度绩效考核 — 95% 区间"


def test_the_same_ranking_gives_the_same_picture_without_a_date() -> None:
    first, second = (ranking_picture(ranking(), "Appraisal 2010", "en", "svg") for _ in range(2))
    assert first == second


def test_a_unit_with_few_answers_is_listed_without_a_number() -> None:
    assert ranking_picture(ranking(), "x", "en", "pdf").startswith(b"%PDF")
