"""A publication as a value: pages of rows, with names, labels and formats of columns.

`LabelledData` is the same for statisticians: numbers and texts with labels and missing codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from aggregation.numbers import half_up
from bot.core.labels import Pair, both, sentences
from bot.results.scoring import ScoredCampaign
from survey_flows.messages import Message

CellValue = float | str | None
Value = str | int | float | Decimal | Fraction | bool | None

POINTS, EXACT, SHARE = 2, 4, 4
"""Decimals of totals and of scores, rates and variances."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a page.

    Args:
        name: its name for programs.
        label: the id of the message that is its label for people.
        places: decimals of a number; None for text and counts.
        about: the scheme's word that the label names, in Chinese and English.
    """

    name: str
    label: str
    places: int | None = None
    about: Pair = ("", "")

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return both(Message(self.label, about=self.about[0]))[0]

    @property
    def en(self) -> str:
        """The English label."""
        return both(Message(self.label, about=self.about[1]))[1]


@dataclass(frozen=True, slots=True)
class Page:
    """A table; every row has a value for each column.

    ``title`` is the id of a message.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def zh(self) -> str:
        """The Chinese title."""
        return both(Message(self.title))[0]


@dataclass(frozen=True, slots=True)
class Variable:
    """A column of labelled data.

    ``values`` names its codes; ``missing`` are the codes that count as missing.
    """

    name: str
    zh: str
    en: str
    text: bool = False
    places: int = 0
    values: Mapping[int, Pair] = field(default_factory=dict)
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledData:
    """A table of numbers and texts; None is a value that is missing for no reason."""

    name: str
    zh: str
    variables: tuple[Variable, ...]
    rows: tuple[tuple[CellValue, ...], ...]


@dataclass(frozen=True, slots=True)
class Book:
    """Pages that are published together.

    ``day`` is taken from the data, so that the same data give the same bytes.
    ``answers`` go into statistical files only.
    ``sponsor`` is who orders the evaluation, by the scheme; ``issuer`` who asked the citizens, and
    ``city`` the city's name. Each is empty where nobody is named.
    """

    title: str
    day: date
    pages: tuple[Page, ...]
    answers: tuple[LabelledData, ...] = ()
    sponsor: str = ""
    issuer: str = ""
    city: str = ""

    @property
    def issued(self) -> str:
        """The city and who issues the book, on one line."""
        return joined_text((self.city, self.issuer))

    def page(self, name: str) -> Page:
        """Return the page with this name; raises KeyError."""
        return {page.name: page for page in self.pages}[name]


def named_in(campaigns: Iterable[ScoredCampaign]) -> tuple[str, str]:
    """Return who orders the evaluations and who asked citizens, in both languages, each once."""
    sponsors, issuers = [], []
    for campaign in (it.campaign for it in campaigns):
        if campaign.scheme.sponsor is not None:
            sponsors.append((campaign.scheme.sponsor.zh, campaign.scheme.sponsor.en))
        if campaign.organiser is not None:
            issuers.append(tuple(campaign.organiser.name.values()))
    return _named_once(sponsors), _named_once(issuers)


def _named_once(names: Iterable[tuple[str, ...]]) -> str:
    return joined_text([*dict.fromkeys(" ".join(dict.fromkeys(it)) for it in names)])


def printed_value(value: Value, column: Column) -> str | int | Decimal | None:
    """Return a value as it is written: text, a count, or a number rounded half up."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return int(value)
    if column.places is None:
        return int(value)
    return half_up(Fraction(value), column.places)


def joined_text(parts: Sequence[str]) -> str:
    """Join several codes for one cell, alike in every language."""
    return "; ".join(part for part in parts if part)


def joined_words(parts: Sequence[str], lang: str) -> str:
    """Join several texts for one cell, as the language joins sentences."""
    return sentences((part for part in parts if part), lang)
