"""Reads and stores investigations of people and sanctions against them."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.dated import Discipline, DisciplineKind, SanctionLevel
from bot.records import code_lists as choices
from bot.records.context import ImportResult, YearContext
from bot.records.dated_store import read_discipline, replace_people
from bot.spreadsheets.columns import Field, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Cells, Problems, Row, Sheet
from bot.storage.schema import all as tables
from survey_flows.messages import Message

KINDS = {
    DisciplineKind.INVESTIGATION: ("立案审查", "审查调查"),
    DisciplineKind.SANCTION: ("处分",),
}
LEVELS = {
    SanctionLevel.WARNING: ("警告",),
    SanctionLevel.DEMERIT: ("记过",),
    SanctionLevel.MAJOR_DEMERIT: ("记大过",),
    SanctionLevel.DEMOTION: ("降级",),
    SanctionLevel.REMOVAL: ("撤职",),
}
FIELDS = (
    Field("id", ("文号",)),
    Field("person", ("编号", "干部编号")),
    Field("kind", ("类型", "情形"), choices=choices.enum_names(KINDS), named=True),
    Field("level", ("处分种类",), optional=True, choices=choices.enum_names(LEVELS), named=True),
    Field("begins", ("起", "日期")),
    Field("ended", ("结案日期", "解除日期"), optional=True),
)


async def store_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Replace what is known of the people in the table; that of other people stays.

    Raises:
        BadInput: all problems, by row and column; a case stands with a person who is not in the
            table.
    """
    found = read_discipline_table(sheet, known)
    people = {it.person for it in found}
    standing = await read_discipline(connection)
    others = {it.id: it.person for it in standing if it.person not in people}
    problems = Problems(sheet.file)
    for row, it in zip(sheet.rows, found, strict=True):
        if it.id in others:
            message = Message("records-case-of-another", id=it.id, person=others[it.id])
            problems.add(message, row.number, "id")
    problems.settle()
    before = sum(it.person in people for it in standing)
    rows = [
        {
            "id": it.id,
            "person": it.person,
            "kind": it.kind.value,
            "level": it.level.value if it.level else "",
            "begins": it.begins.isoformat(),
            "ended": it.ended.isoformat() if it.ended else "",
        }
        for it in found
    ]
    await replace_people(connection, tables.discipline, people, rows)
    return ImportResult(len(found), (Message("records-replaced", count=before),))


async def current_table(connection: AsyncConnection, _known: YearContext) -> list[Cells]:
    """Return every investigation and sanction as a table."""
    return [
        (
            it.id,
            it.person,
            it.kind,
            it.level or "",
            it.begins.isoformat(),
            it.ended.isoformat() if it.ended else "",
        )
        for it in await read_discipline(connection)
    ]


def read_discipline_table(sheet: Sheet, _known: YearContext) -> list[Discipline]:
    """Read the investigations and sanctions of a table; a sanction has a level, and no other.

    Raises:
        BadInput: all problems, by row and column.
    """
    problems = Problems(sheet.file)
    rows = match_columns(sheet, FIELDS, problems)
    refuse_duplicates(rows, ["id"], problems)
    found = [_case(row, problems) for row in rows]
    problems.settle()
    return found


def _case(row: Row, problems: Problems) -> Discipline:
    cell = cell_reader(problems, row)
    kind = cell("kind").member(DisciplineKind, KINDS)
    level = cell("level").member(SanctionLevel, LEVELS) if row.cells["level"] else None
    if (level is None) == (kind is DisciplineKind.SANCTION):
        problems.add(Message("records-level-of-sanction"), row.number, "level")
    begins = cell("begins").day() or "2000-01-01"
    ended = cell("ended").day() if row.cells["ended"] else ""
    if ended and ended < begins:
        cell("ended").complain(Message("records-ends-before-it-begins", day=begins))
    return Discipline(
        cell("id").code(),
        cell("person").code(),
        kind,
        date.fromisoformat(begins),
        level,
        date.fromisoformat(ended) if ended else None,
    )
