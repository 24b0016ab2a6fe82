"""Writes frozen values of the core as plain JSON values and reads them back, by their types.

The plain form of a value says nothing of our classes but the names of their fields, so that a
program of anybody can read a seal:

- a decimal, a fraction (``7/2``), a floating number and a day are text, since canonical JSON has
  none;
- a mapping is a list of pairs, since its keys may be pairs themselves and its order counts;
- a value of several possible types is an object whose one key names the type; text, whole numbers
  and «none» stand for themselves.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, cast

from pydantic import BaseModel

from aggregation.estimation.method2.figures import BoundedFigures
from aggregation.model.facts import YOUNGER
from aggregation.scheme.scheme import Scheme

LATE = {"BoundedFigures": BoundedFigures}
"""Types that a module of the core names only for the type checker."""


@dataclass(frozen=True, slots=True)
class Form:
    """How values of one type are written and read."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def write_plain(value: object, kind: Any) -> Any:
    """Returns the plain form of a value of the type ``kind``."""
    return _form(kind).write(value)


def read_plain(plain: Any, kind: Any) -> Any:
    """Returns the value of a plain form."""
    return _form(kind).read(plain)


def _same(value: Any) -> Any:
    return value


AS_IT_IS = Form(_same, _same)
SIMPLE: Mapping[Any, Form] = {
    str: AS_IT_IS,
    int: AS_IT_IS,
    bool: AS_IT_IS,
    types.NoneType: AS_IT_IS,
    float: Form(lambda value: repr(float(value)), float),
    Decimal: Form(lambda value: f"{value:f}", Decimal),
    Fraction: Form(str, Fraction),
    date: Form(date.isoformat, date.fromisoformat),
    # A seal holds its scheme once, and the rules inside units follow from it.
    Scheme: Form(lambda _value: None, lambda _plain: None),
}
OWN = (str, int, bool, types.NoneType)
"""Types whose values stand for themselves in JSON."""


@cache
def _form(kind: Any) -> Form:
    if kind in SIMPLE:
        return SIMPLE[kind]
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _one_of(parts)
    if origin is tuple:
        return _list(parts[0], tuple) if parts[1:] == (...,) else _fixed(parts)
    if origin is frozenset:
        return _set(parts[0])
    if origin is not None and issubclass(origin, Mapping):
        return _pairs(*parts)
    if origin is not None:
        return _list(parts[0], tuple)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Form(lambda value: value.value, kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return Form(lambda value: value.model_dump(mode="json"), kind.model_validate)
    return _fields(kind)


def _list(part: Any, make: Callable[[Any], Any]) -> Form:
    def write(values: Any) -> Any:
        inner = _form(part).write
        return [inner(value) for value in values]

    def read(plain: Any) -> Any:
        inner = _form(part).read
        return make(inner(value) for value in plain)

    return Form(write, read)


def _set(part: Any) -> Form:
    form = _list(part, frozenset)
    return Form(lambda values: form.write(sorted(values)), form.read)


def _fixed(parts: tuple[Any, ...]) -> Form:
    def write(values: Any) -> Any:
        return [_form(part).write(value) for part, value in zip(parts, values, strict=True)]

    def read(plain: Any) -> Any:
        return tuple(_form(part).read(value) for part, value in zip(parts, plain, strict=True))

    return Form(write, read)


def _pairs(key: Any, value: Any) -> Form:
    pairs = _list(tuple[key, value], tuple)
    return Form(lambda found: pairs.write(found.items()), lambda plain: dict(pairs.read(plain)))


def _one_of(kinds: tuple[Any, ...]) -> Form:
    """A value of several types; with «none» alone beside one type, that type's form is enough."""
    others = [kind for kind in kinds if kind is not types.NoneType]
    if len(others) == 1 and len(kinds) == 2:
        return _optional(others[0])
    named = {_name(kind): kind for kind in others}

    def write(value: Any) -> Any:
        kind = _kind_of(value, others)
        form = _form(kind).write(value) if kind is not None else None
        return form if kind in (None, *OWN) else {_name(kind): form}

    def read(plain: Any) -> Any:
        if not isinstance(plain, dict):
            return plain
        ((name, inner),) = plain.items()
        return _form(named[name]).read(inner)

    return Form(write, read)


def _optional(kind: Any) -> Form:
    def write(value: Any) -> Any:
        return None if value is None else _form(kind).write(value)

    def read(plain: Any) -> Any:
        return None if plain is None else _form(kind).read(plain)

    return Form(write, read)


def _kind_of(value: Any, kinds: list[Any]) -> Any:
    if value is None:
        return None
    return next(kind for kind in kinds if isinstance(value, typing.get_origin(kind) or kind))


def _name(kind: Any) -> str:
    return str((typing.get_origin(kind) or kind).__name__)


def _fields(kind: Any) -> Form:
    if not is_dataclass(kind):
        raise TypeError(f"a seal holds no {kind}")
    hints = typing.get_type_hints(kind, localns=LATE)
    known = [(field.name, _later(hints[field.name])) for field in fields(kind) if field.init]
    younger = {it.name: it.default for it in fields(kind) if it.metadata == YOUNGER}

    def write(value: Any) -> Any:
        said = ((name, form, getattr(value, name)) for name, form in known)
        # An older seal, written again, has the digest that it had.
        return {
            name: form.write(part)
            for name, form, part in said
            if name not in younger or part != younger[name]
        }

    def read(plain: Any) -> Any:
        made = cast(Any, object.__new__(cast(type, kind)))
        for name, form in known:
            absent = name in younger and name not in plain
            part = younger[name] if absent else form.read(plain[name])
            object.__setattr__(made, name, part)
        return made

    return Form(write, read)


def _later(kind: Any) -> Form:
    """The form of a field, found when it is first needed: a message may hold messages."""
    return Form(lambda value: _form(kind).write(value), lambda plain: _form(kind).read(plain))
