"""The route through a questionnaire: shown questions, the next one, and answers that count."""

from __future__ import annotations

from collections.abc import Mapping

from survey_flows.conditions import condition_holds
from survey_flows.questionnaire import Question, QuestionKind, Questionnaire

CLOSED = frozenset({QuestionKind.RATING, QuestionKind.CHOICE, QuestionKind.YES_NO})
Answers = Mapping[str, str]
MOST_WAYS = 1000


def visible_questions(questionnaire: Questionnaire, answers: Answers) -> tuple[Question, ...]:
    """The questions that these answers show, in order; answers to hidden questions do not count."""
    key = tuple(answers.get(name, "") for name in questionnaire.deciding)
    way = questionnaire.ways.get(key)
    if way is None:
        way = _visible(questionnaire, answers)
        if len(questionnaire.ways) < MOST_WAYS:  # typed numbers may be any
            questionnaire.ways[key] = way
    return way


def _visible(questionnaire: Questionnaire, answers: Answers) -> tuple[Question, ...]:
    shown: list[Question] = []
    heard: dict[str, str] = {}
    for question in questionnaire.questions:
        if question.show_if is None or condition_holds(question.show_if, heard):
            shown.append(question)
            heard[question.id] = answers.get(question.id, "")
    return tuple(shown)


def answers_that_count(questionnaire: Questionnaire, answers: Answers) -> dict[str, str]:
    """The answers to shown questions with existing options; equal to ``answers`` if all fit."""
    fitting = {
        q.id: answers[q.id]
        for q in questionnaire.questions
        if q.id in answers and _fits(q, answers[q.id])
    }
    shown = {q.id for q in visible_questions(questionnaire, fitting)}
    return {name: value for name, value in fitting.items() if name in shown}


def _fits(question: Question, answer: str) -> bool:
    if answer == "":
        return question.optional or question.kind is QuestionKind.NOTE
    return question.kind not in CLOSED or answer in question.choices


def with_answer(
    questionnaire: Questionnaire, answers: Answers, question: str, value: str
) -> dict[str, str]:
    """The answers after this one; those to questions that it hides are dropped."""
    return answers_that_count(questionnaire, {**answers, question: value})


def first_open(questionnaire: Questionnaire, answers: Answers) -> Question | None:
    """The first shown question without an answer, skip or read; None when the review may follow."""
    return next((q for q in visible_questions(questionnaire, answers) if q.id not in answers), None)


def previous_question(
    questionnaire: Questionnaire, answers: Answers, question: str
) -> Question | None:
    """The shown question before this one, or None at the first."""
    previous = None
    for candidate in visible_questions(questionnaire, answers):
        if candidate.id == question:
            return previous
        previous = candidate
    return None
