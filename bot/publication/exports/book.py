"""A publication as a value: pages of rows, each column with its name, its label and how its numbers are written.

`LabelledData` is the same for statistics: numbers and texts with labels and codes of missing values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from aggregation.numbers import half_up

CellValue = float | str | None
Pair = tuple[str, str]
Value = str | int | float | Decimal | Fraction | bool | None

POINTS, EXACT, SHARE = 2, 4, 4
"""Decimals of totals and of scores, rates and variances."""


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` is for programs, ``zh`` for people. ``places`` are the decimals of a number; None: text or counts."""

    name: str
    zh: str
    places: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A table. Every row has a value for each column."""

    name: str
    zh: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A column. ``values`` names its codes, ``missing`` are those that count as missing; ``places`` are decimals."""

    name: str
    zh: str
    en: str
    text: bool = False
    places: int = 0
    values: Mapping[int, Pair] = field(default_factory=dict)
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledData:
    """A table of numbers and texts; None is missing without a reason (system-missing)."""

    name: str
    zh: str
    variables: tuple[Variable, ...]
    rows: tuple[tuple[CellValue, ...], ...]


@dataclass(frozen=True, slots=True)
class Book:
    """All that is published together. ``day`` is when it came to be, taken from its data so that it never differs.

    ``answers`` are for statistical files alone.
    """

    title: str
    day: date
    pages: tuple[Page, ...]
    answers: tuple[LabelledData, ...] = ()

    def page(self, name: str) -> Page:
        """The page with this name. Raises KeyError."""
        return {page.name: page for page in self.pages}[name]


def printed_value(value: Value, column: Column) -> str | int | Decimal | None:
    """What is written: text, a count, or a number rounded half up to the column's decimals."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return int(value)
    if column.places is None:
        return int(value)
    return half_up(Fraction(value), column.places)


def joined_text(parts: Sequence[str]) -> str:
    """Several texts in one cell."""
    return "; ".join(part for part in parts if part)
