"""Two schemes compared field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from aggregation.scheme.scheme import Scheme


@dataclass(frozen=True, slots=True)
class SchemeDifference:
    """A field as reason trails write it, and its two values as text; None for a missing one."""

    field: str
    before: str | None
    after: str | None


def scheme_differences(before: Scheme, after: Scheme) -> list[SchemeDifference]:
    """All fields that differ, in the order of schemes; those that only ``after`` has come last."""
    old, new = dict(_fields("", before.model_dump())), dict(_fields("", after.model_dump()))
    return [
        SchemeDifference(name, old.get(name), new.get(name))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]


def _fields(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every leaf with its path; 30 and 30.0 are the same.

    Options of a scale go by their code, other lists as one.
    """
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _fields(f"{path}.{name}" if path else str(name), part)
    elif (
        isinstance(value, (list, tuple))
        and value
        and all(isinstance(part, Mapping) for part in value)
    ):
        for place, part in enumerate(value, 1):
            yield from _fields(f"{path}.{part.get('code', place)}", part)
    else:
        yield path, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value))
    return "—" if value is None else str(value)
