"""Lists the codes that may stand in a column, with their names, for people who fill in a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from aggregation.model.facts import AppraisedUnit
from aggregation.scheme.scheme import scheme_levels
from bot.core.labels import Pair
from bot.core.shipped_files import shipped_questionnaires
from bot.records.context import YearContext

Member = TypeVar("Member", bound=StrEnum)
Codes = Mapping[str, Pair]
Choices = Callable[[YearContext], Codes]
"""Codes with their names in Chinese and English."""


def enum_names(names: Mapping[Member, Iterable[str]]) -> Choices:
    """Return a list of an enumeration's members.

    A cell may hold a member's first Chinese name or its value.
    """
    codes = {member.value: (next(iter(called)), member.value) for member, called in names.items()}
    return lambda _known: codes


def categories(known: YearContext) -> Codes:
    """Return the categories of the city's units."""
    return {code: (it.zh, it.en) for code, it in known.scheme.categories.items()}


def inner_categories(known: YearContext) -> Codes:
    """Return the categories of inner units, of every level."""
    return {
        code: (it.zh, it.en)
        for level in scheme_levels(known.scheme)
        for code, it in level.categories.items()
    }


def leagues(known: YearContext) -> Codes:
    """Return the leagues of districts and counties."""
    return {code: (it.zh, it.en) for code, it in known.scheme.leagues.items()}


def questionnaires(known: YearContext) -> Codes:
    """Return the shipped questionnaires, and those that units have."""
    shipped = {
        code: (it.title["zh-Hans"], it.title["en"]) for code, it in shipped_questionnaires().items()
    }
    return {
        listed.questionnaire: (listed.questionnaire,) * 2 for listed in known.city.values()
    } | shipped


def city_units(known: YearContext) -> Codes:
    """Return the city's units."""
    return _named(listed.unit for listed in known.city.values())


def parts(known: YearContext) -> Codes:
    """Return the inner units."""
    return _named(known.inner.values())


def units(known: YearContext) -> Codes:
    """Return the city's units and their inner units."""
    return _named(known.units.values())


def subjects(known: YearContext) -> Codes:
    """Return units, inner units and people."""
    return {**units(known), **{id_: (it.zh, it.en) for id_, it in known.leaders.items()}}


def _named(found: Iterable[AppraisedUnit]) -> Codes:
    return {unit.code: (unit.zh, unit.en) for unit in found}
