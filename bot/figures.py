"""Pictures for reports, drawn with the bundled Chinese font. Matplotlib is imported only when one is asked for."""

from __future__ import annotations

import io
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from bot.labels import HIDDEN, pick
from bot.ranking import Mark, Panel, Ranking

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}
INK, LINE, GREY, PAPER = "#1d2529", "#0b5563", "#9a958a", "#e6e2d8"
ROW, WIDTH, MARGINS = 0.27, 9.0, 1.5
_ONE_AT_A_TIME = Lock()


def ranking_picture(ranking: Ranking, title: str, lang: str, form: str = "png") -> bytes:
    """A forest plot: each unit's score with its 95 % interval, in panels over one axis, the best on top.

    Takes a second or so: call it in a thread.

    Args:
        ranking: what to draw; units without a score are listed without a mark.
        title: the heading.
        lang: of the words on the axes.
        form: one of `FORMATS`.
    """
    with _ONE_AT_A_TIME:
        return _draw(ranking, title, lang, form)


@cache
def _font() -> str:
    from matplotlib import font_manager
    from pylopdf_fonts_zh_cn import sans_path

    font_manager.fontManager.addfont(str(sans_path()))
    return str(font_manager.FontProperties(fname=str(sans_path())).get_name())


def _draw(ranking: Ranking, title: str, lang: str, form: str) -> bytes:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    sizes = [len(panel.marks) for panel in ranking.panels] or [1]
    height = ROW * sum(sizes) + 0.55 * len(sizes) + MARGINS
    settings: Any = {
        "font.family": [_font()],
        "axes.unicode_minus": False,
        "svg.hashsalt": "minping",
        "pdf.fonttype": 42,
    }
    with rc_context(settings):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        figure.suptitle(title, fontsize=13, color=INK)
        axes = figure.subplots(len(sizes), 1, sharex=True, height_ratios=sizes, squeeze=False)[:, 0]
        for place, panel in zip(axes, ranking.panels, strict=False):
            _panel(place, panel, ranking)
        axes[-1].set_xlabel(pick(("得分（0–100）及 95% 区间", "score (0–100) and 95 % interval"), lang), color=INK)
        buffer = io.BytesIO()
        # No date inside: the same year gives the same bytes.
        figure.savefig(buffer, format=form, dpi=144, metadata=_undated(form))
    return buffer.getvalue()


def _undated(form: str) -> dict[str, Any]:
    return {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})


def _panel(axes: Axes, panel: Panel, ranking: Ranking) -> None:
    for row, mark in enumerate(panel.marks):
        _mark(axes, row, mark)
    axes.set_title(panel.name, loc="left", fontsize=10, color=INK)
    axes.set_yticks(range(len(panel.marks)), [_label(mark) for mark in panel.marks], fontsize=8)
    for label, mark in zip(axes.get_yticklabels(), panel.marks, strict=True):
        label.set_color(GREY if mark.grey else INK)
    axes.set_ylim(len(panel.marks) - 0.5, -0.5)
    axes.set_xlim(ranking.least, ranking.most)
    axes.set_xticks(ranking.ticks)
    axes.grid(axis="x", color=PAPER, linewidth=0.8)
    axes.tick_params(axis="both", length=0, colors=INK, labelbottom=True)
    axes.tick_params(axis="x", labelsize=8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _mark(axes: Axes, row: int, mark: Mark) -> None:
    colour = GREY if mark.grey else LINE
    if mark.low is not None and mark.high is not None:
        axes.plot([mark.low, mark.high], [row, row], color=colour, linewidth=2, solid_capstyle="butt")
    if mark.score is not None:
        filled = "white" if mark.grey else colour
        axes.plot([float(mark.score)], [row], "o", markersize=5, color=colour, markerfacecolor=filled)


def _label(mark: Mark) -> str:
    rank = f"{mark.rank}. " if mark.rank else ""
    n = f"n={HIDDEN if mark.n is None else mark.n}"
    return f"{rank}{mark.name}  {n}"
