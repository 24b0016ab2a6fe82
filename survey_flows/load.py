"""Questionnaires and scales from YAML, and back; every complaint names file, line and reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from survey_flows.conditions import parse_condition, write_condition
from survey_flows.consistency import Flaw, find_flaws
from survey_flows.errors import BadInput, BadQuestionnaire, Message, gathered
from survey_flows.questionnaire import Condition, Option, Question, QuestionKind, Questionnaire
from survey_flows.same_objects import remembered_of_same
from survey_flows.yaml_tree import Branch, parse_yaml

Scales = Mapping[str, tuple[Option, ...]]
"""Options by scale id; points are in the scheme. ``yes_no`` has the two answers of such a question.
"""

LANGUAGES = ("zh-Hans", "en")


def load_scales(text: str, file: str) -> dict[str, tuple[Option, ...]]:
    """The rating scales that a YAML text lists: ``scale id: [{code, label}, …]``.

    Raises:
        BadQuestionnaire: file, line and reason of everything that is wrong.
    """
    root = parse_yaml(text, file)
    scales = {name: tuple(_option(branch) for branch in root.branches(name)) for name in root.lines}
    if root.problems:
        raise gathered(root.problems, file, BadQuestionnaire)
    return scales


def load_questionnaire(text: str, file: str, scales: Scales | None = None) -> Questionnaire:
    """The questionnaire that a YAML (or JSON) text describes.

    Args:
        text: the file's content, or the text of `dump_questionnaire` (which needs no ``scales``).
        file: its name, for the problems.
        scales: the rating scales that questions may name.

    Raises:
        BadQuestionnaire: every problem, with its line.
    """
    root = parse_yaml(text, file)
    branches = root.branches("questions")
    questionnaire = Questionnaire(
        id=root.text("id"),
        version=root.text("version"),
        title=root.texts("title"),
        languages=root.words("languages", LANGUAGES),
        questions=tuple(_question(branch, scales or {}) for branch in branches),
    )
    root.finish()
    if not root.problems:
        for flaw in find_flaws(questionnaire):
            root.complain(flaw.message, _line(flaw, root, branches))
    if root.problems:
        raise gathered(root.problems, file, BadQuestionnaire)
    return questionnaire


@lru_cache(maxsize=64)
def load_frozen(text: str, name: str) -> Questionnaire:
    """Return the questionnaire that `dump_questionnaire` wrote into a campaign.

    It is kept in memory: campaigns share questionnaires, and parsing one takes 10 ms and more.
    """
    return load_questionnaire(text, name)


def _line(flaw: Flaw, root: Branch, branches: list[Branch]) -> int:
    branch = root if flaw.question is None else branches[flaw.question]
    if flaw.option is not None:
        return branch.line_below("options", flaw.option, flaw.field)
    return branch.lines.get(flaw.field, branch.line)


def _question(branch: Branch, scales: Scales) -> Question:
    kind = _kind(branch)
    scale = (
        branch.text("scale", "")
        if kind is QuestionKind.RATING
        else "yes_no"
        if kind is QuestionKind.YES_NO
        else None
    )
    question = Question(
        id=branch.text("id"),
        kind=kind,
        label=branch.texts("label"),
        options=_options(branch, scale, scales),
        scale=scale if kind is QuestionKind.RATING else None,
        weight=branch.number("weight", 0) or 0,
        overall=branch.flag("overall"),
        optional=branch.flag("optional"),
        show_if=_condition(branch),
        max_length=branch.number("max_length", 500) or 0,
        minimum=branch.number("minimum", None),
        maximum=branch.number("maximum", None),
        short=branch.texts("short", needed=False),
    )
    branch.finish()
    return question


def _kind(branch: Branch) -> QuestionKind:
    name = branch.text("kind")
    if name and name not in list(QuestionKind):
        message = Message("form-kind-unknown", kind=name, known=tuple(QuestionKind))
        branch.complain(message, branch.lines["kind"])
    return QuestionKind(name) if name in list(QuestionKind) else QuestionKind.NOTE


def _options(branch: Branch, scale: str | None, scales: Scales) -> tuple[Option, ...]:
    if branch.has("options"):
        return tuple(_option(item) for item in branch.branches("options"))
    if scale is None:
        return ()
    if scale not in scales:
        known = tuple(name for name in scales if name != "yes_no")
        message = Message("form-scale-unknown", scale=scale, known=known)
        branch.complain(message, branch.lines.get("scale"))
    return scales.get(scale, ())


def _option(branch: Branch) -> Option:
    option = Option(
        code=branch.text("code"),
        label=branch.texts("label"),
        group=branch.text("group", "") or None,
    )
    branch.finish()
    return option


def _condition(branch: Branch) -> Condition | None:
    text = branch.text("show_if", "")
    if not text:
        return None
    try:
        return parse_condition(text)
    except BadInput as error:
        for problem in error.problems:
            branch.complain(problem.message, branch.lines["show_if"])
        return None


@remembered_of_same(32)
def dump_questionnaire(questionnaire: Questionnaire) -> str:
    """JSON with every option written out, which `load_questionnaire` reads as an equal value."""
    data = {
        "id": questionnaire.id,
        "version": questionnaire.version,
        "title": dict(questionnaire.title),
        "languages": questionnaire.languages,
        "questions": [_dump_question(question) for question in questionnaire.questions],
    }
    return json.dumps(data, ensure_ascii=False, indent=1)


def _dump_question(question: Question) -> dict[str, Any]:
    fields = {
        "id": question.id,
        "kind": question.kind.value,
        "label": dict(question.label),
        "options": [_dump_option(option) for option in question.options],
        "scale": question.scale,
        "weight": question.weight,
        "overall": question.overall,
        "optional": question.optional,
        "show_if": write_condition(question.show_if) if question.show_if else None,
        "max_length": question.max_length if question.max_length != 500 else None,
        "minimum": question.minimum,
        "maximum": question.maximum,
        "short": dict(question.short) or None,
    }
    return {
        name: value
        for name, value in fields.items()
        if value is not None and value is not False and value != []
    }


def _dump_option(option: Option) -> dict[str, Any]:
    fields = {"code": option.code, "label": dict(option.label), "group": option.group}
    return {name: value for name, value in fields.items() if value is not None}
