"""Tables of response quotas: the most people who may rate a unit, by quota cell."""

from __future__ import annotations

from collections.abc import Collection

from bot.spreadsheets.columns import Field, cell_reader, match_columns
from bot.spreadsheets.reader import Problems, Row, Sheet, normalise_width
from survey_flows.ballot import STAFF
from survey_flows.errors import Message
from survey_flows.identity_kinds import VERIFIED
from survey_flows.quota import QuotaCell, revealing_cells

FIELDS = (
    Field("unit", ("单位代码", "单位")),
    Field("group", ("评价主体", "主体"), optional=True),
    Field("stratum", ("层", "区域"), optional=True, longest=32),
    Field("source", ("来源",), optional=True),
    Field("most", ("人数上限", "配额")),
)
SOURCES = {
    "open": ("公开链接",),
    "invited": ("邀请链接",),
    "personal": ("个人邀请",),
    VERIFIED: ("确认了身份",),
}
"""The sources of a rating, with the headings that offices use for them."""
MAX_CAPACITY = 10_000_000


def read_quotas(
    sheet: Sheet, units: Collection[str], groups: Collection[str], floor: int
) -> dict[QuotaCell, int]:
    """Returns the quotas of a table. An empty group, stratum or source stands for any.

    Args:
        sheet: has the columns `FIELDS`.
        units: the codes of the campaign's units.
        groups: the evaluator groups of its scheme.
        floor: the smallest quota. Whoever finds a quota full learns how many people it has.

    Raises:
        BadInput: the table has problems, by row and column.
    """
    problems = Problems(sheet.file)
    capacities: dict[QuotaCell, int] = {}
    rows: dict[QuotaCell, int] = {}
    for row in match_columns(sheet, FIELDS, problems):
        cell, number = _quota(row, units, groups, floor, problems)
        if cell in rows:
            problems.add(Message("campaign-quota-twice", first=rows[cell]), row.number, "unit")
        rows.setdefault(cell, row.number)
        capacities[cell] = number
    problems.settle()
    for wide, narrow in revealing_cells(capacities, floor):
        problems.add(
            Message("campaign-quota-reveals-few", narrow=rows[narrow], floor=floor),
            rows[wide],
            "most",
        )
    problems.settle()
    return capacities


def _quota(
    row: Row, units: Collection[str], groups: Collection[str], floor: int, problems: Problems
) -> tuple[QuotaCell, int]:
    cell = cell_reader(problems, row)
    unit = cell("unit").one_of(units, Message("spreadsheets-kind-campaign-unit"))
    group = cell("group").text and cell("group").one_of(groups, Message("spreadsheets-kind-group"))
    if group == STAFF:
        cell("group").complain(Message("campaign-quota-for-own-staff"))
    source = normalise_width(cell("source").text)
    source = next((name for name, called in SOURCES.items() if source in (name, *called)), source)
    if source and source not in SOURCES:
        cell("source").complain(
            Message("campaign-quota-unknown-source", source=source, sources=tuple(SOURCES))
        )
    number = cell("most").decimal()
    if number != int(number) or not floor <= number <= MAX_CAPACITY:
        cell("most").complain(
            Message("campaign-quota-bad-number", number=cell("most").text, floor=floor)
        )
    return QuotaCell(unit, group, normalise_width(cell("stratum").text), source), int(number)
