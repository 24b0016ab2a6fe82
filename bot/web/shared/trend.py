"""A unit's totals over the years, as a line on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bot.appraisal.past_units import PastUnit

HEIGHT, HEAD, FOOT = 150, 34, 40
"""Heights in pixels: of the picture, above the highest point, and below the lowest."""
EDGE = 8
"""Per cent of the width left and right of the outer points, for their labels."""
LEAST_SPAN = 5
"""Points of total from the lowest to the highest line at least: a smaller change looks small."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A year's total; ``x`` is in per cent of the width, ``y`` in pixels from the top."""

    year: int
    total: Decimal
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Trend:
    """The points, and the lines between years that follow one another."""

    points: tuple[TrendPoint, ...]
    lines: tuple[tuple[TrendPoint, TrendPoint], ...]
    height: int = HEIGHT


def make_trend(rows: Sequence[PastUnit]) -> Trend | None:
    """Returns the totals of years, the oldest first; None for fewer than two."""
    known = [(row.year, row.total) for row in rows if row.total is not None]
    if len(known) < 2:
        return None
    first, years = known[0][0], known[-1][0] - known[0][0]
    totals = [float(total) for _, total in known]
    middle, span = (min(totals) + max(totals)) / 2, max(max(totals) - min(totals), LEAST_SPAN)
    points = tuple(
        TrendPoint(
            year,
            total,
            round(EDGE + (100 - 2 * EDGE) * (year - first) / years, 2),
            round(HEAD + (HEIGHT - HEAD - FOOT) * (0.5 - (float(total) - middle) / span), 1),
        )
        for year, total in known
    )
    pairs = pairwise(points)
    return Trend(points, tuple((a, b) for a, b in pairs if b.year == a.year + 1))
