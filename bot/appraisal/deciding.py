"""Decisions of persons on proposals, and grades that they give: by an account, on known grounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.appraisal.appraise import unit_standings
from aggregation.model.facts import Decision, Grade, UnitDecision, Verdict
from aggregation.model.results import ConsequenceKind, Proposal
from bot.appraisal.year import AppraisedYear, run_year
from bot.core.identity import Office
from bot.records import store
from bot.records.recusals import require_unbarred
from bot.records.seals import refuse_sealed
from bot.storage.database import writing
from survey_flows.errors import BadInput, Message, Place

MAX_NAME = 80
"""Characters of a signature."""
HEARD = frozenset(
    {
        ConsequenceKind.GRADE_FOUR,
        ConsequenceKind.DOWNGRADE,
        ConsequenceKind.DISMISSAL,
        ConsequenceKind.REMOVAL_FROM_POSTS,
    }
)
"""What is confirmed only after the person was heard."""


def seen_of(proposal: Proposal) -> str:
    """Return what comes back with a decision: the grounds and the last decision as they are now."""
    standing = proposal.decision or proposal.lapsed
    return f"{proposal.digest[:16]}-{standing.number if standing else 0}"


async def record_decision(
    database: AsyncEngine,
    year: int,
    proposal: str,
    verdict: Verdict,
    name: str,
    reason: str,
    office: Office,
    seen: str,
    heard_on: str = "",
    campaigns: Sequence[str] = (),
) -> Decision:
    """Append a person's decision on a current proposal; an earlier decision stays in the record.

    Args:
        database: where the year is.
        year: the year.
        proposal: the proposal's key.
        verdict: what is decided.
        name: what is printed as the signature.
        reason: why.
        office: the account that decides; it is barred by its unit, not by its signature.
        seen: what `seen_of` said of the proposal that the person saw.
        heard_on: the ISO day of the hearing, for a disadvantage that is confirmed.
        campaigns: as in `bot.appraisal.year.open_year`.

    Raises:
        BadInput: there is no such proposal, it rests on other grounds by now or was decided
            meanwhile, the person is barred, the hearing is missing, or name or reason.
    """
    signed = _signed(name, reason, office)
    appraised = await run_year(database, year, campaigns)
    known = standing_proposals(appraised)
    if proposal not in known:
        raise BadInput(Message("appraisal-no-such-proposal"), Place(subject=proposal))
    found = known[proposal]
    if seen != seen_of(found):
        raise BadInput(Message("appraisal-seal-changed"), Place(subject=proposal))
    heard = check_hearing(found, verdict, heard_on, office.today)
    check_ground_day(appraised, found, office.today)
    standing = found.decision or found.lapsed
    number = standing.number + 1 if standing else 1
    decision = Decision(proposal, verdict, *signed, office.login, found.digest, number, heard)
    async with writing(database) as connection:
        await refuse_sealed(connection, year)
        await require_unbarred(connection, year, found.subject, office.login)
        await store.append_decisions(connection, year, [decision])
    return decision


def standing_proposals(year: AppraisedYear) -> dict[str, Proposal]:
    """Return the proposals of a year, of the city and inside units, by their keys."""
    return {p.key: p for result in year.bodies for p in result.proposals}


def fact_days(year: AppraisedYear) -> dict[str, str]:
    """Return the ISO day of each finding of a year."""
    parts = (year.inputs, *(body.inputs for body in year.inside))
    return {fact.id: fact.date for part in parts for fact in part.facts}


def check_ground_day(year: AppraisedYear, proposal: Proposal, day: date) -> None:
    """Refuse a decision of a day before the finding that it rests on.

    Raises:
        BadInput: the finding is of a later day.
    """
    days = fact_days(year)
    if proposal.fact and days.get(proposal.fact, "") > day.isoformat():
        raise BadInput(Message("appraisal-decided-before-ground"), Place(subject=proposal.key))


def check_hearing(proposal: Proposal, verdict: Verdict, heard_on: str, today: date) -> str:
    """Return the day of the hearing; empty where none is needed.

    Raises:
        BadInput: it is missing, no day, or has not come yet.
    """
    if verdict is Verdict.DECLINED or proposal.kind not in HEARD:
        return ""
    try:
        day = date.fromisoformat(heard_on)
    except ValueError as error:
        message = Message("appraisal-not-heard")
        raise BadInput(message, Place(subject=proposal.key)) from error
    if day > today:
        raise BadInput(Message("appraisal-decided-ahead"), Place(subject=proposal.key))
    return heard_on


async def record_unit_decision(
    database: AsyncEngine,
    year: int,
    unit: str,
    grade: Grade,
    name: str,
    reason: str,
    office: Office,
    seen: str,
    campaigns: Sequence[str] = (),
) -> UnitDecision:
    """Append the grade that a person gives a unit with too few ballots to be ranked.

    Raises:
        BadInput: the unit is unknown or has enough ballots, the grade is not a unit's, the unit is
            barred from it or no place is left, another grade was given meanwhile, the person is
            barred, or the name or the reason is missing.
    """
    signed = _signed(name, reason, office)
    appraised = await run_year(database, year, campaigns)
    units = {u.unit: u for result in appraised.bodies for u in result.units}
    if unit not in units:
        raise BadInput(Message("appraisal-no-such-unit", year=year), Place(subject=unit))
    if not units[unit].insufficient:
        raise BadInput(Message("appraisal-grade-not-decided"), Place(subject=unit))
    if grade is Grade.FOURTH:
        raise BadInput(Message("appraisal-no-fourth-grade"), Place(subject=unit))
    before = last_given(appraised, unit)
    if seen != str(before):
        raise BadInput(Message("appraisal-seal-changed"), Place(subject=unit))
    decision = UnitDecision(unit, grade, *signed, office.login, before + 1)
    _check_given_grade(appraised, decision)
    async with writing(database) as connection:
        await refuse_sealed(connection, year)
        await require_unbarred(connection, year, unit, office.login)
        await store.append_unit_decisions(connection, year, [decision])
    return decision


def last_given(year: AppraisedYear, unit: str) -> int:
    """Return the number of the last grade that a person gave a unit; 0 where there is none."""
    parts = (year.inputs, *(body.inputs for body in year.inside))
    numbers = [d.number for part in parts for d in part.unit_decisions if d.unit == unit]
    return max(numbers, default=0)


def _check_given_grade(year: AppraisedYear, decision: UnitDecision) -> None:
    """Refuses a grade that would not stand: barred, or without a place."""
    parts = [year.inputs, *(body.inputs for body in year.inside if body.result is not None)]
    for inputs in parts:
        if decision.unit not in {unit.code for unit in inputs.units}:
            continue
        others = [made for made in inputs.unit_decisions if made.unit != decision.unit]
        tried = unit_standings(replace(inputs, unit_decisions=(*others, decision)))
        refused = next(unit.refused for unit in tried if unit.unit == decision.unit)
        if refused is not None:
            raise BadInput(refused, Place(subject=decision.unit))


def _signed(name: str, reason: str, office: Office) -> tuple[str, str, str]:
    if not name.strip() or not reason.strip():
        raise BadInput(Message("appraisal-decision-unsigned"), Place(field="decision"))
    if len(name.strip()) > MAX_NAME:
        raise BadInput(Message("appraisal-name-too-long", max=MAX_NAME), Place(field="decision"))
    return name.strip(), reason.strip(), office.now.isoformat(timespec="seconds")
