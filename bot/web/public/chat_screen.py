"""Turns a screen of the engine into the parts that the chat page draws."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.shipped_files import shipped_words
from bot.web.shared.templates import page_words
from survey_flows.effects import Button, OtherPerson, Screen
from survey_flows.overlays import CHAT, CHOOSE, COMMANDS
from survey_flows.screens import WHERE
from survey_flows.session import IDENTITY

COMMAND = re.compile(r" ?[（(]/(followup|delete)[）)]|, /delete(?=\))")
"""A command beside the name of its button; no page has its address."""
RECEIPT = re.compile(r"[A-Z2-7]{4}(-[A-Z2-7]{1,4})+")
LOOKS = {
    **dict.fromkeys(("a", "u", "l", "d", "i", "w", "j"), "option"),
    **dict.fromkeys(("y", "k", "n", "o", "z", "q"), "main"),
    "e": "danger",
    "v:show": "main",
    "o:promise": "plain",
    "o:promised": "plain",
    "open": "option",
    "all:": "danger",
    "o:whose": "plain",
}
"""The look of a button by its verb or its whole payload; others are plain."""


@dataclass(frozen=True, slots=True)
class ChatButton:
    """A button of the page. ``look``: option, main, danger or plain."""

    label: str
    data: str
    look: str
    selected: bool


@dataclass(frozen=True, slots=True)
class ChatLine:
    """A paragraph. ``look``: text, answer, point or receipt."""

    text: str
    look: str


@dataclass(frozen=True, slots=True)
class ChatItem:
    """One item of the review, with the button that changes it."""

    item: str
    answer: str
    change: ChatButton


@dataclass(frozen=True, slots=True)
class ChatView:
    """A screen in the page's terms.

    Attributes:
        share: the progress as (this step, all steps), or None.
        thread: the code of the request that typed words belong to, or empty.
        unit: the rated unit, where the heading does not name it.
        receipt: the receipt's characters, if the screen shows one.
        review: the items of a review; its lines and rows are the rest.
        at: the rating that typed words are meant for.
        other: how another person begins at this browser, or None.
        page: the address of the page on which an identity is shown, or empty.
    """

    step: str
    heading: str
    lines: tuple[ChatLine, ...]
    rows: tuple[tuple[ChatButton, ...], ...]
    input: str
    share: tuple[int, int] | None
    thread: str = ""
    unit: str = ""
    receipt: str = ""
    review: tuple[ChatItem, ...] = ()
    at: str = ""
    other: OtherPerson | None = None
    page: str = ""


def chat_view(screen: Screen) -> ChatView:
    """Returns the screen's parts; its first line is the heading."""
    heading, *rest = on_the_web(screen.text, screen.lang).split("\n")
    changes = {line.change.data for line in screen.review}
    if screen.review:
        # The page draws the items itself; of the text it takes the lines around them.
        above, _, below = "\n".join(rest).partition("\n\n")
        rest = [above, *below.partition("\n\n")[2].split("\n")]
    step, _, rest_of_step = screen.step.partition(":")
    return ChatView(
        thread=rest_of_step if step == "follow" else "",
        step=step,
        heading=heading,
        lines=tuple(_line(text) for text in rest if text.strip()),
        rows=tuple(
            tuple(_button(button, screen.selected) for button in row)
            for row in screen.rows
            if not changes.intersection(button.data for button in row)
        ),
        input=screen.input.value,
        share=screen.progress,
        unit=screen.unit,
        at=screen.key,
        other=screen.other,
        page=screen.address if screen.step == IDENTITY else "",
        receipt=next(filter(RECEIPT.fullmatch, rest), ""),
        review=tuple(
            ChatItem(line.item, line.answer, _button(line.change, "")) for line in screen.review
        ),
    )


def on_the_web(text: str, lang: str) -> str:
    """Returns the text without what is true of a chat only: commands, and where words are sent."""
    words, text = shipped_words(), COMMAND.sub("", text)
    for key in (WHERE, CHOOSE, CHAT):
        text = text.replace(words.say(lang, key), page_words().say(lang, key))
    return text.replace(words.say(lang, COMMANDS), "")


def _line(text: str) -> ChatLine:
    if RECEIPT.fullmatch(text):
        return ChatLine(text, "receipt")
    if text.startswith("→ "):
        return ChatLine(text.removeprefix("→ "), "answer")
    if text.startswith("· "):
        return ChatLine(text.removeprefix("· "), "point")
    return ChatLine(text, "text")


def _button(button: Button, selected: str) -> ChatButton:
    key, _, rest = button.data.partition(":")
    look = "main" if key == "start" else LOOKS.get(rest, LOOKS.get(rest.partition(":")[0], "plain"))
    return ChatButton(button.label, button.data, look, bool(selected) and button.data == selected)
