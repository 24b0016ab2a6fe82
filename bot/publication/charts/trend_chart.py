"""Chart of a unit's public score over the years, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING

from bot.core.labels import label
from bot.publication.charts.canvas import INK, LINE, PAPER, PRINTED, render_figure
from survey_flows.messages import Message

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT = 1.35


@dataclass(frozen=True, slots=True)
class Point:
    """A year's public score (0–100) with its 95 % interval, and the median of all units."""

    year: int
    score: float
    low: float
    high: float
    median: float


def trend_picture(points: Sequence[Point], lang: str, form: str = "svg") -> bytes:
    """Draw scores with intervals by year, beside the median of all units. Call it in a thread."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        years = [point.year for point in points]
        scores = [point.score for point in points]
        spans = [[p.score - p.low for p in points], [p.high - p.score for p in points]]
        axes.errorbar(
            years,
            scores,
            yerr=spans,
            color=LINE,
            marker="o",
            markersize=5,
            linewidth=1.8,
            capsize=3,
            label=label(Message("publication-chart-this-unit"), lang),
        )
        axes.plot(
            years,
            [p.median for p in points],
            color="#9a958a",
            linestyle="--",
            marker="s",
            markersize=3.5,
            linewidth=1.2,
            label=label(Message("publication-chart-median"), lang),
        )
        axes.set_xticks(years)
        axes.set_xlim(min(years) - 0.4, max(years) + 0.4)
        low, high = (
            min(min(p.low, p.median) for p in points),
            max(max(p.high, p.median) for p in points),
        )
        axes.set_ylim(max(0, floor(low / 10) * 10 - 5), min(100, ceil(high / 10) * 10 + 5))
        score = label(Message("publication-chart-public-score"), lang)
        axes.set_ylabel(score, color=INK, fontsize=9)
        axes.grid(axis="y", color=PAPER, linewidth=0.8)
        axes.tick_params(length=0, labelcolor=INK, labelsize=8)
        figure.legend(fontsize=7.5, frameon=False, labelcolor=INK, loc="outside right upper")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)

    return render_figure(draw, HEIGHT, form, PRINTED)
