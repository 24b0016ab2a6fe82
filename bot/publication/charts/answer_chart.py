"""Bars of a unit's overall answers by option, without small cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.estimation.scores import SATISFIED
from aggregation.scheme.parts import ScaleOption
from aggregation.scheme.scheme import Scheme
from bot.core.labels import HIDDEN, label, pick
from bot.publication.charts.canvas import (
    GAP,
    INK,
    PRINTED,
    PRINTED_ROW,
    TICKS,
    TITLE,
    Area,
    Drawing,
    draw_axis,
    draw_legend,
    label_width,
    legend_lines,
)
from survey_flows.messages import Message

COLOURS = ("#0b5563", "#5f9ba8", "#dcd6c8", "#e2a475", "#b5482a")
"""From the best option to the worst; each side differs in lightness."""
LUMPED = "lumped"
"""Stands for the suppressed options, which are shown combined."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A unit's name, and by code (or `LUMPED`) the shares of its answers with points.

    ``parts`` is empty when the answers are suppressed.
    """

    name: str
    parts: tuple[tuple[str, Fraction], ...]


def answer_shares(score: DisclosedScore, scheme: Scheme) -> tuple[tuple[str, Fraction], ...]:
    """Return the shares of the overall answers with points, best first.

    The suppressed options are one part, `LUMPED`.
    The shares are empty where not even the sum follows from the disclosed figures.
    """
    counts = [
        (code, score.distribution.get(code))
        for code in _codes(scheme)
        if code in score.distribution
    ]
    known = sum(count for _, count in counts if count is not None)
    whole = _whole(score, counts, known)
    if not whole:
        return ()
    parts: list[tuple[str, Fraction]] = []
    for code, count in counts:
        if count is not None:
            parts.append((code, Fraction(count, whole)))
        elif LUMPED not in dict(parts):
            parts.append((LUMPED, Fraction(whole - known, whole)))
    return tuple(parts)


def _whole(score: DisclosedScore, counts: Sequence[tuple[str, int | None]], known: int) -> int:
    """Return the number of answers with points, from the counts or from the top-two rate."""
    gone = {code for code, count in counts if count is None}
    if not gone:
        return known
    if not isinstance(score.top_two, Fraction):
        return 0
    good = [(code, count) for code, count in counts if code in SATISFIED]
    rest = [(code, count) for code, count in counts if code not in SATISFIED]
    for part, share in ((good, score.top_two), (rest, 1 - score.top_two)):
        total = sum(count or 0 for _, count in part)
        if total and share and not gone & dict(part).keys():
            return int(total / share)
    return 0


def scored_options(scheme: Scheme) -> tuple[ScaleOption, ...]:
    """Return the options with points of the scheme's widest scale, best first."""
    widest = max(scheme.scales.values(), key=lambda scale: len(scale.options))
    return tuple(option for option in widest.options if option.points is not None)


Panels = tuple[tuple[str, tuple[Bar, ...]], ...]
"""Titles with the bars below them."""


@lru_cache(maxsize=8)
def share_picture(
    panels: Panels, options: tuple[ScaleOption, ...], lang: str, form: str = "svg"
) -> bytes:
    """Draw stacked bars of 100 % in panels, in the order given.

    Args:
        panels: titles with their bars.
        options: the scale's options, for colours and names.
        lang: the language of the words.
        form: one of `bot.publication.charts.canvas.FORMATS`.
    """
    entries = _legend(options, lang)
    lines = len(legend_lines([text for text, _, _ in entries], PRINTED))
    rows = sum(len(bars) for _, bars in panels)
    heads = sum(TITLE if title else 2.0 for title, _ in panels)
    height = 8 + 12 * lines + PRINTED_ROW * rows + heads + (TICKS + GAP) * len(panels) + 4
    drawing = Drawing(PRINTED, height)
    colours = {code: colour for _, colour, code in entries}
    fills = colours | {LUMPED: drawing.hatched(colours[LUMPED])}
    draw_legend(drawing, [(text, colour, fills[code]) for text, colour, code in entries])
    left = label_width([bar.name for _, bars in panels for bar in bars], 8, PRINTED)
    top = 8 + 12.0 * lines
    for title, bars in panels:
        area = Area(left, PRINTED - 12, top + (TITLE if title else 2), PRINTED_ROW, (0, 100))
        top = _panel(drawing, area, title, bars, fills) + GAP
    answers = label(Message("publication-chart-answers"), lang)
    drawing.text(((left + PRINTED) / 2, height - 6), answers, 9, anchor="middle")
    return drawing.in_form(form)


def _panel(
    drawing: Drawing, area: Area, title: str, bars: Sequence[Bar], fills: Mapping[str, str]
) -> float:
    ticks = [(float(share), str(share)) for share in range(0, 101, 20)]
    bottom = draw_axis(drawing, area, [(bar.name, INK) for bar in bars], title, ticks, 8)
    for row, bar in enumerate(bars):
        left = 0.0
        for code, share in bar.parts:
            width = 100 * float(share)
            corner = (area.x(left), area.y(row) - 0.36 * area.row)
            size = (max(area.x(left + width) - area.x(left) - 0.4, 0.1), 0.72 * area.row)
            drawing.bar(corner, size, fills[code])
            left += width
        if not bar.parts:
            drawing.text((area.left + 4, area.y(row)), HIDDEN, 9)
    return bottom


def _codes(scheme: Scheme) -> list[str]:
    return [option.code for option in scored_options(scheme)]


def _colours(options: Sequence[ScaleOption]) -> dict[str, str]:
    steps = len(COLOURS) - 1
    chosen = [
        COLOURS[round(place * steps / max(len(options) - 1, 1))] for place in range(len(options))
    ]
    return dict(zip([option.code for option in options], chosen, strict=True)) | {LUMPED: "#b9b3a6"}


def _legend(options: Sequence[ScaleOption], lang: str) -> list[tuple[str, str, str]]:
    """Return text, colour and code of each part."""
    colours = _colours(options)
    found = [(pick((it.zh, it.en), lang), colours[it.code], it.code) for it in options]
    lumped = label(Message("publication-chart-combined"), lang)
    return [*found, (lumped, colours[LUMPED], LUMPED)]
