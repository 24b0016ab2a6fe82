"""Caterpillar plots of ranks: each unit's possible ranks, and the cuts between grades."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from aggregation.model.facts import Grade
from bot.core.labels import label, name
from bot.publication.charts.canvas import (
    GREY,
    INK,
    LINE,
    LINE_HEIGHT,
    PRINTED,
    plain_axes,
    render_figure,
)
from bot.publication.charts.ranking import Mark, Panel, Ranking
from survey_flows.messages import Message

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
    Call it in a thread.
    """
    panels = [
        Panel(panel.name, tuple(mark for mark in panel.marks if mark.rank))
        for panel in ranking.panels
    ]
    panels = [panel for panel in panels if panel.marks]
    sizes = [len(panel.marks) for panel in panels] or [1]

    def draw(figure: Figure) -> None:
        axes = figure.subplots(len(sizes), 1, height_ratios=sizes, squeeze=False)[:, 0]
        for place, panel in zip(axes, panels, strict=False):
            _panel(place, panel)
        axes[-1].set_xlabel(label(Message("publication-chart-ranks"), lang), color=INK, fontsize=9)
        if any(panel.graded for panel in panels):
            _legend(figure, lang)

    return render_figure(draw, LINE_HEIGHT * sum(sizes) + 0.5 * len(sizes) + 0.7, form, PRINTED)


def _panel(axes: Axes, panel: Panel) -> None:
    marks = panel.marks
    for row, mark in enumerate(marks):
        _mark(axes, row, mark)
    plain_axes(axes, [mark.name for mark in marks], panel.name)
    size = len(marks)
    axes.set_xlim(0.4, size + 0.6)
    axes.set_xticks(sorted({1, *range(5, size + 1, 5), size} if size > 9 else range(1, size + 1)))
    for cut in _cuts(marks):
        axes.axvline(cut, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))


def _mark(axes: Axes, row: int, mark: Mark) -> None:
    colour = COLOURS.get(mark.grade, LINE)
    if mark.best is not None and mark.worst is not None:
        axes.plot(
            [mark.best, mark.worst],
            [row, row],
            color=colour,
            linewidth=2,
            solid_capstyle="butt",
            alpha=0.75,
        )
    filled = "white" if mark.provisional else colour
    axes.plot([mark.rank or 0], [row], "o", markersize=5, color=colour, markerfacecolor=filled)


def _cuts(marks: tuple[Mark, ...]) -> list[float]:
    """Return the positions between ranks at which the grade changes."""
    graded = [mark for mark in marks if mark.grade and mark.rank]
    pairs = pairwise(graded)
    return [((one.rank or 0) + (two.rank or 0)) / 2 for one, two in pairs if one.grade != two.grade]


def _legend(figure: Figure, lang: str) -> None:
    from matplotlib.lines import Line2D

    common: dict[str, Any] = {"marker": "o", "markersize": 5, "linewidth": 2}
    shown = [
        Line2D([], [], color=COLOURS[grade], label=name(grade, lang), **common)
        for grade in (Grade.FIRST, Grade.SECOND, Grade.THIRD)
    ]
    hollow = label(Message("publication-chart-provisional"), lang)
    shown.append(Line2D([], [], color=GREY, markerfacecolor="white", label=hollow, **common))
    figure.legend(
        handles=shown, loc="outside upper right", ncols=4, fontsize=8, frameon=False, labelcolor=INK
    )
