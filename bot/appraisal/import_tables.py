"""The tables of a year's appraisal; each is read, checked and stored whole, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.scheme.scheme import Scheme
from bot.campaigns.registered import year_scheme
from bot.records import adjustments, decisions, findings, indicators, leaders, units
from bot.records import grade_history as history
from bot.records import inner_units as inner
from bot.records.context import ImportResult, YearContext
from bot.records.seals import refuse_sealed
from bot.records.store import exists_in, read_inner, read_leaders, read_units
from bot.spreadsheets.columns import Field
from bot.spreadsheets.reader import Cells, Sheet, read_sheet
from bot.spreadsheets.template_workbook import workbook
from bot.storage.database import reading, writing
from survey_flows.errors import BadInput, Message, Place


@dataclass(frozen=True, slots=True)
class TableKind:
    """One kind of table: its purpose, columns and storage, and whether it belongs to a year.

    ``current_rows`` returns the stored rows; there are none where lines are only ever added.
    ``wide`` returns the columns of those rows, if they differ from ``fields``.
    """

    help: Message
    fields: tuple[Field, ...]
    store: Callable[[AsyncConnection, YearContext, Sheet], Awaitable[ImportResult]]
    current_rows: Callable[[AsyncConnection, YearContext], Awaitable[list[Cells]]]
    dated: bool = True
    wide: Callable[[YearContext], tuple[Field, ...]] | None = None


async def _nothing(_connection: AsyncConnection, _known: YearContext) -> list[Cells]:
    return []


TABLES = {
    "units": TableKind(
        Message("appraisal-table-units"),
        units.FIELDS,
        units.store_table,
        units.current_table,
        dated=False,
    ),
    "leaders": TableKind(
        Message("appraisal-table-leaders"),
        leaders.FIELDS,
        leaders.store_table,
        leaders.current_table,
    ),
    "inner": TableKind(
        Message("appraisal-table-inner"),
        inner.FIELDS,
        inner.store_table,
        inner.current_table,
    ),
    "people": TableKind(
        Message("appraisal-table-people"),
        leaders.PEOPLE,
        leaders.store_people_table,
        leaders.current_people_table,
    ),
    "indicators": TableKind(
        Message("appraisal-table-indicators"),
        indicators.LONG,
        indicators.store_table,
        indicators.current_table,
        wide=indicators.wide_columns,
    ),
    "adjustments": TableKind(
        Message("appraisal-table-adjustments"),
        adjustments.FIELDS,
        adjustments.store_table,
        adjustments.current_table,
    ),
    "findings": TableKind(
        Message("appraisal-table-findings"),
        findings.FIELDS,
        findings.store_table,
        findings.current_table,
    ),
    "decisions": TableKind(
        Message("appraisal-table-decisions"), decisions.FIELDS, decisions.store_table, _nothing
    ),
    "history": TableKind(
        Message("appraisal-table-history"), history.FIELDS, history.store_table, _nothing
    ),
}


async def import_table(
    database: AsyncEngine,
    kind: str,
    file: str,
    data: bytes,
    year: int = 0,
    dry_run: bool = False,
    scheme: Scheme | None = None,
) -> ImportResult:
    """Read, check and store one table.

    Args:
        database: where the table is stored.
        kind: one of `TABLES`.
        file: the file's name, which gives the format and the place of problems.
        data: the file's bytes.
        year: the year that is appraised; needed by all but units.
        dry_run: check all and store nothing.
        scheme: the scheme that the table must fit; None: that of the year's last campaign.

    Raises:
        BadInput: the problems by row and column; nothing is stored.
    """
    table = _table(kind, year)
    sheet = await asyncio.to_thread(read_sheet, file, data)
    if not sheet.rows:
        raise BadInput(Message("appraisal-table-empty"), Place(file=file))
    scheme = scheme or await year_scheme(database, year or None)
    async with writing(database) as connection:
        if table.dated:
            await refuse_sealed(connection, year)
        outcome = await table.store(connection, await _known(connection, year, scheme), sheet)
        if dry_run:
            await connection.rollback()
    return outcome


async def table_workbook(
    database: AsyncEngine,
    kind: str,
    year: int = 0,
    lang: str = "zh-Hans",
    scheme: Scheme | None = None,
) -> bytes:
    """Return a stored table as XLSX, to be changed and brought in again by `import_table`.

    Args:
        database: where the table is stored.
        kind: one of `TABLES`.
        year: the year that is appraised; needed by all but units.
        lang: the language of headings and names.
        scheme: the scheme whose codes are listed; None: that of the year's last campaign.

    Raises:
        BadInput: no year where one is needed.
    """
    table = _table(kind, year)
    scheme = scheme or await year_scheme(database, year or None)
    async with reading(database) as connection:
        known = await _known(connection, year, scheme)
        rows = await table.current_rows(connection, known)
    fields = table.wide(known) if table.wide else table.fields
    codes = {field.name: field.choices(known) for field in fields if field.choices}
    return await asyncio.to_thread(workbook, kind, fields, rows, codes, lang)


def _table(kind: str, year: int) -> TableKind:
    if TABLES[kind].dated and not year:
        raise BadInput(Message("appraisal-table-needs-year"), Place(subject=kind))
    return TABLES[kind]


async def _known(connection: AsyncConnection, year: int, scheme: Scheme) -> YearContext:
    listed = {
        x.unit.code: x for x in await read_units(connection) if not year or exists_in(x.unit, year)
    }
    leaders = {x.id: x for x in await read_leaders(connection, year)}
    return YearContext(
        year, scheme, listed, leaders, {x.code: x for x in await read_inner(connection, year)}
    )
