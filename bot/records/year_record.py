"""Reads the rows that the seal of a year records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, Select, Table, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.filings import KEYS, SILENT
from bot.records.record_rows import (
    APPENDED,
    GROWS,
    JOURNAL,
    OF_EVERY_YEAR,
    OF_SCORES,
    OF_YEAR,
    YEARED,
    Record,
    Rows,
    calendar_name,
    digest_row,
    record_of,
    row_text,
)
from bot.records.store import PAPER
from bot.records.working_days import stored_days
from bot.storage.schema import all as tables
from survey_flows.campaign_aim import USUAL
from survey_flows.canonical_json import canonical

KEY_OF: Mapping[str, tuple[str, ...]] = {
    table.name: key for named in KEYS.values() for table, key in named
}

YOUNGER: Mapping[str, Mapping[str, str]] = {
    "campaigns": asdict(USUAL),
    "decisions": dict.fromkeys(PAPER, ""),
}
"""Columns that older seals did not know, by table, with what they say of older rows, which records
leave out. A campaign of a year counts, and asks the public about units."""


async def read_record(
    connection: AsyncConnection, year: int, releases: Sequence[tuple[str, int]], salt: str
) -> Record:
    """Return the record of a year that is sealed with these releases, by campaign and number.

    ``salt`` is that of the seal.
    """
    rows = dict(await read_rows(connection, year, releases, salt))
    filings = await read_journal(connection)
    rows[JOURNAL] = [canonical(dict(it)) for it in filings]
    return record_of(rows, {it["year"]: it["number"] for it in filings})


async def read_rows(
    connection: AsyncConnection, year: int, releases: Sequence[tuple[str, int]], salt: str
) -> Rows:
    """Return the rows of every table that a seal records, but for the filings."""
    found: dict[str, list[str]] = {}
    for name in (*OF_YEAR, *OF_EVERY_YEAR, *APPENDED, *OF_SCORES):
        table = tables.metadata.tables[name]
        rows = await connection.execute(_query(table, year, releases))
        found[name] = [_row(table, row) for row in rows]
    for name in GROWS:
        table = tables.metadata.tables[name]
        rows = await connection.execute(select(table))
        found[name] = [digest_row(salt, row.number, _row(table, row)) for row in rows]
    for day, kind in (await stored_days(connection)).items():
        if day.year <= year:
            named = found.setdefault(calendar_name(day.year), [])
            named.append(row_text(day.isoformat(), {"kind": kind}))
    return found


def _query(table: Table, year: int, releases: Sequence[tuple[str, int]]) -> Select[Any]:
    query, columns = select(table), table.c
    if table.name in OF_YEAR:
        return query.where(columns.year == year)
    if table is tables.campaigns:
        return query.where(columns.id.in_([campaign for campaign, _ in releases]))
    if table is tables.releases:
        upto = [and_(columns.campaign == it, columns.number <= number) for it, number in releases]
        return query.where(or_(False, *upto))
    return query


def _row(table: Table, row: Row[Any]) -> str:
    said = {name: _text(value) for name, value in row._mapping.items()}
    key = KEY_OF.get(table.name, ())
    silent = SILENT if key else frozenset()
    values = {
        name: value
        for name, value in said.items()
        if name not in silent and not _is_younger(table.name, name, value)
    }
    if table.name in YEARED:
        values["year"] = said["year"]
    return row_text(" ".join(said[part] for part in key), values)


def _is_younger(table: str, name: str, value: str) -> bool:
    """Whether an older seal recorded the row without this value."""
    return YOUNGER.get(table, {}).get(name) == value


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


async def read_journal(connection: AsyncConnection) -> list[Mapping[str, Any]]:
    """Return every filing of every year as it is stored, by year and number."""
    columns = tables.filings.c
    query = select(tables.filings).order_by(columns.year, columns.number)
    return [dict(row._mapping) for row in await connection.execute(query)]
