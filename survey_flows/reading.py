"""What typed text means: a button by its words or number, a search, a comment or a number."""

from __future__ import annotations

import re
import unicodedata

from survey_flows.effects import Button, Input, Screen
from survey_flows.listing import QUERY_LENGTH, find, fold
from survey_flows.moves import Result, Turn, answer, show
from survey_flows.presses import press
from survey_flows.questionnaire import Kind, Question
from survey_flows.route import CLOSED

_COUNTED = frozenset({"a", "u", "c", "l"})
_NUMBER = re.compile(r"[+-]?\d{1,9}", re.ASCII)


def clean(text: str) -> str:
    """Text without control characters and lone surrogates, trimmed, in composed form."""
    whole = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", whole).strip()


def typed(turn: Turn, words: str) -> Result:
    """Do what the words mean on the present screen, or say what would be understood."""
    text = clean(words)
    screen = turn.screen()
    button = _button(turn, screen, text)
    if button is not None:
        return press(turn, button)
    if turn.session.overlay or screen.input is Input.NONE:
        return show(turn, turn.say("use-buttons"))
    if screen.input is Input.SEARCH:
        return _search(turn, text)
    question = turn.question
    if question is None:
        return show(turn, turn.say("use-buttons"))
    return _text(turn, question, text) if question.kind is Kind.TEXT else _integer(turn, question, text)


def _button(turn: Turn, screen: Screen, text: str) -> str | None:
    """The data of the button that the words or the number stand for."""
    wanted = fold(text)
    buttons = [button for row in screen.rows for button in row]
    by_label = next((b.data for b in buttons if _plain(b.label) == wanted), None)
    if by_label or not wanted:
        return by_label
    return _by_number(turn, buttons, screen, wanted) or _by_option(turn, wanted)


def _plain(label: str) -> str:
    return fold(label.strip("‹› "))


def _by_number(turn: Turn, buttons: list[Button], screen: Screen, wanted: str) -> str | None:
    """The n-th option, unit, item of the review or language; never what submits, stops or deletes."""
    if screen.input in (Input.TEXT, Input.NUMBER):
        return None
    counted = [button.data for button in buttons if _verb(turn, button) in _COUNTED]
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= 2 and 1 <= int(wanted) <= len(counted)):
        return None
    return counted[int(wanted) - 1]


def _verb(turn: Turn, button: Button) -> str:
    return button.data.removeprefix(turn.session.key + ":").partition(":")[0]


def _by_option(turn: Turn, wanted: str) -> str | None:
    """An option of the present question by its code, or by its label in any language."""
    question = None if turn.session.overlay else turn.question
    if question is None or question.kind not in CLOSED:
        return None
    for option in question.options:
        if wanted == fold(option.code) or any(wanted == fold(label) for label in option.label.values()):
            return f"{turn.session.key}:a:{question.id}:{option.code}"
    return None


def _search(turn: Turn, text: str) -> Result:
    query = text[:QUERY_LENGTH]
    if not query or find(turn.paper, query):
        return show(turn.at(query=query, page=0))
    return show(turn.at(query="", page=0), turn.say("units-none"))


def _text(turn: Turn, question: Question, text: str) -> Result:
    if not text:
        return show(turn, turn.say("text-empty"))
    if len(text) > question.max_length:
        return show(turn, turn.say("text-long", length=len(text), limit=question.max_length))
    return answer(turn, text)


def _integer(turn: Turn, question: Question, text: str) -> Result:
    number = fold(text)
    if _NUMBER.fullmatch(number) is None:
        return show(turn, turn.say("integer-bad"))
    if question.minimum is not None and int(number) < question.minimum:
        return show(turn, turn.say("integer-low", limit=question.minimum))
    if question.maximum is not None and int(number) > question.maximum:
        return show(turn, turn.say("integer-high", limit=question.maximum))
    return answer(turn, str(int(number)))
