"""The meaning of typed text: a button by its words or number, a search, a comment or a number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from survey_flows.button_presses import apply_press
from survey_flows.choice_numbers import by_number, command_words, numbered_buttons
from survey_flows.effects import Button, Input, Screen, SearchMissed
from survey_flows.questionnaire import Question, QuestionKind
from survey_flows.route import CLOSED
from survey_flows.screens import REQUEST_LENGTH
from survey_flows.session import REQUEST
from survey_flows.transitions import StepResult, Turn, answer, show
from survey_flows.unit_list import QUERY_LENGTH, fold
from survey_flows.unit_search import TOLD, find_units, is_unrated

_NUMBER = re.compile(r"[+-]?\d{1,9}", re.ASCII)


def clean(text: str) -> str:
    """Text without control characters and lone surrogates, trimmed, in composed form."""
    whole = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", whole).strip()


def is_number(text: str) -> bool:
    """Whether the text is a whole number and nothing else."""
    return _NUMBER.fullmatch(fold(clean(text))) is not None


def apply_text(turn: Turn, text: str, *, without_buttons: bool = False) -> StepResult:
    """Applies typed words to the present screen, or says what would be understood.

    ``without_buttons``: the screen was shown as text, with the numbers of
    `survey_flows.choice_numbers.by_number`.
    """
    text = clean(text)
    screen = turn.screen()
    button = _written(screen, text) if without_buttons else None
    button = button or _button(turn, screen, text)
    if button is not None:
        return apply_press(turn, button)
    if turn.session.overlay or screen.input is Input.NONE:
        return show(turn, turn.say("use-buttons"))
    if screen.input is Input.SEARCH:
        return _search(turn, text)
    if turn.session.place == REQUEST:
        return _request(turn, text)
    question = turn.question
    if question is None:
        return show(turn, turn.say("use-buttons"))
    return (
        _text(turn, question, text)
        if question.kind is QuestionKind.TEXT
        else _integer(turn, question, text)
    )


def _button(turn: Turn, screen: Screen, text: str) -> str | None:
    """The data of the button that words or a number stand for."""
    wanted = fold(text)
    buttons = [button for row in screen.rows for button in row]
    by_label = next((b.data for b in buttons if fold(command_words(b)) == wanted), None)
    if by_label or not wanted:
        return by_label
    return _by_number(numbered_buttons(screen), wanted) or _by_option(turn, wanted)


def _written(screen: Screen, text: str) -> str | None:
    """The button of a number or words copied from a text: «“提交”。» is «提交»."""
    wanted = _bare(text)
    buttons = [button for row in screen.rows for button in row]
    by_label = next((b.data for b in buttons if wanted and _bare(b.label) == wanted), None)
    return by_label or _by_number(by_number(screen), re.sub(r"^[\W_]+|[\W_]+$", "", fold(text)))


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


def _by_number(choices: Sequence[Button], wanted: str) -> str | None:
    """The n-th choice, but never submitting, stopping or deleting."""
    if not (
        wanted.isascii()
        and wanted.isdigit()
        and len(wanted) <= 2
        and 1 <= int(wanted) <= len(choices)
    ):
        return None
    return choices[int(wanted) - 1].data


def _by_option(turn: Turn, wanted: str) -> str | None:
    """An option of the present question by its code, or by its label in any language."""
    question = None if turn.session.overlay else turn.question
    if question is None or question.kind not in CLOSED:
        return None
    for option in question.options:
        if wanted == fold(option.code) or any(
            wanted == fold(label) for label in option.label.values()
        ):
            return f"{turn.session.key}:a:{question.id}:{option.code}"
    return None


def _search(turn: Turn, text: str) -> StepResult:
    query = text[:QUERY_LENGTH]
    if not query:
        return show(turn.with_session(query=query, page=0))
    hits = find_units(turn.definition, query)
    if hits and hits[0][0] <= TOLD:
        return show(turn.with_session(query=query, page=0))
    missed = SearchMissed(turn.definition.campaign, query)
    if hits:
        session, effects = show(turn.with_session(query=query, page=0), turn.say("units-perhaps"))
    else:
        key = "units-not-rated" if is_unrated(turn.definition, query) else "units-none"
        session, effects = show(turn.with_session(query="", page=0), turn.say(key))
    return session, (*effects, missed)


def _text(turn: Turn, question: Question, text: str) -> StepResult:
    return _unfit(turn, text, question.max_length) or answer(turn, text)


def _request(turn: Turn, text: str) -> StepResult:
    return _unfit(turn, text, REQUEST_LENGTH) or show(
        turn.with_session(place="send", answers={REQUEST: text})
    )


def _unfit(turn: Turn, text: str, limit: int) -> StepResult | None:
    """The answer to empty or overlong words."""
    if not text:
        return show(turn, turn.say("text-empty"))
    return (
        show(turn, turn.say("text-long", length=len(text), limit=limit))
        if len(text) > limit
        else None
    )


def _integer(turn: Turn, question: Question, text: str) -> StepResult:
    number = fold(text)
    if _NUMBER.fullmatch(number) is None:
        return show(turn, turn.say("integer-bad"))
    if question.minimum is not None and int(number) < question.minimum:
        return show(turn, turn.say("integer-low", limit=question.minimum))
    if question.maximum is not None and int(number) > question.maximum:
        return show(turn, turn.say("integer-high", limit=question.maximum))
    return answer(turn, str(int(number)))
