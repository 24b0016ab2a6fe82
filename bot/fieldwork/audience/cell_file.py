"""A number for each cell of a sample: how many are drawn, or the standard deviation that is expected there."""

from __future__ import annotations

from decimal import Decimal

from bot.fieldwork.audience.contact_file import AREA, SIZE
from bot.fieldwork.audience.sampling import cell_of, stratum_of
from bot.spreadsheets.columns import Field, cell_reader, match_columns
from bot.spreadsheets.reader import Problems, Sheet, normalise_width

FIELDS = (
    Field("group", ("评价主体", "主体")),
    Field("area", ("区域", "区县"), optional=True, longest=AREA),
    Field("size", ("规模",), optional=True, longest=SIZE),
    Field("value", ("数值", "人数", "标准差")),
)


def read_cells(sheet: Sheet) -> dict[str, Decimal]:
    """The numbers of a table by cell, such as ``resident/430102``.

    Raises:
        BadInput: by row and column.
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
            problems.add(f"the cell {name} stands in an earlier row already", row.number, "group")
        found[name] = cell("value").decimal()
    problems.settle()
    return found
