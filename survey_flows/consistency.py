"""What every questionnaire must keep to, whatever file it comes from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from survey_flows.questionnaire import (
    AnswerComparison,
    Option,
    Question,
    QuestionKind,
    Questionnaire,
    Text,
)
from survey_flows.route import CLOSED

DONT_KNOW = "DK"
LONGEST_TEXT = 2000
_ID = re.compile(r"[a-z0-9_]{1,24}")
_CODE = re.compile(r"[A-Za-z0-9_]{1,12}")
_PLACEHOLDER = re.compile(r"\{[^}]*\}|[{}]")


class Flaw(NamedTuple):
    """What is wrong with a field of the questionnaire (``question`` None), a question, or an option of it (indexes)."""

    what: str
    field: str
    question: int | None = None
    option: int | None = None


def find_flaws(questionnaire: Questionnaire) -> Iterator[Flaw]:
    """Everything that contradicts itself or the rules; nothing for a good questionnaire."""
    if not _ID.fullmatch(questionnaire.id):
        yield Flaw(f"the id «{questionnaire.id}» must be 1 to 24 of a–z, 0–9 and _", "id")
    if not questionnaire.version:
        yield Flaw("the version is empty", "version")
    yield from (
        Flaw(what, "title")
        for what in _text_flaws(questionnaire.title, questionnaire.languages, "title")
    )
    earlier: dict[str, Question] = {}
    for index, question in enumerate(questionnaire.questions):
        yield from _question_flaws(question, index, earlier, questionnaire.languages)
        earlier[question.id] = question
    yield from _score_flaws(questionnaire)


def _score_flaws(questionnaire: Questionnaire) -> Iterator[Flaw]:
    total = sum(question.weight for question in questionnaire.rated)
    if total != 100:
        yield Flaw(f"the weights of the ratings add up to {total}, not 100", "questions")
    overall = [question.id for question in questionnaire.rated if question.overall]
    if len(overall) != 1:
        yield Flaw(
            f"exactly one rating must be the overall one; here {', '.join(overall) or 'none'}",
            "questions",
        )


def _question_flaws(
    question: Question, index: int, earlier: Mapping[str, Question], languages: tuple[str, ...]
) -> Iterator[Flaw]:
    if not _ID.fullmatch(question.id):
        yield Flaw(f"the id «{question.id}» must be 1 to 24 of a–z, 0–9 and _", "id", index)
    if question.id in earlier:
        yield Flaw(f"the id {question.id} is used twice", "id", index)
    yield from (
        Flaw(what, "label", index) for what in _text_flaws(question.label, languages, "label")
    )
    for what, field in _kind_flaws(question):
        yield Flaw(what, field, index)
    yield from _options_flaws(question, index, languages)
    for comparison in question.show_if.comparisons if question.show_if else ():
        reason = _comparison_flaw(comparison, earlier)
        if reason:
            yield Flaw(reason, "show_if", index)


def _kind_flaws(question: Question) -> Iterator[tuple[str, str]]:
    rated = question.kind is QuestionKind.RATING
    if rated and not 1 <= question.weight <= 100:
        yield "a rating needs a weight of 1 to 100", "weight"
    if not rated and (question.weight or question.overall):
        yield (
            "only a rating can have a weight or be the overall one",
            "weight" if question.weight else "overall",
        )
    if question.kind is QuestionKind.TEXT and not 1 <= question.max_length <= LONGEST_TEXT:
        yield f"max_length must be 1 to {LONGEST_TEXT}", "max_length"
    low, high = question.minimum, question.maximum
    if (low is not None or high is not None) and question.kind is not QuestionKind.INTEGER:
        yield (
            "only an integer has a minimum and a maximum",
            "minimum" if low is not None else "maximum",
        )
    if low is not None and high is not None and low > high:
        yield f"the minimum {low} is above the maximum {high}", "minimum"


def _options_flaws(question: Question, index: int, languages: tuple[str, ...]) -> Iterator[Flaw]:
    if question.kind not in CLOSED:
        if question.options:
            yield Flaw(f"a question of kind {question.kind} has no options", "options", index)
        return
    codes = [option.code for option in question.options]
    if len(codes) < 2:
        yield Flaw("at least two options are needed", "options", index)
    if question.kind is QuestionKind.RATING and DONT_KNOW not in codes:
        yield Flaw(
            f"a rating needs the option {DONT_KNOW} (don't know), or silence would be guessed",
            "options",
            index,
        )
    if question.kind is QuestionKind.YES_NO and codes != ["yes", "no"]:
        yield Flaw("the options of a yes_no question are yes and no", "options", index)
    counts = Counter(codes)
    for number, option in enumerate(question.options):
        yield from (
            Flaw(what, field, index, number)
            for what, field in _option_flaws(option, counts, languages)
        )


def _option_flaws(
    option: Option, counts: Mapping[str, int], languages: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    if not _CODE.fullmatch(option.code):
        yield f"the code «{option.code}» must be 1 to 12 letters, digits or _", "code"
    if counts[option.code] > 1:
        yield f"the option {option.code} is there {counts[option.code]} times", "code"
    if option.group is not None and not _ID.fullmatch(option.group):
        yield f"the group «{option.group}» must be 1 to 24 of a–z, 0–9 and _", "group"
    yield from ((what, "label") for what in _text_flaws(option.label, languages, "label"))


def _comparison_flaw(comparison: AnswerComparison, earlier: Mapping[str, Question]) -> str | None:
    other = earlier.get(comparison.question)
    if other is None:
        return f"the condition names {comparison.question}, which is not a question before this one"
    if other.kind is QuestionKind.INTEGER:
        return (
            None
            if re.fullmatch(r"0|-?[1-9]\d{0,8}", comparison.value)
            else f"{comparison.value} is not a number"
        )
    if other.kind not in CLOSED:
        return f"the condition names {other.id}, which has neither options nor a number"
    if comparison.op not in ("=", "!="):
        return f"the options of {other.id} can only be compared by = and !="
    return (
        None
        if comparison.value in other.choices
        else f"{other.id} has no option {comparison.value}"
    )


def _text_flaws(text: Text, languages: tuple[str, ...], what: str) -> Iterator[str]:
    for lang in languages:
        if not text.get(lang, "").strip():
            yield f"the {what} in {lang} is missing"
    for lang in text:
        if lang not in languages:
            yield f"the {what} has {lang}, which is not among the languages {', '.join(languages)}"
    strange = {mark for words in text.values() for mark in _PLACEHOLDER.findall(words)} - {"{unit}"}
    if strange:
        yield f"the {what} has {min(strange)}; only {{unit}} stands for something"
