"""Table of numbers by cell of a sample: people to draw, or the expected standard deviation."""

from __future__ import annotations

from decimal import Decimal

from bot.fieldwork.audience.contact_file import AREA, SIZE
from bot.fieldwork.audience.sampling import cell_of, stratum_of
from bot.spreadsheets.columns import Field, cell_reader, match_columns
from bot.spreadsheets.reader import Problems, Sheet, normalise_width
from survey_flows.errors import Message

FIELDS = (
    Field("group", ("评价主体", "主体")),
    Field("area", ("区域", "区县"), optional=True, longest=AREA),
    Field("size", ("规模",), optional=True, longest=SIZE),
    Field("value", ("数值", "人数", "标准差")),
)


def read_cells(sheet: Sheet) -> dict[str, Decimal]:
    """Read a table's numbers by cell, such as ``resident/430102``.

    Raises:
        BadInput: a cell stands twice or a value is no number; says the row and the column.
    """
    problems = Problems(sheet.file)
    found: dict[str, Decimal] = {}
    for row in match_columns(sheet, FIELDS, problems):
        cell = cell_reader(problems, row)
        group, area, size = (
            normalise_width(cell(column).text) for column in ("group", "area", "size")
        )
        name = cell_of(group, stratum_of(area, size))
        if name in found:
            problems.add(Message("fieldwork-cell-twice", cell=name), row.number, "group")
        found[name] = cell("value").decimal()
    problems.settle()
    return found
