"""Reads grades of years from before this system kept them; amendments come in the same way."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.facts import Grade, PastGrade
from bot.records import code_lists as choices
from bot.records.context import ImportResult, YearContext
from bot.records.seals import refuse_sealed
from bot.records.store import NOT_APPRAISED, append_history, read_history
from bot.spreadsheets.columns import Field, InputCell, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Problems, Row, Sheet, normalise_width
from survey_flows.messages import Message

GRADES = {
    Grade.FIRST: ("一等",),
    Grade.SECOND: ("二等",),
    Grade.THIRD: ("三等",),
    Grade.FOURTH: ("四等",),
}
UNIT = 32
"""Characters of a unit's code, or of what a unit that is gone was called."""
FIELDS = (
    Field("year", ("年度", "年份")),
    Field("subject", ("对象", "编号", "单位或干部编号"), choices=choices.subjects),
    Field("grade", ("等次",), choices=choices.enum_names(GRADES), named=True),
    Field("confirmed", ("是否确定",), optional=True),
    Field("unit", ("单位代码", "单位"), optional=True, longest=UNIT, choices=choices.units),
    Field("post", ("职务",), optional=True, longest=120),
    Field("scheme", ("办法版本",), optional=True, longest=64),
)
WITHOUT_GRADE = (NOT_APPRAISED, "未考核")
YES, NO = ("yes", "true", "1", "是", "确定"), ("no", "false", "0", "否", "暂定")


async def store_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Append the lines and overwrite nothing; a line that stands already is not added again."""
    lines = read_grade_lines(sheet, known)
    standing = set(await read_history(connection))
    new = [line for line in lines if line not in standing]
    for year in sorted({line.year for line in new}):
        await refuse_sealed(connection, year)
    await append_history(connection, new, set(known.units))
    return ImportResult(len(lines), (Message("records-lines-added", count=len(new)),))


def read_grade_lines(sheet: Sheet, known: YearContext) -> list[PastGrade]:
    """Read the grades of a table.

    A leader need not hold a post today, because a person's history outlasts the post.

    Raises:
        BadInput: all problems, by row and column.
    """
    problems = Problems(sheet.file)
    rows = match_columns(sheet, FIELDS, problems)
    refuse_duplicates(rows, ["year", "subject"], problems)
    lines = [_line(row, known, problems) for row in rows]
    problems.settle()
    return lines


def _line(row: Row, known: YearContext, problems: Problems) -> PastGrade:
    cell = cell_reader(problems, row)
    year = cell("year").year()
    if known.year and year >= known.year:
        cell("year").complain(
            Message("records-history-not-before-year", found=year, year=known.year)
        )
    subject = cell("subject").code()
    without = normalise_width(cell("grade").text).lower() in WITHOUT_GRADE
    grade = None if without else cell("grade").member(Grade, GRADES)
    if grade is Grade.FOURTH and subject in known.units:
        cell("grade").complain(Message("records-no-grade-of-unit"))
    unit = subject if subject in known.units else normalise_width(cell("unit").text)
    if len(unit) > UNIT:
        cell("unit").complain(Message("spreadsheets-text-too-long", max=UNIT))
    return PastGrade(
        year,
        subject,
        grade,
        _confirmed(cell("confirmed")),
        unit,
        cell("post").text,
        cell("scheme").text,
    )


def _confirmed(cell: InputCell) -> bool:
    """Whether the grade was settled; nothing follows from a cell that says nothing."""
    text = normalise_width(cell.text).lower()
    if not text:
        return False
    if text not in (*YES, *NO):
        cell.complain(Message("records-neither-yes-nor-no", text=text))
    return text not in NO
