"""A questionnaire as a value: questions in order, with options and conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Text = Mapping[str, str]
"""A sentence by BCP 47 language tag, such as ``{"en": "…"}``; ``{unit}`` is the unit's name."""

NO_ANSWER = "-"
"""Marks a rated question in a pattern that was not shown or was skipped. It is never imputed."""


class QuestionKind(StrEnum):
    """The kind of answer that a question asks for."""

    RATING = "rating"
    CHOICE = "choice"
    YES_NO = "yes_no"
    TEXT = "text"
    INTEGER = "integer"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Option:
    """One option: ``code`` is stored, ``group`` is the evaluator group of its choosers."""

    code: str
    label: Text
    group: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerComparison:
    """``question op value``, over an earlier answer; false without one (except ``!=``)."""

    question: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Comparisons joined by all (``and``) or any (``or``)."""

    comparisons: tuple[AnswerComparison, ...]
    any_of: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One item. ``weight`` is its share of 100 in the ballot score; only ratings carry one.

    ``scale`` names the conversion of a rating's codes to points (in the scheme). ``max_length``
    bounds a text, ``minimum`` and ``maximum`` an integer. ``short`` names the item in few words, so
    that the review fits on a small phone; without it the review shows the start of ``label``.
    """

    id: str
    kind: QuestionKind
    label: Text
    options: tuple[Option, ...] = ()
    scale: str | None = None
    weight: int = 0
    overall: bool = False
    optional: bool = False
    show_if: Condition | None = None
    max_length: int = 500
    minimum: int | None = None
    maximum: int | None = None
    short: Text = field(default_factory=dict)
    choices: Mapping[str, Option] = field(init=False, repr=False, compare=False)
    """`options` by code, derived."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", {option.code: option for option in self.options})


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Questions in the order they are asked."""

    id: str
    version: str
    title: Text
    questions: tuple[Question, ...]
    languages: tuple[str, ...] = ("zh-Hans", "en")
    by_id: Mapping[str, Question] = field(init=False, repr=False, compare=False)
    """`questions` by id, derived."""
    deciding: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The questions that conditions look at, derived."""
    ways: dict[tuple[str, ...], tuple[Question, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """The cached results of `survey_flows.route.visible_questions`, by the `deciding` answers."""
    turned: dict[str, Questionnaire] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """The same questions in other orders (`survey_flows.halves`), by what is turned round."""

    def __post_init__(self) -> None:
        conditions = [question.show_if for question in self.questions if question.show_if]
        deciding = dict.fromkeys(
            c.question for condition in conditions for c in condition.comparisons
        )
        object.__setattr__(self, "by_id", {question.id: question for question in self.questions})
        object.__setattr__(self, "deciding", tuple(deciding))

    @property
    def rated(self) -> tuple[Question, ...]:
        """The rated questions, in the order in which a ballot's rating pattern lists them."""
        return tuple(q for q in self.questions if q.kind is QuestionKind.RATING)
