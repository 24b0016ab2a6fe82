"""Reads and stores the year's findings of courts, inquiries and offices.

The scheme's rules derive proposals from them.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.appraisal.checks import ABOUT_UNITS
from aggregation.model.facts import Finding, FindingKind
from bot.records import code_lists as choices
from bot.records.context import ImportResult, YearContext
from bot.records.store import read_findings as stored
from bot.records.store import replace_findings
from bot.spreadsheets.columns import Field, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Cells, Problems, Row, Sheet
from survey_flows.messages import Message

KINDS = {
    FindingKind.CRIMINAL_OFFENCE: ("触犯刑律",),
    FindingKind.SAFETY_ACCIDENT: ("重大安全责任事故", "安全事故"),
    FindingKind.UNFITNESS: ("不能胜任现职",),
    FindingKind.REVIEW_FINDING: ("甄别考察结论",),
    FindingKind.MANIPULATION: ("操纵评价",),
    FindingKind.VETO: ("一票否决",),
}
FIELDS = (
    Field("id", ("编号", "文号")),
    Field("kind", ("类型", "情形"), choices=choices.enum_names(KINDS), named=True),
    Field("subject", ("对象", "单位或干部编号"), choices=choices.subjects),
    Field("date", ("日期",)),
    Field("source", ("依据", "来源")),
    Field("note", ("说明", "备注"), optional=True),
    Field("established", ("认定日期", "判决日期"), optional=True),
    Field("revoked", ("撤销日期",), optional=True),
)


async def store_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Replace the year's findings.

    A decision stays, and is shown, when its proposal has lost its finding.
    """
    findings = read_findings_table(sheet, known)
    before = len(await stored(connection, known.year))
    await replace_findings(connection, known.year, findings)
    return ImportResult(len(findings), (Message("records-replaced", count=before),))


async def current_table(connection: AsyncConnection, known: YearContext) -> list[Cells]:
    """Return the year's findings as a table."""
    found = await stored(connection, known.year)
    return [
        (x.id, x.kind, x.subject, x.date, x.source, x.note, x.established, x.revoked) for x in found
    ]


def read_findings_table(sheet: Sheet, known: YearContext) -> list[Finding]:
    """Read the findings of a table, each with the document that it stands in.

    Raises:
        BadInput: all problems, by row and column.
    """
    problems = Problems(sheet.file)
    rows = match_columns(sheet, FIELDS, problems)
    refuse_duplicates(rows, ["id"], problems)
    findings = [_finding(row, known, problems) for row in rows]
    problems.settle()
    return findings


def _finding(row: Row, known: YearContext, problems: Problems) -> Finding:
    cell = cell_reader(problems, row)
    kind = cell("kind").member(FindingKind, KINDS)
    subjects = {*known.subjects, *known.gone}
    subject = cell("subject").one_of(subjects, Message("spreadsheets-kind-unit-or-leader"))
    if kind in ABOUT_UNITS and (subject in known.leaders or subject in known.gone):
        cell("subject").complain(Message("records-finding-concerns-unit", subject=subject))
    if kind not in ABOUT_UNITS and subject in known.units:
        cell("subject").complain(Message("records-finding-concerns-leader", subject=subject))
    said = (cell("source").text, cell("note").text)
    days = {
        name: cell(name).day() if row.cells[name] else "" for name in ("established", "revoked")
    }
    # A verdict may come years after the act; an act of this year or before is its ground.
    occurred = cell("date").day(None if days["established"] else known.year)
    if days["established"] and occurred > days["established"]:
        cell("established").complain(Message("records-established-before", day=occurred))
    return Finding(cell("id").code(), kind, subject, occurred, *said, **days)
