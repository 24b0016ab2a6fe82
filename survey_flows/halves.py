"""Split halves: some are asked in another order, so that what the order does can be measured.

A campaign registers at its opening what it splits by: the place of the overall question, the
direction of the scale, or both. The order of a rating is drawn when a sitting begins, from nothing
that leads to a person, and is forgotten with the sitting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from survey_flows.errors import BadInput, Message, Place
from survey_flows.questionnaire import Option, Question, QuestionKind, Questionnaire

ITEMS, SCALE = HALVES = ("items", "scale")
"""The overall question comes first or last; the best level comes first or last."""
FACT = "~order"
"""The fact of a ballot that holds its order. No question has such an id."""
ORDERS: Mapping[str, frozenset[str]] = {
    "A": frozenset(),
    "B": frozenset({ITEMS}),
    "C": frozenset({SCALE}),
    "D": frozenset(HALVES),
}
"""What each order turns round; A is as written."""


@dataclass(frozen=True, slots=True)
class Split:
    """What a campaign splits by, and the codes of each scale that are no level of it."""

    by: frozenset[str] = frozenset()
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    scales: str = field(init=False, repr=False, compare=False)
    """``missing`` as text, derived: the same questionnaire may be asked under another scheme."""

    def __post_init__(self) -> None:
        known = {scale: sorted(codes) for scale, codes in sorted(self.missing.items())}
        object.__setattr__(self, "scales", repr(known))

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders among which each rating's is drawn; empty without a split."""
        return (
            tuple(name for name, turned in ORDERS.items() if turned <= self.by) if self.by else ()
        )

    def draw(self, token: str) -> str:
        """The order for a random string; each is as likely as the others."""
        orders = self.orders
        if not orders:
            return ""
        return orders[sha256(f"order {token}".encode()).digest()[0] % len(orders)]

    def turned(self, questionnaire: Questionnaire, order: str) -> Questionnaire:
        """The questionnaire in this order; the same one where the order turns nothing round."""
        changes = ORDERS.get(order, frozenset()) & self.by
        if not changes:
            return questionnaire
        key = f"{sorted(changes)} {self.scales}"
        if key not in questionnaire.turned:
            questions = list(questionnaire.questions)
            if SCALE in changes:
                questions = [self._upside_down(question) for question in questions]
            if ITEMS in changes:
                questions = _overall_last(questions)
            questionnaire.turned[key] = replace(questionnaire, questions=tuple(questions))
        return questionnaire.turned[key]

    def _upside_down(self, question: Question) -> Question:
        """The question with its levels in the other order; what is no level keeps its place."""
        if question.kind is not QuestionKind.RATING:
            return question
        missing = self.missing.get(question.scale or "", self.missing.get("", frozenset()))
        levels = iter([one for one in reversed(question.options) if one.code not in missing])
        options: list[Option] = [
            one if one.code in missing else next(levels) for one in question.options
        ]
        return replace(question, options=tuple(options))


def _overall_last(questions: Sequence[Question]) -> list[Question]:
    """The questions with the overall one after all others that are rated."""
    overall = [question for question in questions if question.overall]
    rest = [question for question in questions if not question.overall]
    rated = [at for at, question in enumerate(rest) if question.kind is QuestionKind.RATING]
    after = rated[-1] + 1 if rated else 0
    return [*rest[:after], *overall, *rest[after:]] if rated else list(questions)


def check_halves(by: Sequence[str], questionnaires: Mapping[str, Questionnaire]) -> None:
    """Checks that these questionnaires can be split like this.

    Raises:
        BadInput: an unknown half, a half that is named twice, or a condition that looks at the
            overall question, which could then not come last.
    """
    if set(by) - set(HALVES) or len(set(by)) != len(by):
        raise BadInput(Message("halves-unknown", known=HALVES), Place(field="halves"))
    if ITEMS not in by:
        return
    for name, sheet in questionnaires.items():
        overall = {question.id for question in sheet.questions if question.overall}
        if overall.intersection(sheet.deciding):
            raise BadInput(Message("halves-condition", questionnaire=name), Place(field="halves"))
