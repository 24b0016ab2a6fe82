"""Lines of a unit's public score over the years, each with its 95 % interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING

from bot.core.labels import pick
from bot.publication.charts.canvas import INK, LINE, PAPER, PRINTED, render_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT = 1.35


@dataclass(frozen=True, slots=True)
class Point:
    """A year's public score (0–100) with its 95 % interval, and the units' median of that year."""

    year: int
    score: float
    low: float
    high: float
    median: float


def trend_picture(points: Sequence[Point], lang: str, form: str = "svg") -> bytes:
    """Scores with intervals by year, beside the median of all units. Call it in a thread."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        years = [point.year for point in points]
        scores = [point.score for point in points]
        spans = [[p.score - p.low for p in points], [p.high - p.score for p in points]]
        axes.errorbar(years, scores, yerr=spans, color=LINE, marker="o", markersize=5, linewidth=1.8, capsize=3,
                      label=pick(("本单位（95% 区间）", "this unit (95 % interval)"), lang))  # fmt: skip
        axes.plot(years, [p.median for p in points], color="#9a958a", linestyle="--", marker="s", markersize=3.5,
                  linewidth=1.2, label=pick(("各单位中位数", "median of all units"), lang))  # fmt: skip
        axes.set_xticks(years)
        axes.set_xlim(min(years) - 0.4, max(years) + 0.4)
        low, high = (
            min(min(p.low, p.median) for p in points),
            max(max(p.high, p.median) for p in points),
        )
        axes.set_ylim(max(0, floor(low / 10) * 10 - 5), min(100, ceil(high / 10) * 10 + 5))
        axes.set_ylabel(pick(("民评得分", "public score"), lang), color=INK, fontsize=9)
        axes.grid(axis="y", color=PAPER, linewidth=0.8)
        axes.tick_params(length=0, labelcolor=INK, labelsize=8)
        figure.legend(fontsize=7.5, frameon=False, labelcolor=INK, loc="outside right upper")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)

    return render_figure(draw, HEIGHT, form, PRINTED)
