"""The rules that every questionnaire keeps, whatever file it comes from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from survey_flows.errors import Message
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
    """A problem with a field of a questionnaire.

    ``question`` and ``option`` are indexes; None stands for the questionnaire or question itself.
    """

    message: Message
    field: str
    question: int | None = None
    option: int | None = None


def find_flaws(questionnaire: Questionnaire) -> Iterator[Flaw]:
    """Every contradiction in a questionnaire; a sound one has none."""
    if not _ID.fullmatch(questionnaire.id):
        yield Flaw(Message("form-id-invalid", id=questionnaire.id), "id")
    if not questionnaire.version:
        yield Flaw(Message("form-version-empty"), "version")
    yield from (
        Flaw(message, "title")
        for message in _text_flaws(questionnaire.title, questionnaire.languages, "title")
    )
    earlier: dict[str, Question] = {}
    for index, question in enumerate(questionnaire.questions):
        yield from _question_flaws(question, index, earlier, questionnaire.languages)
        earlier[question.id] = question
    yield from _score_flaws(questionnaire)


def _score_flaws(questionnaire: Questionnaire) -> Iterator[Flaw]:
    total = sum(question.weight for question in questionnaire.rated)
    if total != 100:
        yield Flaw(Message("form-weights-sum", total=total), "questions")
    overall = [question.id for question in questionnaire.rated if question.overall]
    if len(overall) != 1:
        message = (
            Message("form-overall-several", ids=tuple(overall))
            if overall
            else Message("form-overall-missing")
        )
        yield Flaw(message, "questions")


def _question_flaws(
    question: Question, index: int, earlier: Mapping[str, Question], languages: tuple[str, ...]
) -> Iterator[Flaw]:
    if not _ID.fullmatch(question.id):
        yield Flaw(Message("form-id-invalid", id=question.id), "id", index)
    if question.id in earlier:
        yield Flaw(Message("form-id-twice", id=question.id), "id", index)
    yield from (
        Flaw(message, "label", index) for message in _text_flaws(question.label, languages, "label")
    )
    if question.short:
        for message in _text_flaws(question.short, languages, "short"):
            yield Flaw(message, "short", index)
    for message, field in _kind_flaws(question):
        yield Flaw(message, field, index)
    yield from _options_flaws(question, index, languages)
    for comparison in question.show_if.comparisons if question.show_if else ():
        reason = _comparison_flaw(comparison, earlier)
        if reason:
            yield Flaw(reason, "show_if", index)


def _kind_flaws(question: Question) -> Iterator[tuple[Message, str]]:
    rated = question.kind is QuestionKind.RATING
    if rated and not 1 <= question.weight <= 100:
        yield Message("form-rating-weight"), "weight"
    if not rated and (question.weight or question.overall):
        yield Message("form-weight-without-rating"), "weight" if question.weight else "overall"
    if question.kind is QuestionKind.TEXT and not 1 <= question.max_length <= LONGEST_TEXT:
        yield Message("form-max-length", longest=LONGEST_TEXT), "max_length"
    low, high = question.minimum, question.maximum
    if (low is not None or high is not None) and question.kind is not QuestionKind.INTEGER:
        yield Message("form-bounds-without-integer"), "maximum" if low is None else "minimum"
    if low is not None and high is not None and low > high:
        yield Message("form-minimum-above-maximum", low=low, high=high), "minimum"


def _options_flaws(question: Question, index: int, languages: tuple[str, ...]) -> Iterator[Flaw]:
    if question.kind not in CLOSED:
        if question.options:
            message = Message("form-kind-without-options", kind=question.kind.value)
            yield Flaw(message, "options", index)
        return
    codes = [option.code for option in question.options]
    if len(codes) < 2:
        yield Flaw(Message("form-two-options"), "options", index)
    if question.kind is QuestionKind.RATING and DONT_KNOW not in codes:
        yield Flaw(Message("form-dont-know-missing", code=DONT_KNOW), "options", index)
    if question.kind is QuestionKind.YES_NO and codes != ["yes", "no"]:
        yield Flaw(Message("form-yes-no-options"), "options", index)
    counts = Counter(codes)
    for number, option in enumerate(question.options):
        yield from (
            Flaw(message, field, index, number)
            for message, field in _option_flaws(option, counts, languages)
        )


def _option_flaws(
    option: Option, counts: Mapping[str, int], languages: tuple[str, ...]
) -> Iterator[tuple[Message, str]]:
    if not _CODE.fullmatch(option.code):
        yield Message("form-code-invalid", code=option.code), "code"
    if counts[option.code] > 1:
        message = Message("form-code-repeated", code=option.code, times=counts[option.code])
        yield message, "code"
    if option.group is not None and not _ID.fullmatch(option.group):
        yield Message("form-group-invalid", group=option.group), "group"
    for message in _text_flaws(option.label, languages, "label"):
        yield message, "label"


def _comparison_flaw(
    comparison: AnswerComparison, earlier: Mapping[str, Question]
) -> Message | None:
    other = earlier.get(comparison.question)
    if other is None:
        return Message("form-condition-question", question=comparison.question)
    if other.kind is QuestionKind.INTEGER:
        number = re.fullmatch(r"0|-?[1-9]\d{0,8}", comparison.value)
        return None if number else Message("form-condition-number", value=comparison.value)
    if other.kind not in CLOSED:
        return Message("form-condition-kind", question=other.id)
    if comparison.op not in ("=", "!="):
        return Message("form-condition-operator", question=other.id)
    if comparison.value in other.choices:
        return None
    return Message("form-condition-option", question=other.id, option=comparison.value)


def _text_flaws(text: Text, languages: tuple[str, ...], field: str) -> Iterator[Message]:
    for lang in languages:
        if not text.get(lang, "").strip():
            yield Message("form-text-missing", field=field, lang=lang)
    for lang in text:
        if lang not in languages:
            yield Message("form-text-language", field=field, lang=lang, languages=languages)
    strange = {mark for words in text.values() for mark in _PLACEHOLDER.findall(words)} - {"{unit}"}
    if strange:
        yield Message("form-text-placeholder", field=field, mark=min(strange))
