"""The record of what offices hand in: old and new value, who, why, and the file; only added to.

After the close of a year's material a filing needs a reason and a second person's clearance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message

KEYS: Mapping[str, tuple[tuple[Table, tuple[str, ...]], ...]] = {
    "units": ((tables.units, ("code",)), (tables.memberships, ("unit", "from_year"))),
    "unit-periods": ((tables.unit_periods, ("code", "begins")),),
    "unit-events": ((tables.unit_events, ("on", "kind", "before", "after")),),
    "leaders": ((tables.leaders, ("leader",)),),
    "people": ((tables.leaders, ("leader",)),),
    "inner": ((tables.inner_units, ("code",)), (tables.leaders, ("leader",))),
    "indicators": ((tables.indicators, ("subject", "indicator")),),
    "adjustments": ((tables.adjustments, ("unit", "reason", "source")),),
    "findings": ((tables.findings, ("id",)),),
    "posts": ((tables.posts, ("person", "unit", "begins")),),
    "absences": ((tables.absences, ("person", "kind", "begins")),),
    "discipline": ((tables.discipline, ("id",)),),
    "history": ((tables.grades, ("year", "subject")),),
}
"""The tables that a kind of table changes, with the columns that name a row."""
NONE, EVERY_YEAR = "none", 0
"""The kind of a filing by which an organ says that it has nothing to report (无), and the year of
filings that change tables of every year."""
SILENT = frozenset(("id", "year", "position"))
"""Columns that say nothing of a row: its running number, its year, its place in the list."""


@dataclass(frozen=True, slots=True)
class FilingChange:
    """One row that a filing changes.

    Args:
        table: the stored table.
        key: what names the row.
        subject: the unit or person whom it is about.
        before: its values before, by column; None where the row is new.
        after: its values from now on; None where it goes.
    """

    table: str
    key: str
    subject: str
    before: Mapping[str, str] | None
    after: Mapping[str, str] | None

    @property
    def told(self) -> tuple[str, str]:
        """What differs, before and after."""
        old, new = self.before or {}, self.after or {}
        names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
        before, after = (" · ".join(it[n] for n in names if it.get(n)) for it in (old, new))
        return before or "—", after or "—"


@dataclass(frozen=True, slots=True)
class Filing:
    """A table that was handed in; ``changes`` are the rows that it changed."""

    year: int
    number: int
    kind: str
    file: str
    sha256: str
    changes: tuple[FilingChange, ...]
    reason: str
    by: str
    approved_by: str
    at: int


Snapshot = Mapping[tuple[str, str], tuple[str, Mapping[str, str]]]


async def snapshot(connection: AsyncConnection, kind: str, year: int) -> Snapshot:
    """Return the rows that a kind of table may change, by stored table and key."""
    found: dict[tuple[str, str], tuple[str, Mapping[str, str]]] = {}
    for table, key in KEYS.get(kind, ()):
        query = select(table)
        if "year" in table.c and "year" not in key:
            query = query.where(table.c.year == year)
        for row in await connection.execute(query):
            said = {name: str(value) for name, value in row._mapping.items()}
            named = " ".join(said[part] for part in key)
            values = {name: value for name, value in said.items() if name not in SILENT}
            # Of history the last line counts; of two equal bonuses each counts.
            while table is tables.adjustments and (table.name, named) in found:
                named += " +"
            found[table.name, named] = (_subject(said), values)
    return found


def _subject(said: Mapping[str, str]) -> str:
    names = ("subject", "leader", "person", "unit", "code")
    return next((said[name] for name in names if said.get(name)), "")


def differences(before: Snapshot, after: Snapshot) -> tuple[FilingChange, ...]:
    """Return the rows that differ, by table and key."""
    found = []
    for place in sorted({*before, *after}):
        old, new = before.get(place), after.get(place)
        if old != new:
            subject = (new or old or ("", {}))[0]
            found.append(FilingChange(*place, subject, old and old[1], new and new[1]))
    return tuple(found)


async def append_filing(connection: AsyncConnection, filing: Filing) -> None:
    """Append a filing under the year's next number.

    Raises:
        BadInput: somebody else has taken this number just now.
    """
    columns = tables.filings.c
    query = select(func.max(columns.number)).where(columns.year == filing.year)
    number = ((await connection.execute(query)).scalar() or 0) + 1
    names = ("year", "kind", "file", "sha256", "reason", "by", "approved_by", "at")
    row: dict[str, object] = {name: getattr(filing, name) for name in names}
    row |= {"number": number, "changes": dump_changes(filing.changes)}
    try:
        await connection.execute(tables.filings.insert(), [row])
    except IntegrityError as error:
        raise BadInput(Message("records-changed-just-now")) from error


def dump_changes(changes: Sequence[FilingChange]) -> str:
    """Return changes as JSON."""
    rows = [[it.table, it.key, it.subject, it.before, it.after] for it in changes]
    return json.dumps(rows, ensure_ascii=False, sort_keys=True)


async def count_filings(connection: AsyncConnection, year: int) -> int:
    """Return how many filings a year has."""
    query = select(func.count()).where(tables.filings.c.year == year)
    return int((await connection.execute(query)).scalar_one())


async def read_filings(connection: AsyncConnection, year: int) -> list[Filing]:
    """Return the filings of a year, the newest first."""
    columns = tables.filings.c
    query = select(tables.filings).where(columns.year == year).order_by(columns.number.desc())
    return [_filing(row) for row in await connection.execute(query)]


def _filing(row: Row[Any]) -> Filing:
    changes = tuple(FilingChange(*parts) for parts in json.loads(row.changes))
    head = (row.year, row.number, row.kind, row.file, row.sha256, changes)
    return Filing(*head, row.reason, row.by, row.approved_by, row.at)


async def is_material_closed(connection: AsyncConnection, year: int) -> bool:
    """Return whether the material of a year is closed (材料已截止)."""
    return year in await closed_years(connection)


async def closed_years(connection: AsyncConnection) -> list[int]:
    """Return the years whose material is closed."""
    query = select(tables.material_closings.c.year).order_by(tables.material_closings.c.year)
    return list((await connection.execute(query)).scalars())


async def close_material(
    connection: AsyncConnection, year: int, by: str, approved_by: str, at: int
) -> None:
    """Close the material of a year for good: filings need a reason and a clearance from now on.

    Raises:
        BadInput: it is closed already.
    """
    row = {"year": year, "by": by, "approved_by": approved_by, "at": at}
    try:
        await connection.execute(tables.material_closings.insert(), [row])
    except IntegrityError as error:
        raise BadInput(Message("records-material-closed-already")) from error
