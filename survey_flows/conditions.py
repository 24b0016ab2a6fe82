"""Conditions under which a question is shown: reading, writing and evaluating them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

from survey_flows.errors import BadInput, Message
from survey_flows.questionnaire import AnswerComparison, Condition

_ORDER: Mapping[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPARISON = re.compile(
    r"""\s*(?P<question>\w+|\$\{\w+\})\s*(?P<op>!=|<=|>=|=|<|>)\s*(?P<value>'[^']*'|"[^"]*"|-?\w+)\s*"""
)


def parse_condition(text: str) -> Condition:
    """``contact != dk and age >= 60`` (or XLSForm's ``${contact} != 'dk'``) as a value.

    Raises:
        BadInput: anything but comparisons joined by all ``and`` or all ``or``.
    """
    parts = re.split(r"\s+(and|or)\s+", text.strip())
    joiners = set(parts[1::2])
    if len(joiners) > 1:
        raise BadInput(Message("form-condition-and-or", text=text))
    return Condition(tuple(_comparison(part) for part in parts[::2]), any_of=joiners == {"or"})


def _comparison(text: str) -> AnswerComparison:
    match = _COMPARISON.fullmatch(text)
    if match is None:
        raise BadInput(Message("form-condition-not-comparison", text=text))
    question, op, value = match["question"], match["op"], match["value"]
    return AnswerComparison(question.strip("${}"), op, value.strip("'\""))


def write_condition(condition: Condition) -> str:
    """The text that `parse_condition` reads back as the same value."""
    joiner = " or " if condition.any_of else " and "
    return joiner.join(f"{c.question} {c.op} {c.value}" for c in condition.comparisons)


def condition_holds(condition: Condition, answers: Mapping[str, str]) -> bool:
    """Whether the condition is met by the answers given so far; an empty answer is no answer."""
    for comparison in condition.comparisons:
        if _met(comparison, answers.get(comparison.question, "")) is condition.any_of:
            return condition.any_of
    return not condition.any_of


def _met(comparison: AnswerComparison, answer: str) -> bool:
    if comparison.op == "=":
        return answer == comparison.value
    if comparison.op == "!=":
        return answer != comparison.value
    try:
        return _ORDER[comparison.op](int(answer), int(comparison.value))
    except ValueError:
        return False
