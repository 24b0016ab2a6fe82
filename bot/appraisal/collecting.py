"""The list before the material of a year is closed (材料截止): what is missing stops the close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.appraisal.corrections import PERSONAL
from aggregation.scheme.inner_units import PARENT
from aggregation.scheme.scheme import PUBLIC, Scheme
from bot.appraisal.organ_reports import (
    Report,
    filing_heads,
    list_digest,
    missing_reports,
    read_reports,
)
from bot.appraisal.units_of_year import read_year_units
from bot.campaigns.registered import year_scheme
from bot.records.store import read_indicators, read_leaders
from bot.storage.database import reading
from survey_flows.errors import Message, Place, Problem

FEW = 10
"""So many names are told of a longer list."""


@dataclass(frozen=True, slots=True)
class CloseList:
    """What is looked at before the material of a year is closed.

    Args:
        year: the year.
        reports: what organs have reported.
        heads: how many filings the year has, and how many those of every year.
        stops: what keeps the material from being closed.
        asks: what somebody thinks of first.
    """

    year: int
    reports: tuple[Report, ...]
    heads: tuple[int, int]
    stops: tuple[Problem, ...]
    asks: tuple[Message, ...]

    @property
    def digest(self) -> str:
        """The digest of the list: any filing in between gives another one."""
        return list_digest(self.year, self.reports, self.heads)


@dataclass(frozen=True, slots=True)
class CloseOrder:
    """What somebody says who closes the material: the year once more, and the list they saw."""

    typed: str
    seen: str


async def show_close(database: AsyncEngine, year: int) -> CloseList:
    """Return the list before the close of a year's material."""
    scheme = await year_scheme(database, year)
    async with reading(database) as connection:
        reports = await read_reports(connection, year)
        heads = await filing_heads(connection, year)
        stops = [Problem(it, Place(subject=str(year))) for it in _stops(reports)]
        stops += await _without_points(connection, year, scheme)
        asks = await _without_score(connection, year)
    return CloseList(year, reports, heads, tuple(stops), asks)


def _stops(reports: Sequence[Report]) -> list[Message]:
    missing = missing_reports(reports)
    return [Message("appraisal-reports-missing", names=missing)] if missing else []


async def _without_points(connection: AsyncConnection, year: int, scheme: Scheme) -> list[Problem]:
    """Return the indicators of which units of the city have no points, each with a few names."""
    values = await read_indicators(connection, year)
    units = (await read_year_units(connection, year, scheme, date(year, 12, 31))).appraised
    lacking: dict[str, list[str]] = {}
    for unit in units:
        category = scheme.categories.get(unit.category)
        weights = category.weights if category is not None and not unit.parent else ()
        for name in weights:
            if name not in (PUBLIC, PARENT) and (unit.code, name) not in values:
                lacking.setdefault(name, []).append(unit.code)
    return [
        Problem(_named("appraisal-points-missing", found), Place(subject=name))
        for name, found in lacking.items()
    ]


async def _without_score(connection: AsyncConnection, year: int) -> tuple[Message, ...]:
    """Return who waits for a personal score: they alone wait, and nobody else."""
    values = await read_indicators(connection, year)
    scored = {subject for subject, name in values if name == PERSONAL}
    lacking = [it.id for it in await read_leaders(connection, year) if it.id not in scored]
    return (_named("appraisal-scores-missing", lacking),) if lacking else ()


def _named(name: str, found: Sequence[str]) -> Message:
    names = tuple(sorted(found)[:FEW])
    return Message(name, names=names, more=max(0, len(found) - FEW))
