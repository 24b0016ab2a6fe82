"""Figures in the bundled Chinese font; Matplotlib is imported only when one is drawn."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from bot.core.labels import HIDDEN, label
from bot.publication.charts.ranking import Mark, Panel, Ranking
from survey_flows.messages import Message

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}
INK, LINE, GREY, PAPER = "#1d2529", "#0b5563", "#9a958a", "#e6e2d8"
ROW, WIDTH, MARGINS = 0.27, 9.0, 1.5
PRINTED, LINE_HEIGHT = 6.85, 0.2
"""Inches: the width of an A4 page between its margins, and the height of a row."""
_ONE_AT_A_TIME = Lock()


Draw = Callable[["Figure"], None]


def ranking_picture(ranking: Ranking, title: str, lang: str, form: str = "png") -> bytes:
    """Draw a forest plot: units' scores with 95 % intervals, in panels, the best on top.

    Takes a second or so: call it in a thread.

    Args:
        ranking: the units; a unit without a score is listed without a mark.
        title: the heading.
        lang: the language of the words on the axes.
        form: one of `FORMATS`.
    """
    sizes = [len(panel.marks) for panel in ranking.panels] or [1]

    def draw(figure: Figure) -> None:
        if title:
            figure.suptitle(title, fontsize=13, color=INK)
        axes = figure.subplots(len(sizes), 1, sharex=True, height_ratios=sizes, squeeze=False)[:, 0]
        for place, panel in zip(axes, ranking.panels, strict=False):
            _panel(place, panel, ranking)
        axes[-1].set_xlabel(label(Message("publication-chart-score"), lang), color=INK)

    return render_figure(draw, ROW * sum(sizes) + 0.55 * len(sizes) + MARGINS, form)


def render_figure(draw: Draw, height: float, form: str, width: float = WIDTH) -> bytes:
    """Return what ``draw`` draws on ``width`` × ``height`` inches, as one of `FORMATS`."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    settings: Any = {
        "font.family": [_font()],
        "axes.unicode_minus": False,
        "svg.hashsalt": "minping",
        "pdf.fonttype": 42,
    }
    with _ONE_AT_A_TIME, rc_context(settings):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure)
        buffer = io.BytesIO()
        # Without a date inside, the same year gives the same bytes.
        figure.savefig(buffer, format=form, dpi=144, metadata=_undated(form))
    return buffer.getvalue()


@cache
def _font() -> str:
    from matplotlib import font_manager
    from pylopdf_fonts_zh_cn import sans_path

    font_manager.fontManager.addfont(str(sans_path()))
    return str(font_manager.FontProperties(fname=str(sans_path())).get_name())


def _undated(form: str) -> dict[str, Any]:
    return {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})


def plain_axes(axes: Axes, labels: Sequence[str], title: str) -> None:
    """Set up axes without a frame, with a row for each label, the first on top."""
    axes.set_title(title, loc="left", fontsize=10, color=INK)
    axes.set_yticks(range(len(labels)), labels, fontsize=8, color=INK)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.grid(axis="x", color=PAPER, linewidth=0.8)
    axes.tick_params(axis="both", length=0, labelcolor=INK)
    axes.tick_params(axis="x", labelsize=8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _panel(axes: Axes, panel: Panel, ranking: Ranking) -> None:
    for row, mark in enumerate(panel.marks):
        _mark(axes, row, mark)
    plain_axes(axes, [_label(mark) for mark in panel.marks], panel.name)
    for tick, mark in zip(axes.get_yticklabels(), panel.marks, strict=True):
        tick.set_color(GREY if mark.grey else INK)
    axes.set_xlim(ranking.least, ranking.most)
    axes.set_xticks(ranking.ticks)
    axes.tick_params(axis="x", labelbottom=True)


def _mark(axes: Axes, row: int, mark: Mark) -> None:
    colour = GREY if mark.grey else LINE
    if mark.low is not None and mark.high is not None:
        axes.plot(
            [mark.low, mark.high], [row, row], color=colour, linewidth=2, solid_capstyle="butt"
        )
    if mark.score is not None:
        filled = "white" if mark.grey else colour
        axes.plot(
            [float(mark.score)], [row], "o", markersize=5, color=colour, markerfacecolor=filled
        )


def _label(mark: Mark) -> str:
    rank = f"{mark.rank}. " if mark.rank else ""
    n = f"n={HIDDEN if mark.n is None else mark.n}"
    return f"{rank}{mark.name}  {n}"
