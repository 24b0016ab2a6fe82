"""Reads and stores the year's leaders and the people inside units.

Each stands with the post that they hold at the end of the year.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.facts import Leader, Role
from bot.records import code_lists as choices
from bot.records.context import ImportResult, YearContext
from bot.records.store import replace_leaders
from bot.spreadsheets.columns import Field, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Cells, Problems, Row, Sheet
from survey_flows.messages import Message

LEADING = {Role.PRINCIPAL: ("正职",), Role.DEPUTY: ("副职",)}
ROLES = {**LEADING, Role.OFFICER: ("工作人员", "一般干部")}
INSIDE = {"unit": choices.parts, "role": choices.enum_names(ROLES)}
FIELDS = (
    Field("id", ("编号", "干部编号")),
    Field("name_zh", ("姓名", "name"), longest=80),
    Field("name_en", ("英文姓名",), optional=True, longest=120),
    Field("unit", ("单位代码", "单位"), choices=choices.city_units),
    Field("role", ("正副职", "职级"), choices=choices.enum_names(LEADING), named=True),
    Field("post", ("职务",), optional=True, longest=120),
)
PEOPLE = tuple(replace(field, choices=INSIDE.get(field.name, field.choices)) for field in FIELDS)


async def store_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Replace the year's leaders: only those in the table are appraised; inner people stay."""
    leaders = read_leaders(sheet, known)
    result = await _replace(connection, known, leaders, known.city)
    without = sorted(set(known.city) - {x.unit for x in leaders if x.role is Role.PRINCIPAL})
    return replace(result, notes=(*result.notes, *_notes(without)))


def _notes(without: Sequence[str]) -> tuple[Message, ...]:
    return (Message("records-units-without-principal", units=tuple(without)),) if without else ()


async def store_people_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Replace the year's people inside units; leaders of units stay."""
    return await _replace(connection, known, read_people(sheet, known), known.inner)


async def current_table(_connection: AsyncConnection, known: YearContext) -> list[Cells]:
    """Return the year's leaders as a table."""
    return _rows(known, known.city)


async def current_people_table(_connection: AsyncConnection, known: YearContext) -> list[Cells]:
    """Return the year's people inside units as a table."""
    return _rows(known, known.inner)


def _rows(known: YearContext, units: Collection[str]) -> list[Cells]:
    return [
        (x.id, x.zh, x.en, x.unit, x.role, x.post)
        for x in known.leaders.values()
        if x.unit in units
    ]


async def _replace(
    connection: AsyncConnection, known: YearContext, leaders: list[Leader], units: Collection[str]
) -> ImportResult:
    """Replace the people of ``units``; others stay unless the table moves them into these."""
    listed = {x.id for x in leaders}
    stay = [x for x in known.leaders.values() if x.unit not in units and x.id not in listed]
    await replace_leaders(connection, known.year, [*stay, *leaders])
    gone = sum(x.unit in units for x in known.leaders.values())
    return ImportResult(len(leaders), (Message("records-replaced", count=gone),))


def read_leaders(sheet: Sheet, known: YearContext) -> list[Leader]:
    """Read the leaders of a table, whose units are the city's.

    Raises:
        BadInput: all problems, by row and column.
    """
    return _read(sheet, known, known.city)


def read_people(sheet: Sheet, known: YearContext) -> list[Leader]:
    """Read the people of a table, who stand in inner units.

    Raises:
        BadInput: all problems, by row and column.
    """
    return _read(sheet, known, known.inner)


def _read(sheet: Sheet, known: YearContext, units: Collection[str]) -> list[Leader]:
    problems = Problems(sheet.file)
    rows = match_columns(sheet, FIELDS, problems)
    refuse_duplicates(rows, ["id"], problems)
    leaders = [_leader(row, known, units, problems) for row in rows]
    problems.settle()
    return leaders


def _leader(row: Row, known: YearContext, units: Collection[str], problems: Problems) -> Leader:
    cell = cell_reader(problems, row)
    id_ = cell("id").code()
    if id_ in known.units:
        cell("id").complain(Message("records-id-is-unit-code", id=id_))
    name = cell("name_zh").text
    unit = cell("unit").one_of(units, Message("spreadsheets-kind-unit"))
    role = cell("role").member(Role, ROLES)
    if role is Role.OFFICER and units is known.city:
        cell("role").complain(Message("records-officer-outside-unit"))
    return Leader(id_, name, cell("name_en").text or name, unit, role, cell("post").text)
