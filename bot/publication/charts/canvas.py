"""Drawings as SVG of our own: lines, dots, bars and text, the same bytes for the same drawing.

Text stays text, so that a screen reader reads it. A picture (PNG) and a page (PDF) are made of the
SVG by typst, with the fonts of all reports.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from bot.core.labels import HIDDEN, label
from bot.core.printed_signs import as_printed, font_folders, without_controls
from bot.publication.charts.ranking import Mark, Panel, Ranking
from survey_flows.messages import Message

FORMATS = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}
INK, LINE, GREY, PAPER = "#1d2529", "#0b5563", "#9a958a", "#e6e2d8"
FONTS = "Noto Sans SC, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"
WIDE, PRINTED = 648.0, 493.2
"""Points: the width of a ranking, and of an A4 page between its margins."""
ROW, PRINTED_ROW = 19.5, 14.4
"""Points: the height of a row of a ranking, and of a printed chart."""
PIXELS = 144
"""Pixels of a PNG by inch."""
NOTE, NOTE_ROW = 8.5, 12.0
"""Points: the size of a note below a heading, and the height of one of its lines."""
TITLE, TICKS, GAP = 20.0, 17.0, 10.0
MOST_LABEL = 0.42
"""The share of the width that labels may take; longer ones are cut, with the whole as a hint."""


class Drawing:
    """An SVG that grows by shapes.

    Args:
        width: in points.
        height: in points.
        title: what the whole shows, for people who cannot see it.
    """

    def __init__(self, width: float, height: float, title: str = "") -> None:
        self.width, self.height = width, height
        self._title = title
        self._parts: list[str] = []

    def line(
        self, start: tuple[float, float], end: tuple[float, float], colour: str, **more: object
    ) -> None:
        """Draw a line; ``more`` are attributes, with «_» for «-»."""
        ends = {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1]}
        self._add("line", **ends, stroke=colour, **more)

    def circle(self, centre: tuple[float, float], colour: str, fill: str, radius: float) -> None:
        """Draw a dot with a rim of ``colour``."""
        self._add("circle", cx=centre[0], cy=centre[1], r=radius, stroke=colour, fill=fill)

    def bar(
        self, corner: tuple[float, float], size: tuple[float, float], fill: str, rim: str = "none"
    ) -> None:
        """Draw a filled rectangle, with a rim of a colour."""
        sides = {"width": size[0], "height": size[1], "stroke": rim}
        self._add("rect", x=corner[0], y=corner[1], fill=fill, **sides)

    def text(
        self,
        place: tuple[float, float],
        text: str,
        size: float,
        colour: str = INK,
        anchor: str = "start",
        most: float = 0.0,
    ) -> None:
        """Write a text whose middle is at the height of ``place``; cut it to ``most`` points."""
        shown = cut_to(text, size, most) if most else text
        hint = f"<title>{_escaped(text)}</title>" if shown != text else ""
        self._parts.append(
            f'<text x="{_number(place[0])}" y="{_number(place[1] + 0.36 * size)}"'
            f' font-size="{_number(size)}" fill="{colour}" text-anchor="{anchor}">'
            f"{hint}{_escaped(shown)}</text>"
        )

    def hatched(self, colour: str) -> str:
        """Return a fill of oblique lines on ``colour``."""
        self._parts.append(
            '<defs><pattern id="hatched" width="5" height="5" patternUnits="userSpaceOnUse">'
            f'<rect width="5" height="5" fill="{colour}"/>'
            '<path d="M0 5L5 0" stroke="#ffffff" stroke-width="1"/></pattern></defs>'
        )
        return "url(#hatched)"

    def svg(self) -> bytes:
        """Return the drawing as a file."""
        size = f'width="{_number(self.width)}pt" height="{_number(self.height)}pt"'
        box = f'viewBox="0 0 {_number(self.width)} {_number(self.height)}"'
        name = f' aria-label="{_escaped(self._title)}"' if self._title else ""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} role="img"{name}'
            f' font-family="{FONTS}">'
            f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(self._parts)}</svg>\n'
        ).encode()

    def in_form(self, form: str) -> bytes:
        """Return the drawing as one of `FORMATS`."""
        return self.svg() if form == "svg" else _typeset(self, form)

    def _add(self, name: str, **attributes: object) -> None:
        texts = [
            f'{key.replace("_", "-")}="{_number(it) if isinstance(it, float | int) else it}"'
            for key, it in attributes.items()
        ]
        self._parts.append(f"<{name} {' '.join(texts)}/>")


def _typeset(drawing: Drawing, form: str) -> bytes:
    import typst

    source = (
        "#set document(date: none)\n"
        f"#set page(width: {drawing.width}pt, height: {drawing.height}pt, margin: 0pt)\n"
        '#image(bytes(sys.inputs.svg), format: "svg", width: 100%)\n'
    )
    made: Any = typst.compile(
        source.encode(),
        format="pdf" if form == "pdf" else "png",
        ppi=PIXELS,
        sys_inputs={"svg": as_printed(drawing.svg().decode())},
        font_paths=typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=list(font_folders()),
        ),
    )
    return bytes(made[0] if isinstance(made, list) else made)


def _escaped(text: str) -> str:
    return escape(without_controls(text).replace("\n", " "))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is in print, in points; full-width signs are as wide as high."""
    shown = as_printed(without_controls(text))
    wide = sum(unicodedata.east_asian_width(sign) in "WFA" for sign in shown)
    return size * (wide + 0.57 * (len(shown) - wide))


def cut_to(text: str, size: float, most: float) -> str:
    """Return a text that is at most ``most`` points wide, with «…» for what is cut off."""
    if width_of(text, size) <= most + 0.01:
        return text
    while text and width_of(text + "…", size) > most:
        text = text[:-1]
    return text + "…"


def in_lines(text: str, size: float, most: float) -> list[str]:
    """Return a text in lines that are at most ``most`` points wide; words stay whole."""
    lines: list[str] = []
    for part in re.findall(r"[!-~]+ ?|.", text):
        if lines and width_of(lines[-1] + part.rstrip(), size) <= most:
            lines[-1] += part
        else:
            lines.append(part)
    return [line.rstrip() for line in lines]


@dataclass(frozen=True, slots=True)
class Area:
    """Where the rows of a panel stand.

    Args:
        left: where the axis begins, in points.
        right: where it ends.
        top: the upper edge of the first row.
        row: the height of a row.
        ends: the values at both ends of the axis.
    """

    left: float
    right: float
    top: float
    row: float
    ends: tuple[float, float]

    def x(self, value: float) -> float:
        """Return the place of a value on the axis."""
        least, most = self.ends
        share = (value - least) / (most - least)
        return self.left + (self.right - self.left) * min(1.0, max(0.0, share))

    def y(self, row: int) -> float:
        """Return the middle of a row."""
        return self.top + self.row * (row + 0.5)


def label_width(labels: Sequence[str], size: float, width: float) -> float:
    """Return how wide the column of labels is."""
    widest = max((width_of(it, size) for it in labels), default=0.0)
    return min(widest, width * MOST_LABEL) + 8


def draw_axis(
    drawing: Drawing,
    area: Area,
    labels: Sequence[tuple[str, str]],
    title: str,
    ticks: Sequence[tuple[float, str]],
    size: float,
) -> float:
    """Draw the title, the labels of the rows and the axis; return where the panel ends.

    Args:
        drawing: what to draw on.
        area: where the rows stand.
        labels: text and colour of each row.
        title: stands above the rows.
        ticks: values on the axis, with their texts.
        size: the labels' size.
    """
    bottom = area.top + area.row * len(labels)
    if title:
        drawing.text((area.left, area.top - 9), title, 10, most=area.right - area.left)
    for value, text in ticks:
        at = area.x(value)
        drawing.line((at, area.top), (at, bottom), PAPER, stroke_width=0.8)
        drawing.text((at, bottom + 9), text, 8, anchor="middle")
    drawing.line((area.left, bottom), (area.right, bottom), INK, stroke_width=0.8)
    for row, (text, colour) in enumerate(labels):
        place = (area.left - 6, area.y(row))
        drawing.text(place, text, size, colour, "end", area.left - 8)
    return bottom + TICKS


def draw_legend(
    drawing: Drawing, entries: Sequence[tuple[str, str, str]], size: float = 8.0
) -> None:
    """Draw a legend in the upper right corner, in one line or several.

    Args:
        drawing: what to draw on.
        entries: text, colour and fill of each.
        size: of the text.
    """
    lines = legend_lines([text for text, _, _ in entries], drawing.width, size)
    place = 0
    for row, count in enumerate(lines):
        line = entries[place : place + count]
        place += count
        left = drawing.width - 8 - sum(width_of(it, size) + 24 for it, _, _ in line)
        for text, colour, fill in line:
            middle = 9 + row * 12.0
            drawing.bar((left, middle - 4), (11, 8), fill, colour)
            drawing.text((left + 14, middle), text, size)
            left += width_of(text, size) + 24


def legend_lines(texts: Sequence[str], width: float, size: float = 8.0) -> list[int]:
    """Return how many entries stand in each line of a legend."""
    found, used = [0], 0.0
    for text in texts:
        needed = width_of(text, size) + 24
        if found[-1] and used + needed > width - 16:
            found.append(0)
            used = 0.0
        found[-1] += 1
        used += needed
    return found


def ranking_picture(
    ranking: Ranking, title: str, lang: str, form: str = "png", note: str = ""
) -> bytes:
    """Draw a forest plot: units' scores with 95 % intervals, in panels, the best on top.

    Args:
        ranking: the units; a unit without a score is listed without a mark.
        title: the heading.
        lang: the language of the words on the axes.
        form: one of `FORMATS`.
        note: what stands below the heading.
    """
    rows = sum(len(panel.marks) for panel in ranking.panels) or 1
    notes = in_lines(note, NOTE, WIDE - 20)
    below = 34.0 if title else 10.0
    head = below + NOTE_ROW * len(notes)
    panels = len(ranking.panels) or 1
    height = head + ROW * rows + (TITLE + TICKS + GAP) * panels + 22
    drawing = Drawing(WIDE, height, title)
    if title:
        drawing.text((WIDE / 2, 17), title, 13, anchor="middle", most=WIDE - 20)
    for at, line in enumerate(notes):
        drawing.text((WIDE / 2, below + NOTE_ROW * at), line, NOTE, anchor="middle")
    labels = [_label(mark) for panel in ranking.panels for mark in panel.marks]
    left, top = label_width(labels, 8.5, WIDE), head
    ends = (float(ranking.least), float(ranking.most))
    for panel in ranking.panels:
        area = Area(left, WIDE - 16, top + TITLE, ROW, ends)
        top = _panel(drawing, area, panel, ranking) + GAP
    score = label(Message("publication-chart-score"), lang)
    drawing.text(((left + WIDE - 16) / 2, height - 12), score, 9, anchor="middle")
    return drawing.in_form(form)


def _panel(drawing: Drawing, area: Area, panel: Panel, ranking: Ranking) -> float:
    labels = [(_label(mark), GREY if mark.grey else INK) for mark in panel.marks]
    ticks = [(float(it), str(it)) for it in ranking.ticks]
    bottom = draw_axis(drawing, area, labels, panel.name, ticks, 8.5)
    for row, mark in enumerate(panel.marks):
        _mark(drawing, area, row, mark)
    return bottom


def _mark(drawing: Drawing, area: Area, row: int, mark: Mark) -> None:
    colour, y = GREY if mark.grey else LINE, area.y(row)
    if mark.low is not None and mark.high is not None:
        drawing.line((area.x(mark.low), y), (area.x(mark.high), y), colour, stroke_width=2)
    if mark.score is not None:
        fill = "#ffffff" if mark.grey else colour
        drawing.circle((area.x(float(mark.score)), y), colour, fill, 2.6)


def _label(mark: Mark) -> str:
    rank = f"{mark.rank}. " if mark.rank else ""
    n = f"n={HIDDEN if mark.n is None else mark.n}"
    return f"{rank}{mark.name}  {n}"
