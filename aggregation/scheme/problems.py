"""Problems of a scheme as messages: which field is wrong, why, and what may stand there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from aggregation.rules import registry
from survey_flows.errors import Message, Place, Problem
from survey_flows.messages import ENGLISH


class SchemeError(ValueError):
    """Carries what a validator finds through pydantic, which lets only a ValueError pass.

    Args:
        found: at least one problem; fields count from the part that the validator reads.
    """

    def __init__(self, *found: Problem | Message) -> None:
        self.problems = tuple(it if isinstance(it, Problem) else Problem(it) for it in found)
        super().__init__("; ".join(problem.render(ENGLISH) for problem in self.problems))


def raise_if_any(problems: Iterable[Problem]) -> None:
    """Raises `SchemeError` with the problems, if there are any."""
    if found := tuple(problems):
        raise SchemeError(*found)


def field_problem(field: str, message: Message) -> Problem:
    """A problem of one field, which is written as in reason trails: ``min_n.unit``."""
    return Problem(message, Place(field=field))


def validation_problems(error: ValidationError, field: str = "") -> Iterator[Problem]:
    """The problems that pydantic found below ``field``."""
    for one in error.errors():
        path = (field, *(str(part) for part in one["loc"] if part != "[key]"))
        at = ".".join(filter(None, path))
        cause = one.get("ctx", {}).get("error")
        if isinstance(cause, SchemeError):
            yield from (_below(at, problem) for problem in cause.problems)
        else:
            message = _misfit(one["type"], one.get("ctx", {}))
            # The whole file is no mapping, such as a table in CSV.
            yield field_problem(at, message if at else Message("scheme-no-scheme"))


def _below(field: str, problem: Problem) -> Problem:
    place = problem.place
    inside = ".".join(filter(None, (field, place.field)))
    return Problem(problem.message, replace(place, field=inside))


_LIMITS: Mapping[str, Callable[[Any], Message]] = {
    "greater_than_equal": lambda ctx: Message("scheme-number-at-least", limit=str(ctx["ge"])),
    "greater_than": lambda ctx: Message("scheme-number-above", limit=str(ctx["gt"])),
    "less_than_equal": lambda ctx: Message("scheme-number-at-most", limit=str(ctx["le"])),
    "less_than": lambda ctx: Message("scheme-number-below", limit=str(ctx["lt"])),
    "enum": lambda ctx: Message("scheme-value-choices", choices=_choices(ctx)),
    "literal_error": lambda ctx: Message("scheme-value-choices", choices=_choices(ctx)),
    "string_too_long": lambda ctx: Message("scheme-text-too-long", most=ctx["max_length"]),
    "string_pattern_mismatch": lambda ctx: Message("scheme-text-pattern", pattern=ctx["pattern"]),
}
_TYPES: Mapping[str, Message] = {
    "missing": Message("scheme-field-missing"),
    "extra_forbidden": Message("scheme-field-unknown"),
    "too_short": Message("scheme-value-empty"),
    "string_too_short": Message("scheme-value-empty"),
    "string_type": Message("scheme-text-needed"),
    "dict_type": Message("scheme-fields-needed"),
    "model_type": Message("scheme-fields-needed"),
    "tuple_type": Message("scheme-list-needed"),
    "int_type": Message("scheme-whole-number-needed"),
    "int_parsing": Message("scheme-whole-number-needed"),
    "int_from_float": Message("scheme-whole-number-needed"),
    "decimal_type": Message("scheme-number-needed"),
    "decimal_parsing": Message("scheme-number-needed"),
    "finite_number": Message("scheme-number-needed"),
    "bool_type": Message("scheme-flag-needed"),
    "bool_parsing": Message("scheme-flag-needed"),
}


def _choices(ctx: Mapping[str, Any]) -> tuple[str, ...]:
    """The values that pydantic would take, from its «'quota' or 'league'»."""
    return tuple(re.findall(r"'([^']*)'", ctx["expected"]))


def _misfit(kind: str, ctx: Mapping[str, Any]) -> Message:
    """The message for one of pydantic's kinds of errors."""
    if kind in _LIMITS:
        return _LIMITS[kind](ctx)
    return _TYPES.get(kind, Message("scheme-value-misfit"))


def unknown_name_problems(
    field: str, names: Iterable[str], known: Iterable[str], where: str
) -> Iterator[Problem]:
    """A problem for each unknown name, with the known ones and the field that could name more."""
    listed = tuple(sorted(known))
    for name in names:
        if name not in listed:
            yield field_problem(
                field, Message("scheme-name-unknown", name=name, known=listed, where=where)
            )


def rule_problems(
    rules: Mapping[str, Mapping[str, Any]], field: str = "rules"
) -> Iterator[Problem]:
    """Problems of rules that do not exist, and of parameters that a rule does not take."""
    known = registry()
    for name, params in rules.items():
        if name not in known:
            yield field_problem(
                field, Message("scheme-rule-unknown", name=name, known=tuple(sorted(known)))
            )
            continue
        try:
            known[name].params.model_validate(params)
        except ValidationError as wrong:
            yield from validation_problems(wrong, f"{field}.{name}")
