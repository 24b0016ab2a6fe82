"""Reads and stores the year's points: by indicator of units, and leaders' personal scores.

A table is long (``subject, indicator, value``)
or wide (``subject`` and a column for each indicator).
An empty cell of a wide table means «as it is»: the table goes out with empty cells where points
are missing, and comes back as it is. The import notes what the year still lacks.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.context import ImportResult, YearContext, first_names
from bot.records.store import PERSONAL, Values, merge_indicators, read_indicators
from bot.spreadsheets.columns import Field, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Cells, Problems, Row, Sheet
from survey_flows.messages import Message

SUBJECT = Field("subject", ("单位代码", "代码", "编号", "code", "unit", "id"))
NAME = Field("name", ("单位名称", "名称", "姓名", "name_zh"), optional=True)
LONG = (SUBJECT, Field("indicator", ("指标",)), Field("value", ("得分", "分值", "points")), NAME)


def wide_columns(known: YearContext) -> tuple[Field, ...]:
    """Return the columns of the wide form: each indicator that some subject needs."""
    return (
        SUBJECT,
        NAME,
        *(column for column in _columns(known) if column.name in _needed_indicators(known)),
    )


def _needed_indicators(known: YearContext) -> set[str]:
    return {indicator for _, indicator in needed_points(known)}


async def current_table(connection: AsyncConnection, known: YearContext) -> list[Cells]:
    """Return the year's points in the wide form, with empty cells where points are missing."""
    values = await read_indicators(connection, known.year)
    columns = [column.name for column in wide_columns(known)[2:]]
    return [
        (subject, known.name_of(subject), *(_shown(values.get((subject, x))) for x in columns))
        for subject in known.subjects
        if _used(known, subject)
    ]


def _shown(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


async def store_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Add or change the points; a note lists what is still missing."""
    values = read_values(sheet, known)
    await merge_indicators(connection, known.year, values)
    lacking = sorted(needed_points(known) - set(await read_indicators(connection, known.year)))
    return ImportResult(len(values), (_note(lacking),) if lacking else ())


def _note(lacking: list[tuple[str, str]]) -> Message:
    places = first_names([f"{subject} {indicator}" for subject, indicator in lacking])
    return Message("records-points-lacking", count=len(lacking), places=places)


def needed_points(known: YearContext) -> set[tuple[str, str]]:
    """Return the subjects and indicators for which the year needs points."""
    units = {(code, name) for code in known.units for name in known.used(code)}
    return units | {(leader, PERSONAL) for leader in known.leaders}


def read_values(sheet: Sheet, known: YearContext) -> Values:
    """Read the points of a table.

    Raises:
        BadInput: by row and column, a subject or indicator is unknown or not used together,
            a value is no number or outside 0 to 100, it stands twice, or a row of a long table
            has none.
    """
    problems = Problems(sheet.file)
    long = any(LONG[1].known_as(heading) for heading in sheet.columns)
    values = _read_long(sheet, known, problems) if long else _read_wide(sheet, known, problems)
    problems.settle()
    return values


def _read_long(sheet: Sheet, known: YearContext, problems: Problems) -> Values:
    rows = match_columns(sheet, LONG, problems)
    refuse_duplicates(rows, ["subject", "indicator"], problems)
    values: Values = {}
    for row in rows:
        cell = cell_reader(problems, row)
        subject = _subject(row, known, problems)
        indicator = cell("indicator").one_of(
            _indicators(known), Message("spreadsheets-kind-indicator")
        )
        if indicator in _indicators(known) and subject and indicator not in _used(known, subject):
            cell("indicator").complain(
                Message("records-indicator-not-used-row", subject=subject, indicator=indicator)
            )
        values[subject, indicator] = cell("value").points()
    return values


def _read_wide(sheet: Sheet, known: YearContext, problems: Problems) -> Values:
    columns = _columns(known)
    rows = match_columns(sheet, (SUBJECT, NAME, *columns), problems)
    present = [f.name for f in columns if any(f.known_as(heading) for heading in sheet.columns)]
    if not present:
        message = Message("records-no-points-column", indicators=tuple(_indicators(known)))
        problems.add(message, sheet.header)
    refuse_duplicates(rows, ["subject"], problems)
    return dict(value for row in rows for value in _wide_row(row, present, known, problems))


def _columns(known: YearContext) -> list[Field]:
    named = known.indicators
    headings = {
        i: (named[i].zh, named[i].en) if i in named else ("个人得分",) for i in _indicators(known)
    }
    return [Field(i, headings[i], optional=True, numbers=True) for i in headings]


def _wide_row(
    row: Row, present: list[str], known: YearContext, problems: Problems
) -> Iterable[tuple[tuple[str, str], Decimal]]:
    cell = cell_reader(problems, row)
    subject = _subject(row, known, problems)
    used = _used(known, subject)
    for indicator in present:
        if row.cells[indicator] and subject and indicator not in used:
            cell(indicator).complain(
                Message("records-indicator-not-used-cell", subject=subject, indicator=indicator)
            )
        elif row.cells[indicator]:
            yield (subject, indicator), cell(indicator).points()


def _subject(row: Row, known: YearContext, problems: Problems) -> str:
    """Return a unit's code or a leader's id; empty when it is neither."""
    subject = cell_reader(problems, row)("subject").one_of(
        known.subjects, Message("spreadsheets-kind-unit-or-leader")
    )
    return subject if subject in known.units or subject in known.leaders else ""


def _indicators(known: YearContext) -> list[str]:
    return [*known.indicators, PERSONAL]


def _used(known: YearContext, subject: str) -> set[str]:
    """Return the indicators that count for a subject."""
    if subject in known.leaders:
        return {PERSONAL}
    return known.used(subject) if subject in known.units else set()
