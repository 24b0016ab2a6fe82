"""Bars of a unit's overall answers by option, without small cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.estimation.scores import SATISFIED
from aggregation.scheme.parts import ScaleOption
from aggregation.scheme.scheme import Scheme
from bot.core.labels import HIDDEN, label, pick
from bot.publication.charts.canvas import INK, LINE_HEIGHT, PRINTED, plain_axes, render_figure
from survey_flows.messages import Message

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
    """Draw stacked bars of 100 % in panels, in the order given. Call it in a thread.

    Args:
        panels: titles with their bars.
        options: the scale's options, for colours and names.
        lang: the language of the words.
        form: one of `bot.publication.charts.canvas.FORMATS`.
    """
    sizes = [len(bars) for _, bars in panels] or [1]

    def draw(figure: Figure) -> None:
        axes = figure.subplots(len(sizes), 1, height_ratios=sizes, squeeze=False)[:, 0]
        for place, (title, bars) in zip(axes, panels, strict=False):
            _panel(place, title, bars, _colours(options))
        axes[-1].set_xlabel(
            label(Message("publication-chart-answers"), lang), color=INK, fontsize=9
        )
        _legend(figure, options, lang)

    margins = 0.95 if sum(sizes) == 1 else 0.5 * len(sizes) + 0.7
    return render_figure(draw, LINE_HEIGHT * sum(sizes) + margins, form, PRINTED)


def _panel(axes: Axes, title: str, bars: Sequence[Bar], colours: Mapping[str, str]) -> None:
    for row, bar in enumerate(bars):
        left = 0.0
        for code, share in bar.parts:
            width = 100 * float(share)
            hatch = "////" if code == LUMPED else None
            axes.barh(
                row,
                width,
                left=left,
                height=0.72,
                color=colours[code],
                hatch=hatch,
                edgecolor="white",
                lw=0.5,
            )
            left += width
        if not bar.parts:
            axes.text(0.6, row, HIDDEN, va="center", fontsize=9, color=INK)
    plain_axes(axes, [bar.name for bar in bars], title)
    axes.set_xlim(0, 100)


def _codes(scheme: Scheme) -> list[str]:
    return [option.code for option in scored_options(scheme)]


def _colours(options: Sequence[ScaleOption]) -> dict[str, str]:
    steps = len(COLOURS) - 1
    chosen = [
        COLOURS[round(place * steps / max(len(options) - 1, 1))] for place in range(len(options))
    ]
    return dict(zip([option.code for option in options], chosen, strict=True)) | {LUMPED: "#b9b3a6"}


def _legend(figure: Figure, options: Sequence[ScaleOption], lang: str) -> None:
    from matplotlib.patches import Patch

    colours = _colours(options)
    shown = [
        Patch(color=colours[option.code], label=pick((option.zh, option.en), lang))
        for option in options
    ]
    lumped = label(Message("publication-chart-combined"), lang)
    shown.append(Patch(facecolor=colours[LUMPED], hatch="////", edgecolor="white", label=lumped))
    figure.legend(
        handles=shown,
        loc="outside upper right",
        ncols=3,
        fontsize=7.5,
        frameon=False,
        labelcolor=INK,
    )
