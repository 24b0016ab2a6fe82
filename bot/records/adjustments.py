"""Reads and stores the year's bonuses and deductions."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.facts import Adjustment
from bot.records import code_lists as choices
from bot.records.context import ImportResult, YearContext
from bot.records.store import read_adjustments as stored
from bot.records.store import replace_adjustments
from bot.spreadsheets.columns import Field, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Cells, Problems, Row, Sheet
from survey_flows.messages import Message

FIELDS = (
    Field("unit", ("单位代码", "代码", "code"), choices=choices.units),
    Field("points", ("加减分", "分值"), numbers=True),
    Field("reason", ("事由", "原因")),
    Field("source", ("依据", "来源")),
)


async def store_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Replace the year's bonuses and deductions: a table that comes twice counts once."""
    adjustments = read_adjustments(sheet, known)
    before = len(await stored(connection, known.year))
    await replace_adjustments(connection, known.year, adjustments)
    return ImportResult(len(adjustments), (Message("records-replaced", count=before),))


async def current_table(connection: AsyncConnection, known: YearContext) -> list[Cells]:
    """Return the year's bonuses and deductions as a table."""
    found = await stored(connection, known.year)
    return [(x.unit, f"{x.points:f}", x.reason, x.source) for x in found]


def read_adjustments(sheet: Sheet, known: YearContext) -> list[Adjustment]:
    """Read the bonuses (above 0) and deductions (below 0) of a table, in points.

    Raises:
        BadInput: all problems, by row and column.
    """
    problems = Problems(sheet.file)
    rows = match_columns(sheet, FIELDS, problems)
    refuse_duplicates(rows, [field.name for field in FIELDS], problems)
    adjustments = [_adjustment(row, known, problems) for row in rows]
    problems.settle()
    return adjustments


def _adjustment(row: Row, known: YearContext, problems: Problems) -> Adjustment:
    cell = cell_reader(problems, row)
    points = cell("points").decimal()
    if not points:
        cell("points").complain(Message("records-no-adjustment"))
    if abs(points) > 100:
        cell("points").complain(Message("records-adjustment-too-large", points=str(points)))
    return Adjustment(
        cell("unit").one_of(known.units, Message("spreadsheets-kind-unit")),
        points,
        cell("reason").text,
        cell("source").text,
    )
