"""The kinds of tables of a year's appraisal, and how one is stored in the caller's transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.scheme.scheme import Scheme
from bot.core.identity import Office
from bot.records import (
    absences,
    adjustments,
    decisions,
    discipline,
    findings,
    indicators,
    leaders,
    posts,
    unit_periods,
    units,
)
from bot.records import grade_history as history
from bot.records import inner_units as inner
from bot.records.context import ImportResult, OpenProposal, YearContext
from bot.records.dated_store import read_posts
from bot.records.filings import FilingChange, differences, snapshot
from bot.records.recusals import require_unbarred
from bot.records.seals import refuse_sealed
from bot.records.store import read_inner, read_leaders, read_units
from bot.records.unit_periods import read_units_of
from bot.spreadsheets.columns import Field
from bot.spreadsheets.reader import Cells, Sheet
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
    "unit-periods": TableKind(
        Message("appraisal-table-unit-periods"),
        unit_periods.FIELDS,
        unit_periods.store_table,
        unit_periods.current_table,
    ),
    "unit-events": TableKind(
        Message("appraisal-table-unit-events"),
        unit_periods.EVENTS,
        unit_periods.store_events_table,
        unit_periods.current_events_table,
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
    "posts": TableKind(
        Message("appraisal-table-posts"), posts.FIELDS, posts.store_table, posts.current_table
    ),
    "absences": TableKind(
        Message("appraisal-table-absences"),
        absences.FIELDS,
        absences.store_table,
        absences.current_table,
    ),
    "discipline": TableKind(
        Message("appraisal-table-discipline"),
        discipline.FIELDS,
        discipline.store_table,
        discipline.current_table,
    ),
    "decisions": TableKind(
        Message("appraisal-table-decisions"), decisions.FIELDS, decisions.store_table, _nothing
    ),
    "history": TableKind(
        Message("appraisal-table-history"), history.FIELDS, history.store_table, _nothing
    ),
}


async def store_sheet(
    connection: AsyncConnection,
    kind: str,
    year: int,
    sheet: Sheet,
    scheme: Scheme,
    office: Office | None = None,
    proposals: Mapping[str, OpenProposal] | None = None,
) -> tuple[ImportResult, tuple[FilingChange, ...]]:
    """Store a table in the caller's transaction; return also the rows that it changed.

    Raises:
        BadInput: as `import_table`.
    """
    table = table_kind(kind, year)
    if table.dated:
        await refuse_sealed(connection, year)
    known = await year_context(connection, year, scheme)
    if office is not None:
        known = replace(known, proposals=proposals or {}, login=office.login)
    before = await snapshot(connection, kind, year)
    outcome = await table.store(connection, known, sheet)
    if kind == DECISIONS and office is not None:
        await _require_unbarred(connection, known, sheet)
    return outcome, differences(before, await snapshot(connection, kind, year))


async def _require_unbarred(connection: AsyncConnection, known: YearContext, sheet: Sheet) -> None:
    """Refuse decisions about their own unit from whoever brings the table."""
    for made in decisions.read_decisions(sheet, known):
        subject = known.proposals[made.proposal].subject
        await require_unbarred(connection, known.year, subject, known.login)


def table_kind(kind: str, year: int) -> TableKind:
    """Return a kind of table.

    Raises:
        BadInput: it belongs to a year, and none is said.
    """
    if TABLES[kind].dated and not year:
        raise BadInput(Message("appraisal-table-needs-year"), Place(subject=kind))
    return TABLES[kind]


async def year_context(connection: AsyncConnection, year: int, scheme: Scheme) -> YearContext:
    """Return what a table of a year is checked against."""
    every = {x.unit.code: x for x in await read_units(connection)}
    here = await read_units_of(connection, year) if year else every.values()
    listed = {x.unit.code: x for x in here}
    known = {x.id: x for x in await read_leaders(connection, year)}
    inner_units = {x.code: x for x in await read_inner(connection, year)}
    gone = {post.person for post in await read_posts(connection)} - known.keys()
    return YearContext(year, scheme, listed, known, inner_units, gone=gone, listed=every)
