"""What persons decided on proposals, as a table: for a meeting that decides many at once."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.facts import Decision, Verdict
from bot.records import code_lists as choices
from bot.records.context import Known, Outcome
from bot.records.store import append_decisions
from bot.records.store import read_decisions as stored
from bot.spreadsheets.columns import Field, arrange, reader, refuse_twins
from bot.spreadsheets.reader import Problems, Row, Sheet, plain

VERDICTS = {Verdict.CONFIRMED: ("确认", "同意"), Verdict.DECLINED: ("不采纳", "不同意")}
FIELDS = (
    Field("proposal", ("建议编号", "建议", "key"), longest=200),
    Field("verdict", ("决定",), choices=choices.members(VERDICTS), named=True),
    Field("by", ("决定人",), longest=80),
    Field("reason", ("理由",)),
    Field("at", ("日期", "时间")),
)


async def store(connection: AsyncConnection, known: Known, sheet: Sheet) -> Outcome:
    """Append the decisions; those that stand already, word for word, are not added again."""
    decisions = read_decisions(sheet, known)
    standing = set(await stored(connection, known.year))
    new = [decision for decision in decisions if decision not in standing]
    await append_decisions(connection, known.year, new)
    return Outcome(len(decisions), (f"{len(new)} lines are new",))


def read_decisions(sheet: Sheet, known: Known) -> list[Decision]:
    """The decisions of a table, one for each proposal, each with name, reason and date.

    Raises:
        BadInput: by row and column.
    """
    problems = Problems(sheet.file)
    rows = arrange(sheet, FIELDS, problems)
    refuse_twins(rows, ["proposal"], problems)
    decisions = [_decision(row, known, problems) for row in rows]
    problems.settle()
    return decisions


def _decision(row: Row, known: Known, problems: Problems) -> Decision:
    cell = reader(problems, row)
    proposal = plain(cell("proposal").text)
    if not proposal.startswith(f"{known.year}/") or not 4 <= len(proposal.split("/")) <= 5:
        cell("proposal").complain(
            f"«{proposal}» is not a proposal of {known.year}: {known.year}/rule/kind/subject"
        )
    verdict = cell("verdict").member(Verdict, VERDICTS)
    return Decision(proposal, verdict, cell("by").text, cell("reason").text, cell("at").moment())
