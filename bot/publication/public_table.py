"""The public table of a year in notice: its units with rank, total, grade and public score.

Nothing of it is public before the first day of the notice. Of leaders it gives counts alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.appraisal.standing import Amendment, is_after_review
from aggregation.model.facts import Grade
from aggregation.model.results import UnitResult
from aggregation.numbers import half_up
from aggregation.scheme.parts import Name
from bot.appraisal.settling import OpenResults, open_results
from bot.appraisal.standing_years import StandingYear, amendment_of, read_shown_year
from bot.records.notices import GivenNotice, read_notices
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.spoken_terms import Terms

FORMAT = "minping-public-table/1"


@dataclass(frozen=True, slots=True)
class PublicUnit:
    """A unit in the public table; ``score`` is the public score as it was released."""

    result: UnitResult
    score: Fraction | None


@dataclass(frozen=True, slots=True)
class PublicTable:
    """What everybody may read of a year in notice.

    Args:
        year: the year.
        notice: the notice of the year's results.
        later: the notices that told of amendments since.
        families: the name of each league, category and pool, in which units are ranked.
        units: the units of each family, best first.
        leaders: how many leaders have each grade; None: no grade.
        amendments: what was amended since the seal, in order.
        seal: the SHA-256 of the seal, as the public log has it.
        digest: the digest of what stands now; the seal's where nothing was amended.
        scheme: version and digest of the rules.
        places: decimals of totals.
        terms: what the year calls the grades.
        open: what may still change, as of the day on which it is read.
    """

    year: int
    notice: GivenNotice
    later: tuple[GivenNotice, ...]
    families: Mapping[str, Name]
    units: Mapping[str, tuple[PublicUnit, ...]]
    leaders: Mapping[Grade | None, int]
    amendments: tuple[Amendment, ...]
    seal: str
    digest: str
    scheme: tuple[str, str]
    places: int
    terms: Terms
    open: OpenResults | None

    def after_review(self, unit: UnitResult) -> bool:
        """Return whether a unit's result was amended after a review."""
        return is_after_review(unit.amended, self.amendments)


async def public_years(database: AsyncEngine, today: date) -> list[int]:
    """Return the years whose table everybody may read, the newest first."""
    columns, sealed = tables.public_notices.c, select(tables.seals.c.year)
    begun = columns.begins <= today.isoformat()
    query = select(columns.year).where(begun, columns.year.in_(sealed)).distinct()
    async with reading(database) as connection:
        return list((await connection.execute(query.order_by(columns.year.desc()))).scalars())


async def standing_mark(connection: AsyncConnection, year: int) -> str:
    """Return what differs as soon as a year stands otherwise, without reading its seal."""
    seals, made, notices = tables.seals.c, tables.amendments.c, tables.public_notices.c
    counts = [
        select(func.max(column)).where(of == year)
        for column, of in (
            (seals.number, seals.year),
            (made.number, made.year),
            (notices.number, notices.year),
        )
    ]
    return " ".join([str((await connection.execute(query)).scalar()) for query in counts])


async def appeals_mark(connection: AsyncConnection, year: int) -> str:
    """Return what differs as soon as somebody asks for a review, answers one, or gets a letter."""
    appeals, steps, told = tables.appeals.c, tables.appeal_steps.c, tables.tellings.c
    mine = select(appeals.number).where(appeals.year == year)
    counts = [
        select(func.count()).select_from(tables.appeal_steps).where(steps.appeal.in_(mine)),
        select(func.count()).select_from(tables.tellings).where(told.year == year),
    ]
    return " ".join([str((await connection.execute(query)).scalar()) for query in counts])


async def read_public_table(database: AsyncEngine, year: int, today: date) -> PublicTable | None:
    """Return the public table of a year; None before the first day of its notice."""
    async with reading(database) as connection:
        notices = [it for it in await read_notices(connection, year) if it.begins <= today]
        noticed = any(not it.amendment for it in notices)
        stands = await read_shown_year(connection, year) if noticed else None
        found = await open_results(connection, year, today) if noticed else None
    return _table(stands, notices, found) if stands is not None else None


def _table(
    stands: StandingYear, notices: Sequence[GivenNotice], found: OpenResults | None
) -> PublicTable:
    result, scheme = stands.content.result, stands.content.inputs.scheme
    units_of: dict[str, list[PublicUnit]] = {}
    for unit in sorted(result.units, key=_place):
        told = stands.inputs.disclosed.get(unit.unit)
        units_of.setdefault(unit.family, []).append(PublicUnit(unit, told.score if told else None))
    whole = [it for it in notices if not it.amendment]
    return PublicTable(
        stands.content.year,
        whole[-1],
        tuple(it for it in notices if it.amendment),
        {family: scheme.family_name(family) for family in units_of},
        {family: tuple(units) for family, units in units_of.items()},
        result.leader_grades(),
        tuple(amendment_of(it) for it in stands.amendments),
        stands.seal.digest,
        stands.digest,
        (scheme.version, scheme.digest),
        scheme.places,
        scheme.terms,
        found,
    )


def _place(unit: UnitResult) -> tuple[bool, str, bool, int, str]:
    return (unit.league is None, unit.family, unit.rank is None, unit.rank or 0, unit.unit)


def public_data(table: PublicTable) -> dict[str, Any]:
    """Return the table for programs, as JSON; figures are texts, so that none is rounded again."""
    return {
        "format": FORMAT,
        "year": table.year,
        "notice": {
            "begins": table.notice.begins.isoformat(),
            "ends": table.notice.ends.isoformat(),
            "until": table.notice.until.isoformat(),
        },
        "seal": table.seal,
        "standing": table.digest,
        "scheme": {"version": table.scheme[0], "digest": table.scheme[1]},
        "units": [_row(it, table.places) for units in table.units.values() for it in units],
        "leaders": {str(grade or "none"): count for grade, count in table.leaders.items()},
        "amendments": len(table.amendments),
    }


def _row(it: PublicUnit, places: int) -> dict[str, Any]:
    unit = it.result
    return {
        "unit": unit.unit,
        "name": {"zh": unit.zh, "en": unit.en},
        "family": unit.family,
        "rank": unit.rank,
        "of": unit.of,
        "total": _text(unit.total),
        "public_score": None if it.score is None else _text(half_up(it.score, places)),
        "grade": str(unit.grade) if unit.grade else None,
        "certainty": str(unit.certainty) if unit.certainty else None,
        "amended": list(unit.amended),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
