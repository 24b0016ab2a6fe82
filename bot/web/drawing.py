"""An engine's screen as the chat page draws it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from survey_flows.effects import Button, Screen

RECEIPT = re.compile(r"[A-Z2-7]{4}(-[A-Z2-7]{1,4})+")
LOOKS = {
    **dict.fromkeys(("a", "u", "l"), "option"),
    **dict.fromkeys(("y", "k", "n", "o"), "main"),
    "e": "danger",
}
"""How a button looks, by its verb; one that is not listed is plain."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A button of the page. ``look``: option, main, danger or plain."""

    label: str
    data: str
    look: str
    selected: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph. ``look``: text, answer, point or receipt."""

    text: str
    look: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A screen in the page's terms. ``share`` is progress as (this step, all steps) or None."""

    step: str
    heading: str
    lines: tuple[Line, ...]
    rows: tuple[tuple[Shown, ...], ...]
    input: str
    share: tuple[int, int] | None


def draw(screen: Screen) -> Picture:
    """The screen with its first line as the heading."""
    heading, *rest = screen.text.split("\n")
    return Picture(
        step=screen.step.partition(":")[0],
        heading=heading,
        lines=tuple(_line(text) for text in rest if text.strip()),
        rows=tuple(tuple(_button(button, screen.selected) for button in row) for row in screen.rows),
        input=screen.input.value,
        share=screen.progress,
    )


def _line(text: str) -> Line:
    if RECEIPT.fullmatch(text):
        return Line(text, "receipt")
    if text.startswith("→ "):
        return Line(text.removeprefix("→ "), "answer")
    if text.startswith("· "):
        return Line(text.removeprefix("· "), "point")
    return Line(text, "text")


def _button(button: Button, selected: str) -> Shown:
    key, _, rest = button.data.partition(":")
    look = "main" if key == "start" else LOOKS.get(rest.partition(":")[0], "plain")
    return Shown(button.label, button.data, look, bool(selected) and button.data == selected)
