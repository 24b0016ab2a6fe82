"""The meaning of typed text: a button by its words or number, a search, a comment or a number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from survey_flows.box import box_of, most_characters
from survey_flows.button_presses import apply_press
from survey_flows.choice_numbers import by_number, command_words, numbered_buttons
from survey_flows.effects import Button, Input, Screen, SearchMissed, ShowNotice
from survey_flows.localized_names import in_language
from survey_flows.opt_out_words import Wish, wish_of
from survey_flows.questionnaire import Option, Question, QuestionKind
from survey_flows.route import CLOSED
from survey_flows.session import STOP
from survey_flows.simplified import simplified
from survey_flows.thesaurus import plain
from survey_flows.transitions import StepResult, Turn, answer, show
from survey_flows.typed_intents import QUESTION, about_us, is_question, is_quit, sentence
from survey_flows.unit_list import QUERY_LENGTH, fold
from survey_flows.unit_search import TOLD, find_units, is_named, is_unrated

_NUMBER = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_CHOICE = re.compile(
    r"[(\[「【『\"“‘]*(?:我?选|第|答案?是?)?(\d{1,2}|[一二三四五六七八九十])(?:分|个|项|号)?"
    r"[)\]」】』\"”’。.、,!~]*"
)
_NUMBERED = re.compile(r"\s*(\d{1,2}|[一二三四五六七八九十])[\s.、,:)]+(\S.*)")
_FIGURES = {name: str(number) for number, name in enumerate("一二三四五六七八九十", 1)}
_AROUND = re.compile(
    r"^(我们?|就|还是|那就|选择?|觉得|感觉|评价?|回答?|答案?|是)+|(吧|了|啊|呢|哦|呀|的|哈|咯|喔)+$"
)
_BACK = frozenset({"返回", "后退", "回上一步", "上一题", "回去", "back", "goback", "previous"})
_CANTONESE_NOT, _NOT = "唔", "不"
_JOINER = "\u200d"


def clean(text: str) -> str:
    """Text without control and format characters and lone surrogates, trimmed, in composed form.

    Format characters turn the direction of a line or hide words; only those inside of an emoji
    stay.
    """
    kept = [
        c
        for at, c in enumerate(text)
        if c == "\n"
        or unicodedata.category(c) not in ("Cc", "Cs", "Cf")
        or (c == _JOINER and _is_symbol(text[at - 1 : at]) and _is_symbol(text[at + 1 : at + 2]))
    ]
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _is_symbol(character: str) -> bool:
    return bool(character) and (unicodedata.category(character) == "So" or character == "\ufe0f")


def choice_number(text: str) -> str:
    """The number of a choice: «2.», «5分», «二», «1️⃣» and «（3）» are 2, 5, 2, 1 and 3."""
    bare = re.sub(r"[\s\ufe0f\u20e3]", "", unicodedata.normalize("NFKC", text))
    match = _CHOICE.fullmatch(simplified(bare))
    return _FIGURES.get(match[1], match[1]) if match else ""


def is_number(text: str) -> bool:
    """Whether the text is a whole number and nothing else."""
    return _NUMBER.fullmatch(fold(clean(text))) is not None


def apply_text(
    turn: Turn, text: str, *, without_buttons: bool = False, media: str = ""
) -> StepResult:
    """Applies typed words to the present screen, or says what would be understood.

    ``without_buttons``: the screen was shown as text, with the numbers of
    `survey_flows.choice_numbers.by_number`. ``media`` came with the words, or instead of them.
    """
    text = clean(text)
    if media and not text:
        return show(turn, turn.say(f"media-{media}"))
    session, effects = _apply_words(turn, text, without_buttons)
    if not media:
        return session, effects
    return session, (ShowNotice(turn.say("media-caption")), *effects)


_TOLD = ("help", "privacy")
"""The overlays that tell something and ask nothing."""


def _apply_words(turn: Turn, text: str, without_buttons: bool) -> StepResult:
    screen = turn.screen()
    free_words = screen.input is Input.TEXT and not turn.session.overlay
    if free_words and (wish_of(text) is Wish.STOP or is_quit(text)):
        # «Stop» is a button's label here, too: a rating is not thrown away for one word.
        return show(turn.with_session(overlay=STOP, query=text[:QUERY_LENGTH]))
    button = _written(screen, text) if without_buttons else None
    button = button or _button(turn, screen, text)
    if button is not None:
        return apply_press(turn, button)
    if is_quit(text) and turn.session.rating and not turn.session.overlay:
        return show(turn.with_session(overlay=STOP, query=text[:QUERY_LENGTH]))
    key = about_us(text, free_words)
    if key and not (screen.input is Input.SEARCH and is_named(turn.definition, text)):
        return show(turn, sentence(turn.definition, turn.session.lang, key))
    if turn.session.overlay in _TOLD and not choice_number(text) and not is_number(text):
        # Who has read a long text answers what was asked before it; what submits is shown again.
        lifted = turn.with_session(overlay="")
        if lifted.session.place == "review":
            return show(lifted)
        return _apply_words(lifted, text, without_buttons=without_buttons)
    if turn.session.overlay or screen.input is Input.NONE:
        return show(turn, _not_understood(turn, text))
    if screen.input is Input.SEARCH:
        return _search(turn, text)
    question = turn.question
    if question is None:
        return show(turn, turn.say("use-buttons"))
    return (
        _text(turn, question, text)
        if question.kind is QuestionKind.TEXT
        else _integer(turn, question, text)
    )


def _not_understood(turn: Turn, text: str) -> str:
    """What would be understood: the labels of a question's options, where they are asked for."""
    if is_question(text):
        return turn.say(QUESTION)
    question = None if turn.session.overlay else turn.question
    number = choice_number(text) or is_number(text)
    if question is None or question.kind not in CLOSED or number:
        return turn.say("use-buttons")
    labels = [in_language(o.label, turn.session.lang, turn.definition) for o in question.options]
    return turn.say("use-labels", labels=turn.say("label-between").join(labels))


def _button(turn: Turn, screen: Screen, text: str) -> str | None:
    """The data of the button that words or a number stand for."""
    wanted = fold(text)
    buttons = [button for row in screen.rows for button in row]
    by_label = next((b.data for b in buttons if fold(command_words(b)) == wanted), None)
    if by_label or not wanted:
        return by_label
    if plain(text) in _BACK:
        back = f"{turn.session.key}:b:"
        return next((one.data for one in buttons if one.data.startswith(back)), None)
    number = choice_number(text) or wanted
    return (
        _by_number(numbered_buttons(screen), number)
        or _by_option(turn, text)
        or _by_both(turn, screen, text)
    )


def _by_both(turn: Turn, screen: Screen, text: str) -> str | None:
    """An option that a number and a label name alike: «1. 非常满意», but not «1. 满意»."""
    match = _NUMBERED.fullmatch(unicodedata.normalize("NFKC", text))
    if match is None:
        return None
    numbered = _by_number(numbered_buttons(screen), _FIGURES.get(match[1], match[1]))
    return numbered if numbered is not None and numbered == _by_option(turn, match[2]) else None


def _written(screen: Screen, text: str) -> str | None:
    """The button of a number or words copied from a text: «“提交”。» is «提交»."""
    wanted = _bare(text)
    buttons = [button for row in screen.rows for button in row]
    by_label = next((b.data for b in buttons if wanted and _bare(b.label) == wanted), None)
    number = choice_number(text) or re.sub(r"^[\W_]+|[\W_]+$", "", fold(text))
    return by_label or _by_number(by_number(screen), number)


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


def _by_option(turn: Turn, text: str) -> str | None:
    """An option of the present question by its code, or by its label in any language.

    Exactly one must fit: «差评» could mean two levels, and is asked about instead of guessed.
    """
    question = None if turn.session.overlay else turn.question
    if question is None or question.kind not in CLOSED:
        return None
    words = plain(text).replace(_CANTONESE_NOT, _NOT)
    for wanted in (words, _AROUND.sub("", words)):
        fitting = [option.code for option in question.options if _names(option, wanted)]
        if len(fitting) == 1:
            return f"{turn.session.key}:a:{question.id}:{fitting[0]}"
    return None


def _names(option: Option, wanted: str) -> bool:
    return bool(wanted) and wanted in {plain(option.code), *map(plain, option.label.values())}


def _search(turn: Turn, text: str) -> StepResult:
    query = text[:QUERY_LENGTH]
    if not query:
        return show(turn.with_session(query=query, page=0))
    if wish_of(query) is Wish.PERHAPS_STOP:
        return show(turn, turn.say("opt-out-how"))
    if is_quit(query):
        return show(turn, turn.say("quit-list"))
    hits = find_units(turn.definition, query)
    if hits and hits[0][0] <= TOLD:
        return show(turn.with_session(query=query, page=0))
    missed = SearchMissed(turn.definition.campaign, query)
    if hits:
        session, effects = show(turn.with_session(query=query, page=0), turn.say("units-perhaps"))
    else:
        key = "units-not-rated" if is_unrated(turn.definition, query) else "units-none"
        key = QUESTION if is_question(query) else key
        session, effects = show(turn.with_session(query="", page=0), turn.say(key))
    return session, (*effects, missed)


def _text(turn: Turn, question: Question, text: str) -> StepResult:
    is_box = question is box_of(turn.questionnaire, turn.session.answers)
    if is_box and choice_number(text):
        # After six numbers a seventh is a habit, and no opinion.
        return show(turn, turn.say("box-number", skip=turn.say("skip")))
    return _unfit(turn, text, most_characters(turn.questionnaire, question)) or answer(turn, text)


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
        number = choice_number(text)
    if not number:
        return show(turn, turn.say("integer-bad"))
    if question.minimum is not None and int(number) < question.minimum:
        return show(turn, turn.say("integer-low", limit=question.minimum))
    if question.maximum is not None and int(number) > question.maximum:
        return show(turn, turn.say("integer-high", limit=question.maximum))
    return answer(turn, str(int(number)))
