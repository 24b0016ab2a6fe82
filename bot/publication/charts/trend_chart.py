"""Chart of a unit's public score over the years, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor

from bot.core.labels import label
from bot.publication.charts.canvas import (
    GREY,
    INK,
    LINE,
    PAPER,
    PRINTED,
    Drawing,
    draw_legend,
)
from survey_flows.messages import Message

HEIGHT, LEFT, TOP, BOTTOM = 90.0, 46.0, 18.0, 72.0
STEP = 10


@dataclass(frozen=True, slots=True)
class Point:
    """A year's public score (0–100) with its 95 % interval, and the median of all units."""

    year: int
    score: float
    low: float
    high: float
    median: float


def trend_picture(points: Sequence[Point], lang: str, form: str = "svg") -> bytes:
    """Draw scores with intervals by year, beside the median of all units."""
    drawing = Drawing(PRINTED, HEIGHT)
    entries = [
        (label(Message("publication-chart-this-unit"), lang), LINE, LINE),
        (label(Message("publication-chart-median"), lang), GREY, GREY),
    ]
    draw_legend(drawing, entries)
    years = [point.year for point in points]
    low = min(min(point.low, point.median) for point in points)
    high = max(max(point.high, point.median) for point in points)
    least = max(0, floor(low / STEP) * STEP - 5)
    most = min(100, ceil(high / STEP) * STEP + 5)

    def x(year: float) -> float:
        first, last = min(years) - 0.4, max(years) + 0.4
        return LEFT + (PRINTED - 10 - LEFT) * (year - first) / (last - first)

    def y(score: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (score - least) / (most - least)

    for tick in range(-(-least // STEP) * STEP, most + 1, STEP if most - least <= 40 else 2 * STEP):
        drawing.line((LEFT, y(tick)), (PRINTED - 10, y(tick)), PAPER, stroke_width=0.8)
        drawing.text((LEFT - 6, y(tick)), str(tick), 8, anchor="end")
    drawing.line((LEFT, TOP), (LEFT, BOTTOM), INK, stroke_width=0.8)
    drawing.line((LEFT, BOTTOM), (PRINTED - 10, BOTTOM), INK, stroke_width=0.8)
    drawing.text((4, TOP - 10), label(Message("publication-chart-public-score"), lang), 9)
    for one, two in pairwise(points):
        ends = ((x(one.year), y(one.median)), (x(two.year), y(two.median)))
        drawing.line(*ends, GREY, stroke_width=1.2, stroke_dasharray="4 3")
        ends = ((x(one.year), y(one.score)), (x(two.year), y(two.score)))
        drawing.line(*ends, LINE, stroke_width=1.8)
    for point in points:
        at = x(point.year)
        drawing.text((at, BOTTOM + 10), str(point.year), 8, anchor="middle")
        drawing.bar((at - 1.8, y(point.median) - 1.8), (3.6, 3.6), GREY)
        drawing.line((at, y(point.low)), (at, y(point.high)), LINE, stroke_width=1.8)
        for end in (point.low, point.high):
            drawing.line((at - 3, y(end)), (at + 3, y(end)), LINE, stroke_width=1.4)
        drawing.circle((at, y(point.score)), LINE, LINE, 2.5)
    return drawing.in_form(form)
