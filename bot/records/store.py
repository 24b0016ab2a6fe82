"""Stores the year's material as rows: what offices hand in, decisions, and past grades."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.exc import IntegrityError
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
    Paper,
    PastGrade,
    Role,
    UnitDecision,
    Verdict,
)
from bot.storage.bulk import count_rows as count_rows
from bot.storage.bulk import insert_all
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message

NOT_APPRAISED = "not_appraised"
PERSONAL = "personal"
"""The indicator of a leader's personal score; every other one is a unit's."""
SINCE_EVER = 0
"""The stored first year of a membership without a beginning."""


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """A stored unit with the questionnaire that citizens get for it."""

    unit: AppraisedUnit
    questionnaire: str


Values = dict[tuple[str, str], Decimal]


def exists_in(unit: AppraisedUnit, year: int) -> bool:
    """Return whether a unit has a league in a year, or needs none."""
    return not unit.memberships or any(membership.covers(year) for membership in unit.memberships)


async def read_units(connection: AsyncConnection) -> tuple[ListedUnit, ...]:
    """Read every unit with its memberships, in the order of the list."""
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
    """Make memberships of rows.

    A row holds until the year before the next one; a row without a league only ends the one before.
    """
    ends = [later.from_year - 1 for _, later in pairwise(rows)] + [None]
    return tuple(
        Membership(row.league, None if row.from_year == SINCE_EVER else row.from_year, end)
        for row, end in zip(rows, ends, strict=True)
        if row.league
    )


async def read_inner(connection: AsyncConnection, year: int) -> tuple[AppraisedUnit, ...]:
    """Read the inner units of a year, by code."""
    columns = tables.inner_units.c
    rows = await connection.execute(
        select(tables.inner_units).where(columns.year == year).order_by(columns.code)
    )
    return tuple(
        AppraisedUnit(r.code, r.name_zh, r.name_en, r.category, parent=r.parent) for r in rows
    )


async def read_leaders(connection: AsyncConnection, year: int) -> tuple[Leader, ...]:
    """Read the year's leaders, by id."""
    columns = tables.leaders.c
    rows = await connection.execute(
        select(tables.leaders).where(columns.year == year).order_by(columns.leader)
    )
    return tuple(Leader(r.leader, r.name_zh, r.name_en, r.unit, Role(r.role), r.post) for r in rows)


async def read_indicators(connection: AsyncConnection, year: int) -> Values:
    """Read the year's points by subject and indicator, `PERSONAL` among them."""
    columns = tables.indicators.c
    query = (
        select(tables.indicators)
        .where(columns.year == year)
        .order_by(columns.subject, columns.indicator)
    )
    return {(r.subject, r.indicator): Decimal(r.value) for r in await connection.execute(query)}


async def read_adjustments(connection: AsyncConnection, year: int) -> tuple[Adjustment, ...]:
    """Read the year's bonuses and deductions, in the order in which they came."""
    columns = tables.adjustments.c
    rows = await connection.execute(
        select(tables.adjustments).where(columns.year == year).order_by(columns.id)
    )
    return tuple(Adjustment(r.unit, Decimal(r.points), r.reason, r.source) for r in rows)


async def read_findings(
    connection: AsyncConnection, year: int | None = None
) -> tuple[Finding, ...]:
    """Read the findings that were handed in for a year, by id; None: for any year."""
    columns = tables.findings.c
    query = select(tables.findings).order_by(columns.year, columns.id)
    rows = await connection.execute(query if year is None else query.where(columns.year == year))
    return tuple(
        Finding(
            r.id, FindingKind(r.kind), r.subject, r.on, r.source, r.note, r.established, r.revoked
        )
        for r in rows
    )


async def read_decisions(connection: AsyncConnection, year: int) -> tuple[Decision, ...]:
    """Read the last decision on each proposal, by proposal."""
    columns = tables.decisions.c
    rows = await connection.execute(
        select(tables.decisions).where(columns.year == year).order_by(columns.id)
    )
    last = {r.proposal: _decision(r) for r in rows}
    return tuple(last[proposal] for proposal in sorted(last))


async def read_unit_decisions(connection: AsyncConnection, year: int) -> tuple[UnitDecision, ...]:
    """Read the last grade that a person gave each unit with too few answers, by unit."""
    columns = tables.unit_decisions.c
    rows = await connection.execute(
        select(tables.unit_decisions).where(columns.year == year).order_by(columns.id)
    )
    last = {
        r.unit: UnitDecision(r.unit, Grade(r.grade), r.by, r.reason, r.at, r.login, r.number)
        for r in rows
    }
    return tuple(last[unit] for unit in sorted(last))


def _decision(row: Row[Any]) -> Decision:
    signed = (row.by, row.reason, row.at, row.login, row.grounds, row.number, row.heard_on)
    paper = Paper(row.organ, row.document, row.decided_on, row.released_by)
    return Decision(
        row.proposal, Verdict(row.verdict), *signed, paper=paper if row.document else None
    )


async def read_history(
    connection: AsyncConnection, first: int | None = None, last: int | None = None
) -> tuple[PastGrade, ...]:
    """Read the last line of history of each subject and year, ``first`` to ``last`` included."""
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
    """Add or change units with their memberships.

    They come first in the list, in this order, and the other units follow.
    """
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
    """Replace the year's inner units."""
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
    """Replace the year's leaders."""
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
    """Replace the year's bonuses and deductions."""
    rows = [
        {"unit": a.unit, "points": str(a.points), "reason": a.reason, "source": a.source}
        for a in adjustments
    ]
    await _replace(connection, tables.adjustments, year, rows)


async def replace_findings(
    connection: AsyncConnection, year: int, facts: Iterable[Finding]
) -> None:
    """Replace the year's findings."""
    same = ("id", "subject", "source", "note", "established", "revoked")
    rows = [
        {name: getattr(f, name) for name in same} | {"kind": f.kind.value, "on": f.date}
        for f in facts
    ]
    await _replace(connection, tables.findings, year, rows)


async def merge_indicators(connection: AsyncConnection, year: int, values: Values) -> None:
    """Add or change the year's points; points of other subjects and indicators stay."""
    kept = await read_indicators(connection, year)
    rows = [
        {"subject": s, "indicator": i, "value": str(value)}
        for (s, i), value in sorted((kept | values).items())
    ]
    await _replace(connection, tables.indicators, year, rows)


PAPER = ("organ", "document", "decided_on", "released_by")
"""The columns of a decision's paper; all are empty where it rests on none."""


async def append_decisions(
    connection: AsyncConnection, year: int, decisions: Iterable[Decision]
) -> None:
    """Append decisions; earlier ones on the same proposals stay and no longer count.

    Raises:
        BadInput: somebody else has decided on one of the proposals just now.
    """
    before = {d.proposal: d.number for d in await read_decisions(connection, year)}
    rows = [
        {
            "proposal": d.proposal,
            "verdict": d.verdict.value,
            "by": d.by,
            "reason": d.reason,
            "at": d.at,
            "login": d.login,
            "grounds": d.grounds,
            "heard_on": d.heard_on,
            **(asdict(d.paper) if d.paper else dict.fromkeys(PAPER, "")),
            "number": d.number or before.get(d.proposal, 0) + 1,
            "year": year,
        }
        for d in decisions
    ]
    await _append(connection, tables.decisions, rows)


async def append_unit_decisions(
    connection: AsyncConnection, year: int, decisions: Iterable[UnitDecision]
) -> None:
    """Append grades that a person gave; earlier ones of the same units no longer count.

    Raises:
        BadInput: somebody else has given one of the units a grade just now.
    """
    before = {d.unit: d.number for d in await read_unit_decisions(connection, year)}
    rows = [
        {
            "unit": d.unit,
            "grade": d.grade.value,
            "by": d.by,
            "reason": d.reason,
            "at": d.at,
            "login": d.login,
            "number": d.number or before.get(d.unit, 0) + 1,
            "year": year,
        }
        for d in decisions
    ]
    await _append(connection, tables.unit_decisions, rows)


async def _append(
    connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]
) -> None:
    try:
        await insert_all(connection, table, rows)
    except IntegrityError as error:
        raise BadInput(Message("records-changed-just-now")) from error


async def append_history(
    connection: AsyncConnection, lines: Sequence[PastGrade], units: set[str]
) -> None:
    """Append lines of history; a subject that is not in ``units`` is a leader."""
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


async def _replace(
    connection: AsyncConnection, table: Table, year: int, rows: Sequence[dict[str, Any]]
) -> None:
    await connection.execute(table.delete().where(table.c.year == year))
    await insert_all(connection, table, [row | {"year": year} for row in rows])
