"""The tables of a year's appraisal; each is read, checked and stored whole, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.scheme.scheme import Scheme
from bot.appraisal.recusal import require_unbarred
from bot.campaigns.registered import year_scheme
from bot.core.identity import Office
from bot.records import adjustments, decisions, findings, indicators, leaders, units
from bot.records import grade_history as history
from bot.records import inner_units as inner
from bot.records.context import ImportResult, OpenProposal, YearContext
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


DECISIONS = "decisions"
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
    office: Office | None = None,
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
        office: who brings the table; needed for decisions, which bar people of the subject's unit.

    Raises:
        BadInput: the problems by row and column, or the person is barred; nothing is stored.
    """
    table = _table(kind, year)
    sheet = await asyncio.to_thread(read_sheet, file, data)
    if not sheet.rows:
        raise BadInput(Message("appraisal-table-empty"), Place(file=file))
    scheme = scheme or await year_scheme(database, year or None)
    proposals = await _proposals(database, year) if kind == DECISIONS else {}
    async with writing(database) as connection:
        if table.dated:
            await refuse_sealed(connection, year)
        known = await _known(connection, year, scheme)
        if office is not None:
            today, login = office.today.isoformat(), office.login
            known = replace(known, proposals=proposals, today=today, login=login)
        outcome = await table.store(connection, known, sheet)
        if kind == DECISIONS and office is not None:
            await _require_unbarred(connection, known, sheet)
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


async def _proposals(database: AsyncEngine, year: int) -> dict[str, OpenProposal]:
    """Return the proposals that stand, for a table of decisions."""
    from bot.appraisal.deciding import HEARD, fact_days, standing_proposals
    from bot.appraisal.year import run_year

    appraised = await run_year(database, year, ())
    days = fact_days(appraised)
    found = {}
    for key, it in standing_proposals(appraised).items():
        made = it.decision or it.lapsed
        number = made.number if made else 0
        since = days.get(it.fact, "")
        found[key] = OpenProposal(it.subject, it.digest, number, since, it.kind in HEARD)
    return found


async def _require_unbarred(connection: AsyncConnection, known: YearContext, sheet: Sheet) -> None:
    """Refuse decisions about their own unit from whoever brings the table."""
    for made in decisions.read_decisions(sheet, known):
        subject = known.proposals[made.proposal].subject
        await require_unbarred(connection, known.year, subject, known.login)


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
