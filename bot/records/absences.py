"""Reads and stores absences of people, and how they left the service."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.dated import Absence, AbsenceKind, Ending, EndingKind
from bot.records.context import ImportResult, YearContext
from bot.records.dated_store import read_absences, read_endings, replace_people
from bot.records.posts import read_period
from bot.spreadsheets.columns import Field, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Cells, Problems, Row, Sheet, normalise_width
from bot.storage.schema import all as tables
from survey_flows.messages import Message

KINDS = {
    AbsenceKind.SICK: ("病假",),
    AbsenceKind.MATERNITY: ("产假",),
    AbsenceKind.STUDY: ("学习", "脱产学习"),
    AbsenceKind.PERSONAL: ("事假",),
    AbsenceKind.OTHER: ("其他",),
    AbsenceKind.PROBATION: ("试用期",),
}
LEAVING = {
    EndingKind.RETIRED: ("退休",),
    EndingKind.LEFT: ("离职", "调出"),
    EndingKind.DIED: ("去世",),
}
NAMES = {str(kind): names for kind, names in (*KINDS.items(), *LEAVING.items())}
FIELDS = (
    Field("person", ("编号", "干部编号")),
    Field(
        "kind",
        ("类型", "情形"),
        choices=lambda _known: {code: (names[0], code) for code, names in NAMES.items()},
        named=True,
    ),
    Field("begins", ("起", "日期")),
    Field("until", ("止",), optional=True),
)
AbsenceRow = tuple[str, str, str, str]


async def store_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Replace all absences of the people in the table; those of other people stay."""
    found = read_absences_table(sheet, known)
    people = {person for person, *_ in found}
    before = [row for row in await current_table(connection, known) if row[0] in people]
    names = ("person", "kind", "begins", "until")
    rows = [dict(zip(names, row, strict=True)) for row in found]
    await replace_people(connection, tables.absences, people, rows)
    return ImportResult(len(found), (Message("records-replaced", count=len(before)),))


async def current_table(connection: AsyncConnection, _known: YearContext) -> list[Cells]:
    """Return every absence and every leaving as a table."""
    rows: list[Cells] = [_cells(it) for it in await read_absences(connection)]
    rows += [_left(it) for it in await read_endings(connection)]
    return sorted(rows, key=tuple)


def _cells(it: Absence) -> AbsenceRow:
    until = it.period.until.isoformat() if it.period.until else ""
    return (it.person, it.kind.value, it.period.begins.isoformat(), until)


def _left(it: Ending) -> AbsenceRow:
    return (it.person, it.kind.value, it.on.isoformat(), "")


def read_absences_table(sheet: Sheet, _known: YearContext) -> list[AbsenceRow]:
    """Read the absences of a table; whoever retired, left or died is away from that day on.

    Raises:
        BadInput: all problems, by row and column.
    """
    problems = Problems(sheet.file)
    rows = match_columns(sheet, FIELDS, problems)
    refuse_duplicates(rows, ["person", "kind", "begins"], problems)
    found = [_absence(row, problems) for row in rows]
    problems.settle()
    return found


def _absence(row: Row, problems: Problems) -> AbsenceRow:
    cell = cell_reader(problems, row)
    text = normalise_width(cell("kind").text).lower()
    kind = next((code for code, names in NAMES.items() if text in (code, *names)), "")
    if not kind:
        message = Message("spreadsheets-unknown-choice", text=text, choices=tuple(NAMES))
        cell("kind").complain(message)
    period = read_period(row, problems)
    if kind in tuple(EndingKind) and row.cells["until"]:
        cell("until").complain(Message("records-leaving-has-no-end"))
    until = period.until.isoformat() if period.until else ""
    return cell("person").code(), kind, period.begins.isoformat(), until
