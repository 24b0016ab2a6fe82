"""Reads decisions on proposals from a table, for a meeting that decides many at once."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.facts import Decision, Paper, Verdict
from aggregation.procedure.decision_days import day_problems, paper_problems
from bot.records import code_lists as choices
from bot.records.context import ImportResult, YearContext
from bot.records.store import PAPER, append_decisions
from bot.records.store import read_decisions as stored
from bot.spreadsheets.columns import Field, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Problems, Row, Sheet, normalise_width
from survey_flows.messages import Message

VERDICTS = {Verdict.CONFIRMED: ("确认", "同意"), Verdict.DECLINED: ("不采纳", "不同意")}
FIELDS = (
    Field("proposal", ("建议编号", "建议", "key"), longest=200),
    Field("verdict", ("决定",), choices=choices.enum_names(VERDICTS), named=True),
    Field("by", ("决定人",), longest=80),
    Field("reason", ("理由",)),
    Field("at", ("日期", "时间")),
    Field("heard_on", ("听取申辩日期", "听证日期"), optional=True),
    Field("organ", ("决定机关", "机关"), optional=True, longest=80),
    Field("document", ("文号", "文件"), optional=True, longest=80),
    Field("decided_on", ("文件日期", "发文日期"), optional=True),
    Field("released_by", ("签发人",), optional=True, longest=80),
)


async def store_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Append the decisions; one that stands already, word for word, is not added again."""
    decisions = read_decisions(sheet, known)
    said = {_words(decision) for decision in await stored(connection, known.year)}
    new = [decision for decision in decisions if _words(decision) not in said]
    await append_decisions(connection, known.year, new)
    return ImportResult(len(decisions), (Message("records-lines-added", count=len(new)),))


def _words(made: Decision) -> tuple[str, ...]:
    return (made.proposal, made.verdict, made.by, made.reason, made.at)


def read_decisions(sheet: Sheet, known: YearContext) -> list[Decision]:
    """Read the decisions of a table: one for each proposal, with name, reason and date.

    Raises:
        BadInput: all problems, by row and column: among them a proposal that does not stand, a day
            that has not come or lies before the ground or a newer decision, a disadvantage
            without a hearing between the ground and the decision, and a dismissal or removal
            without a paper between the hearing and the decision.
    """
    problems = Problems(sheet.file)
    rows = match_columns(sheet, FIELDS, problems)
    refuse_duplicates(rows, ["proposal"], problems)
    decisions = [_decision(row, known, problems) for row in rows]
    problems.settle()
    return decisions


def _decision(row: Row, known: YearContext, problems: Problems) -> Decision:
    cell = cell_reader(problems, row)
    key = normalise_width(cell("proposal").text)
    if not key.startswith(f"{known.year}/") or not 4 <= len(key.split("/")) <= 5:
        cell("proposal").complain(
            Message("records-no-proposal-of-year", proposal=key, year=known.year)
        )
    elif key not in known.proposals:
        cell("proposal").complain(Message("records-proposal-does-not-stand", proposal=key))
    verdict = cell("verdict").member(Verdict, VERDICTS)
    signed = (cell("by").text, cell("reason").text, cell("at").moment())
    found = known.proposals.get(key)
    if found is None:
        return Decision(key, verdict, *signed)
    heard = cell("heard_on").day() if row.cells["heard_on"] else ""
    must_hear = found.heard and verdict is Verdict.CONFIRMED and not row.cells["heard_on"]
    for column, message in day_problems(found.limits, signed[2], heard, must_hear):
        problems.add(message, row.number, column)
    paper = _paper(row, problems)
    must_rest = found.on_paper and verdict is Verdict.CONFIRMED
    rests = paper_problems(found.limits.since, signed[2], heard, paper, must_rest)
    for column, message in rests:
        problems.add(message, row.number, column)
    number = found.number + 1
    return Decision(key, verdict, *signed, known.login, found.grounds, number, heard, paper)


def _paper(row: Row, problems: Problems) -> Paper | None:
    """Return the paper of a row; None where no cell of it is filled."""
    if not any(row.cells[name] for name in PAPER):
        return None
    cell = cell_reader(problems, row)
    day = cell("decided_on").day() if row.cells["decided_on"] else ""
    texts = {name: cell(name).text if row.cells[name] else "" for name in PAPER}
    return Paper(**texts | {"decided_on": day})
