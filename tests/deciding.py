"""Decides on proposals in tests, as somebody does who has just looked at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.facts import Decision, Grade, Paper, UnitDecision, Verdict
from bot.appraisal.deciding import (
    last_given,
    must_rest,
    record_decision,
    record_unit_decision,
    seen_of,
    standing_proposals,
)
from bot.appraisal.executing import ExecutionOrder, record_execution, show_execution
from bot.appraisal.executions import ExecutionAct
from bot.appraisal.year import run_year
from bot.core.identity import Office
from tests.sealing import office_of


async def decide(
    database: AsyncEngine,
    year: int,
    key: str,
    verdict: Verdict,
    name: str = "周正平",
    reason: str = "集体研究",
    office: Office | None = None,
    campaigns: Sequence[str] = (),
) -> Decision:
    """Decide on a proposal; the person was heard today, and the organ has released its paper."""
    office = office or office_of()
    known = standing_proposals(await run_year(database, year, campaigns))
    seen = seen_of(known[key]) if key in known else ""
    today = office.today.isoformat()
    rests = key in known and must_rest(known[key], verdict)
    paper = Paper("市委组织部", "组干〔2026〕1号", today, "周正平") if rests else None
    given = (year, key, verdict, name, reason, office, seen, today, campaigns, paper)
    return await record_decision(database, *given)


async def give_grade(
    database: AsyncEngine,
    year: int,
    unit: str,
    grade: Grade,
    campaigns: Sequence[str] = (),
    office: Office | None = None,
) -> UnitDecision:
    """Give a unit with too few ballots a grade."""
    seen = str(last_given(await run_year(database, year, campaigns), unit))
    given = (year, unit, grade, "周正平", "实地核查", office or office_of(), seen, campaigns)
    return await record_unit_decision(database, *given)


async def execute(
    database: AsyncEngine,
    year: int,
    proposal: str,
    act: ExecutionAct,
    on: str,
    document: str,
    office: Office,
) -> None:
    """Enter what happened to a decision, as somebody does who has just looked at the list."""
    order = ExecutionOrder(proposal, act, on, document)
    found = await show_execution(database, year, order, office)
    said = replace(order, typed=found.names[0], seen=found.digest)
    await record_execution(database, year, said, office)
