"""The year's material as rows: what offices hand in, what persons decided, and the immutable history of grades."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.facts import (
    Adjustment,
    AppraisedUnit,
    Decision,
    Finding,
    FindingKind,
    Grade,
    Leader,
    Membership,
    PastGrade,
    Role,
    UnitDecision,
    Verdict,
)
from bot.storage.bulk import count_rows as count_rows
from bot.storage.bulk import insert_all
from bot.storage.schema import all as tables

NOT_APPRAISED = "not_appraised"
PERSONAL = "personal"
"""The indicator under which a leader's personal score is kept; every other one is a unit's."""
GRADE, DECISION, SCORE = "grade", "decision", "score"
SINCE_EVER = 0
"""The year from which a membership without a beginning counts."""


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """A unit as it is stored, with the questionnaire that citizens get for it."""

    unit: AppraisedUnit
    questionnaire: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """What an appeal that was upheld has changed. ``kind`` is `GRADE`, `DECISION` or `SCORE`; ``at`` epoch seconds.

    ``what`` is the key of the proposal that was decided anew; ``before`` and ``after`` are grades or verdicts.
    """

    appeal: int
    round: int
    subject: str
    kind: str
    what: str
    before: str
    after: str
    by: str
    reason: str
    at: int


Values = dict[tuple[str, str], Decimal]


def exists_in(unit: AppraisedUnit, year: int) -> bool:
    """Whether a unit is there in a year: a county that became a district is not, after or before."""
    return not unit.memberships or any(membership.covers(year) for membership in unit.memberships)


async def read_units(connection: AsyncConnection) -> tuple[ListedUnit, ...]:
    """Every unit with its memberships, in the order in which they are listed."""
    columns = tables.memberships.c
    rows = await connection.execute(
        select(tables.memberships).order_by(columns.unit, columns.from_year)
    )
    leagues = {
        unit: _memberships(list(part))
        for unit, part in groupby(rows, key=lambda row: str(row.unit))
    }
    listed = await connection.execute(
        select(tables.units).order_by(tables.units.c.position, tables.units.c.code)
    )
    return tuple(
        ListedUnit(
            AppraisedUnit(r.code, r.name_zh, r.name_en, r.category, leagues.get(r.code, ())),
            r.questionnaire,
        )
        for r in listed
    )


def _memberships(rows: Sequence[Row[Any]]) -> tuple[Membership, ...]:
    """Each row holds until the year before the next one; a row without a league only ends the one before it."""
    ends = [later.from_year - 1 for _, later in pairwise(rows)] + [None]
    return tuple(
        Membership(row.league, None if row.from_year == SINCE_EVER else row.from_year, end)
        for row, end in zip(rows, ends, strict=True)
        if row.league
    )


async def read_inner(connection: AsyncConnection, year: int) -> tuple[AppraisedUnit, ...]:
    """The parts inside units in a year, by code."""
    columns = tables.inner_units.c
    rows = await connection.execute(
        select(tables.inner_units).where(columns.year == year).order_by(columns.code)
    )
    return tuple(
        AppraisedUnit(r.code, r.name_zh, r.name_en, r.category, parent=r.parent) for r in rows
    )


async def read_all_units(connection: AsyncConnection, year: int) -> tuple[AppraisedUnit, ...]:
    """The city's units and the parts inside them, as they stand in a year."""
    own = (x.unit for x in await read_units(connection) if exists_in(x.unit, year))
    return (*own, *await read_inner(connection, year))


async def read_leaders(connection: AsyncConnection, year: int) -> tuple[Leader, ...]:
    """The year's leaders by id."""
    columns = tables.leaders.c
    rows = await connection.execute(
        select(tables.leaders).where(columns.year == year).order_by(columns.leader)
    )
    return tuple(Leader(r.leader, r.name_zh, r.name_en, r.unit, Role(r.role), r.post) for r in rows)


async def read_indicators(connection: AsyncConnection, year: int) -> Values:
    """The year's points by subject and indicator, `PERSONAL` among them."""
    columns = tables.indicators.c
    query = (
        select(tables.indicators)
        .where(columns.year == year)
        .order_by(columns.subject, columns.indicator)
    )
    return {(r.subject, r.indicator): Decimal(r.value) for r in await connection.execute(query)}


async def read_adjustments(connection: AsyncConnection, year: int) -> tuple[Adjustment, ...]:
    """The year's bonuses and deductions in the order in which they were handed in."""
    columns = tables.adjustments.c
    rows = await connection.execute(
        select(tables.adjustments).where(columns.year == year).order_by(columns.id)
    )
    return tuple(Adjustment(r.unit, Decimal(r.points), r.reason, r.source) for r in rows)


async def read_findings(connection: AsyncConnection, year: int) -> tuple[Finding, ...]:
    """The year's findings by id."""
    columns = tables.findings.c
    rows = await connection.execute(
        select(tables.findings).where(columns.year == year).order_by(columns.id)
    )
    return tuple(
        Finding(r.id, FindingKind(r.kind), r.subject, r.on, r.source, r.note) for r in rows
    )


async def read_decisions(connection: AsyncConnection, year: int) -> tuple[Decision, ...]:
    """The last decision on each proposal, by proposal."""
    columns = tables.decisions.c
    rows = await connection.execute(
        select(tables.decisions).where(columns.year == year).order_by(columns.id)
    )
    last = {
        r.proposal: Decision(r.proposal, Verdict(r.verdict), r.by, r.reason, r.at) for r in rows
    }
    return tuple(last[proposal] for proposal in sorted(last))


async def read_unit_decisions(connection: AsyncConnection, year: int) -> tuple[UnitDecision, ...]:
    """The last grade that a person gave each unit with too few answers, by unit."""
    columns = tables.unit_decisions.c
    rows = await connection.execute(
        select(tables.unit_decisions).where(columns.year == year).order_by(columns.id)
    )
    last = {r.unit: UnitDecision(r.unit, Grade(r.grade), r.by, r.reason, r.at) for r in rows}
    return tuple(last[unit] for unit in sorted(last))


async def read_history(
    connection: AsyncConnection, first: int | None = None, last: int | None = None
) -> tuple[PastGrade, ...]:
    """The last line of history of each subject and year, from year ``first`` to ``last``, both included."""
    columns = tables.grades.c
    query = select(tables.grades).order_by(columns.id)
    if first is not None:
        query = query.where(columns.year >= first)
    if last is not None:
        query = query.where(columns.year <= last)
    found = {(r.year, r.kind, r.subject): _past(r) for r in await connection.execute(query)}
    return tuple(found[key] for key in sorted(found))


def _past(row: Row[Any]) -> PastGrade:
    grade = None if row.grade == NOT_APPRAISED else Grade(row.grade)
    return PastGrade(row.year, row.subject, grade, row.confirmed, row.unit, row.post, row.scheme)


async def write_units(connection: AsyncConnection, listed: Sequence[ListedUnit]) -> None:
    """Add units or change them, with their memberships; they are listed first, in this order, and the others after."""
    codes = {x.unit.code for x in listed}
    order = [*listed, *(x for x in await read_units(connection) if x.unit.code not in codes)]
    await connection.execute(tables.units.delete())
    await connection.execute(tables.memberships.delete())
    await insert_all(
        connection, tables.units, [_unit_row(x, position) for position, x in enumerate(order)]
    )
    await insert_all(
        connection, tables.memberships, [row for x in order for row in _membership_rows(x.unit)]
    )


def _unit_row(listed: ListedUnit, position: int) -> dict[str, object]:
    unit = listed.unit
    return {
        "code": unit.code,
        "name_zh": unit.zh,
        "name_en": unit.en,
        "category": unit.category,
        "questionnaire": listed.questionnaire,
        "position": position,
    }


def _membership_rows(unit: AppraisedUnit) -> Iterable[dict[str, object]]:
    ordered = sorted(unit.memberships, key=lambda m: m.since or SINCE_EVER)
    begins = {m.since or SINCE_EVER for m in ordered}
    for membership in ordered:
        yield {
            "unit": unit.code,
            "from_year": membership.since or SINCE_EVER,
            "league": membership.league,
        }
        if membership.until is not None and membership.until + 1 not in begins:
            yield {"unit": unit.code, "from_year": membership.until + 1, "league": ""}


async def replace_inner(
    connection: AsyncConnection, year: int, units: Iterable[AppraisedUnit]
) -> None:
    """Make these the year's parts inside units."""
    rows = [
        {
            "code": u.code,
            "parent": u.parent,
            "name_zh": u.zh,
            "name_en": u.en,
            "category": u.category,
        }
        for u in units
    ]
    await _replace(connection, tables.inner_units, year, rows)


async def replace_leaders(
    connection: AsyncConnection, year: int, leaders: Iterable[Leader]
) -> None:
    """Make these the year's leaders."""
    rows = [
        {
            "leader": x.id,
            "name_zh": x.zh,
            "name_en": x.en,
            "unit": x.unit,
            "role": x.role.value,
            "post": x.post,
        }
        for x in leaders
    ]
    await _replace(connection, tables.leaders, year, rows)


async def replace_adjustments(
    connection: AsyncConnection, year: int, adjustments: Iterable[Adjustment]
) -> None:
    """Make these the year's bonuses and deductions."""
    rows = [
        {"unit": a.unit, "points": str(a.points), "reason": a.reason, "source": a.source}
        for a in adjustments
    ]
    await _replace(connection, tables.adjustments, year, rows)


async def replace_findings(
    connection: AsyncConnection, year: int, facts: Iterable[Finding]
) -> None:
    """Make these the year's findings."""
    rows = [
        {
            "id": f.id,
            "kind": f.kind.value,
            "subject": f.subject,
            "on": f.date,
            "source": f.source,
            "note": f.note,
        }
        for f in facts
    ]
    await _replace(connection, tables.findings, year, rows)


async def merge_indicators(connection: AsyncConnection, year: int, values: Values) -> None:
    """Add the year's points or change them; points of other subjects and indicators stay."""
    kept = await read_indicators(connection, year)
    rows = [
        {"subject": s, "indicator": i, "value": str(value)}
        for (s, i), value in sorted((kept | values).items())
    ]
    await _replace(connection, tables.indicators, year, rows)


async def append_decisions(
    connection: AsyncConnection, year: int, decisions: Iterable[Decision]
) -> None:
    """Add decisions; earlier ones on the same proposals stay and count no more."""
    rows = [
        {
            "proposal": d.proposal,
            "verdict": d.verdict.value,
            "by": d.by,
            "reason": d.reason,
            "at": d.at,
            "year": year,
        }
        for d in decisions
    ]
    await insert_all(connection, tables.decisions, rows)


async def append_unit_decisions(
    connection: AsyncConnection, year: int, decisions: Iterable[UnitDecision]
) -> None:
    """Add grades that a person gave; earlier ones of the same units stay and count no more."""
    rows = [
        {
            "unit": d.unit,
            "grade": d.grade.value,
            "by": d.by,
            "reason": d.reason,
            "at": d.at,
            "year": year,
        }
        for d in decisions
    ]
    await insert_all(connection, tables.unit_decisions, rows)


async def append_history(
    connection: AsyncConnection, lines: Sequence[PastGrade], units: set[str]
) -> None:
    """Add lines of history; those whose subject is not in ``units`` are leaders'."""
    rows = [
        {
            "year": line.year,
            "subject": line.subject,
            "kind": "unit" if line.subject in units else "leader",
            "grade": line.grade.value if line.grade else NOT_APPRAISED,
            "confirmed": line.confirmed,
            "unit": line.unit,
            "post": line.post,
            "scheme": line.scheme_version,
        }
        for line in lines
    ]
    await insert_all(connection, tables.grades, rows)


async def read_amendments(connection: AsyncConnection, year: int) -> tuple[Amendment, ...]:
    """What appeals have changed of a year, in the order of the appeals."""
    columns = tables.amendments.c
    query = (
        select(tables.amendments)
        .where(columns.year == year)
        .order_by(columns.appeal, columns.round)
    )
    return tuple(_amendment(row) for row in await connection.execute(query))


def _amendment(row: Row[Any]) -> Amendment:
    return Amendment(**{name: value for name, value in row._mapping.items() if name != "year"})


async def _replace(
    connection: AsyncConnection, table: Table, year: int, rows: Sequence[dict[str, Any]]
) -> None:
    await connection.execute(table.delete().where(table.c.year == year))
    await insert_all(connection, table, [row | {"year": year} for row in rows])
