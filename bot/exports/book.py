"""A publication as a value: pages of rows, each column with its name, its label and how its numbers are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from aggregation.quota import half_up

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
class Book:
    """All that is published together. ``day`` is when it came to be, taken from its data so that it never differs."""

    title: str
    day: date
    pages: tuple[Page, ...]

    def page(self, name: str) -> Page:
        """The page with this name. Raises KeyError."""
        return {page.name: page for page in self.pages}[name]


def with_dictionary(book: Book) -> Book:
    """The book with one more page that says what each column is."""
    columns = (Column("page", "表"), Column("page_zh", "表名"), Column("column", "列"), Column("label_zh", "含义"))
    rows = tuple((page.name, page.zh, column.name, column.zh) for page in book.pages for column in page.columns)
    return Book(book.title, book.day, (*book.pages, Page("columns", "列说明", columns, rows)))


def settle(value: Value, column: Column) -> str | int | Decimal | None:
    """What is written: text, a count, or a number rounded half up to the column's decimals."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return int(value)
    if column.places is None:
        return int(value)
    return half_up(Fraction(value), column.places)


def joined(parts: Sequence[str]) -> str:
    """Several texts in one cell."""
    return "; ".join(part for part in parts if part)
