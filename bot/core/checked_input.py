"""Input that a form, a program and a command hand in alike, checked by one model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from survey_flows.characters import forbidden_character
from survey_flows.errors import Message, Place, Problem, gathered

M = TypeVar("M", bound="CheckedInput")


class CheckedInput(BaseModel):
    """What a domain function takes from outside.

    Values may be texts, as forms and commands have them: pydantic reads «12» as a number.
    A field's message in `problems` says whatever is wrong with it.
    A validator of several fields raises `WrongTogether`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    problems: ClassVar[Mapping[str, Message]] = {}
    """By field, what is wrong with a value and what to do; every field of a model has one."""


class WrongTogether(ValueError):
    """Fields that are good one by one and contradict each other."""

    def __init__(self, message: Message, field: str) -> None:
        super().__init__(message.id)
        self.message, self.field = message, field


def checked(model: type[M], **values: Any) -> M:
    """Returns the model of ``values``.

    Raises:
        BadInput: a field is wrong, or holds a character that no text may hold; each problem's
            place is its field.
    """
    refuse_forbidden(values)
    try:
        return model.model_validate(values)
    except ValidationError as wrong:
        raise gathered([_problem(model, one) for one in wrong.errors()]) from None


def refuse_forbidden(values: Mapping[str, Any]) -> None:
    """Refuses texts that hold a character which no text may hold (`survey_flows.characters`).

    Raises:
        BadInput: each problem's place is its field.
    """
    signs = {field: sign for field, value in values.items() if (sign := _forbidden(value))}
    if signs:
        raise gathered(
            [
                Problem(Message("core-forbidden-character", character=sign), Place(field=field))
                for field, sign in signs.items()
            ]
        )


def _forbidden(value: Any) -> str:
    """Returns the first forbidden character in a text, or in texts inside lists and mappings."""
    if isinstance(value, str):
        return forbidden_character(value)
    if isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list | tuple):
        return next((sign for one in value if (sign := _forbidden(one))), "")
    return ""


def _problem(model: type[CheckedInput], error: ErrorDetails) -> Problem:
    together = error.get("ctx", {}).get("error")
    if isinstance(together, WrongTogether):
        return Problem(together.message, Place(field=together.field))
    field = str(error["loc"][0])
    return Problem(model.problems[field], Place(field=field))
