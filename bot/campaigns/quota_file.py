"""A table of quotas: how many people may rate a unit, by evaluator group, stratum and source."""

from __future__ import annotations

from collections.abc import Collection

from bot.spreadsheets.columns import Field, cell_reader, match_columns
from bot.spreadsheets.reader import Problems, Row, Sheet, normalise_width
from survey_flows.ballot import STAFF
from survey_flows.errors import Message
from survey_flows.quota import QuotaCell, revealing_cells

FIELDS = (
    Field("unit", ("单位代码", "单位")),
    Field("group", ("评价主体", "主体"), optional=True),
    Field("stratum", ("层", "区域"), optional=True, longest=32),
    Field("source", ("来源",), optional=True),
    Field("most", ("人数上限", "配额")),
)
SOURCES = {"open": ("公开链接",), "invited": ("邀请链接",), "personal": ("个人邀请",)}
"""By which way a rater comes, with what offices call it."""
MAX_CAPACITY = 10_000_000


def read_quotas(
    sheet: Sheet, units: Collection[str], groups: Collection[str], floor: int
) -> dict[QuotaCell, int]:
    """The quotas of a table. An empty cell of a column but the first and the last means: whoever.

    Args:
        sheet: with the columns `FIELDS`.
        units: codes of the campaign's units.
        groups: of its scheme.
        floor: the smallest quota, because who finds one full knows how many people it has.

    Raises:
        BadInput: by row and column.
    """
    problems = Problems(sheet.file)
    most: dict[QuotaCell, int] = {}
    rows: dict[QuotaCell, int] = {}
    for row in match_columns(sheet, FIELDS, problems):
        cell, number = _quota(row, units, groups, floor, problems)
        if cell in rows:
            problems.add(f"the same cell stands in row {rows[cell]} already", row.number, "unit")
        rows.setdefault(cell, row.number)
        most[cell] = number
    problems.settle()
    for wide, narrow in revealing_cells(most, floor):
        problems.add(
            f"once this quota and those within it (such as row {rows[narrow]}) are full, it is known that fewer than"
            f" {floor} people are in the rest; let the rest be none or more",
            rows[wide],
            "most",
        )
    problems.settle()
    return most


def _quota(
    row: Row, units: Collection[str], groups: Collection[str], floor: int, problems: Problems
) -> tuple[QuotaCell, int]:
    cell = cell_reader(problems, row)
    unit = cell("unit").one_of(units, Message("spreadsheets-kind-campaign-unit"))
    group = cell("group").text and cell("group").one_of(groups, Message("spreadsheets-kind-group"))
    if group == STAFF:
        cell("group").complain("a unit's own staff are counted apart and take no place")
    source = normalise_width(cell("source").text)
    source = next((name for name, called in SOURCES.items() if source in (name, *called)), source)
    if source and source not in SOURCES:
        cell("source").complain(f"there is no source «{source}»; there are {', '.join(SOURCES)}")
    number = cell("most").decimal()
    if number != int(number) or not floor <= number <= MAX_CAPACITY:
        cell("most").complain(
            f"«{cell('most').text}» is no whole number of people, {floor} or more"
        )
    return QuotaCell(unit, group, normalise_width(cell("stratum").text), source), int(number)
