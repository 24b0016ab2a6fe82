"""Caterpillar plots of ranks: each unit's possible ranks, and the cuts between grades."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from aggregation.model.facts import Grade
from bot.core.labels import label, name
from bot.publication.charts.canvas import (
    GAP,
    GREY,
    INK,
    LINE,
    PRINTED,
    PRINTED_ROW,
    TICKS,
    TITLE,
    Area,
    Drawing,
    draw_axis,
    draw_legend,
    label_width,
)
from bot.publication.charts.ranking import Mark, Panel, Ranking
from survey_flows.messages import Message

COLOURS: Mapping[Grade | None, str] = {
    Grade.FIRST: "#0b5563",
    Grade.SECOND: "#7d8a90",
    Grade.THIRD: "#b5482a",
    None: LINE,
}
"""Colours by grade, which differ in lightness too."""


@lru_cache(maxsize=8)
def rank_picture(ranking: Ranking, lang: str, form: str = "svg") -> bytes:
    """Draw each unit's rank with its 95 % possible ranks, in panels, the best on top.

    Dashed lines are the cuts between grades; a hollow mark is a provisional grade.
    """
    found = [
        Panel(panel.name, tuple(mark for mark in panel.marks if mark.rank))
        for panel in ranking.panels
    ]
    panels = [panel for panel in found if panel.marks]
    graded = any(panel.graded for panel in panels)
    head = 18.0 if graded else 4.0
    rows = sum(len(panel.marks) for panel in panels)
    height = head + PRINTED_ROW * rows + (TITLE + TICKS + GAP) * len(panels) + 14
    drawing = Drawing(PRINTED, height)
    if graded:
        draw_legend(drawing, _legend(lang))
    left = label_width([mark.name for panel in panels for mark in panel.marks], 8, PRINTED)
    top = head
    for panel in panels:
        ends = (0.4, len(panel.marks) + 0.6)
        area = Area(left, PRINTED - 10, top + TITLE, PRINTED_ROW, ends)
        top = _panel(drawing, area, panel) + GAP
    ranks = label(Message("publication-chart-ranks"), lang)
    drawing.text(((left + PRINTED) / 2, height - 8), ranks, 9, anchor="middle")
    return drawing.in_form(form)


def _panel(drawing: Drawing, area: Area, panel: Panel) -> float:
    marks, size = panel.marks, len(panel.marks)
    ticks = sorted({1, *range(5, size + 1, 5), size} if size > 9 else range(1, size + 1))
    labels = [(mark.name, INK) for mark in marks]
    shown = [(float(tick), str(tick)) for tick in ticks]
    bottom = draw_axis(drawing, area, labels, panel.name, shown, 8)
    for cut in _cuts(marks):
        ends = (area.top, area.top + area.row * size)
        at = area.x(cut)
        drawing.line((at, ends[0]), (at, ends[1]), GREY, stroke_width=0.9, stroke_dasharray="4 3")
    for row, mark in enumerate(marks):
        _mark(drawing, area, row, mark)
    return bottom


def _mark(drawing: Drawing, area: Area, row: int, mark: Mark) -> None:
    colour, y = COLOURS.get(mark.grade, LINE), area.y(row)
    if mark.best is not None and mark.worst is not None:
        ends = ((area.x(mark.best), y), (area.x(mark.worst), y))
        drawing.line(*ends, colour, stroke_width=2, stroke_opacity=0.75)
    fill = "#ffffff" if mark.provisional else colour
    drawing.circle((area.x(mark.rank or 0), y), colour, fill, 2.5)


def _cuts(marks: tuple[Mark, ...]) -> list[float]:
    """Return the positions between ranks at which the grade changes."""
    graded = [mark for mark in marks if mark.grade and mark.rank]
    pairs = pairwise(graded)
    return [((one.rank or 0) + (two.rank or 0)) / 2 for one, two in pairs if one.grade != two.grade]


def _legend(lang: str) -> list[tuple[str, str, str]]:
    grades = (Grade.FIRST, Grade.SECOND, Grade.THIRD)
    found = [(name(grade, lang), COLOURS[grade], COLOURS[grade]) for grade in grades]
    return [*found, (label(Message("publication-chart-provisional"), lang), GREY, "#ffffff")]
