"""A unit's or person's own result of a year in notice, with its reasons and the time to contest it.

The page of a unit, the page of a person and a person's letter all show what this gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.appraisal.standing import Standing, is_after_review
from aggregation.model.facts import Grade
from aggregation.model.reason_lines import ReasonLine
from aggregation.model.results import AppraisalResult, LeaderResult, Proposal, UnitResult
from aggregation.procedure.appeals import AppealAct
from bot.appraisal.appeal_records import list_appeals
from bot.appraisal.appeal_requests import possible_acts
from bot.appraisal.plain_reasons import names_of, plain_line
from bot.appraisal.request_times import is_person, own_until
from bot.appraisal.standing_years import StandingYear, amendment_of, read_shown_year
from bot.records.notices import GivenNotice, notice_for, read_notices
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.spoken_terms import Terms


@dataclass(frozen=True, slots=True)
class OwnResult:
    """What a unit or person is told of themselves.

    Args:
        year: the year.
        result: the standing result.
        lines: its reasons, with names in place of codes.
        proposals: what the rules propose about it, and what was decided.
        unit: the unit's own result, or that of the person's unit.
        firsts: the people with the first grade in the unit; empty for a person.
        score: the public score of the unit as it was released; None where it may not be told.
        notice: the last notice that tells of it.
        until: the last day on which a review may be asked for.
        cause_days: working days in which the cause of a late request is decided.
        days: so many days a review may be asked for at least, from the delivery of a letter.
        acts: what the unit or person may do about it today.
        reviewed: whether it was amended after a review, and not only for another cause.
        terms: what the year calls the grades.
    """

    year: int
    result: Standing
    lines: tuple[ReasonLine, ...]
    proposals: tuple[Proposal, ...]
    unit: UnitResult
    firsts: tuple[LeaderResult, ...]
    score: float | None
    notice: GivenNotice
    until: date
    cause_days: int
    days: int
    acts: tuple[AppealAct, ...] = ()
    reviewed: bool = False
    terms: Terms = ()

    @property
    def person(self) -> LeaderResult | None:
        """The person, or None for a unit."""
        return self.result if isinstance(self.result, LeaderResult) else None

    @property
    def subject(self) -> str:
        """The code of the unit, or the id of the person."""
        return self.person.leader if self.person is not None else self.unit.unit


async def noticed_years(connection: AsyncConnection) -> list[int]:
    """Return the years with a public notice, the newest first."""
    column = tables.public_notices.c.year
    rows = await connection.execute(select(column).distinct().order_by(column.desc()))
    return list(rows.scalars())


async def read_own_results(database: AsyncEngine, subject: str, today: date) -> list[OwnResult]:
    """Return a subject's own results, the newest year first; none before the notice."""
    async with reading(database) as connection:
        years = await noticed_years(connection)
    found = [await read_own_result(database, year, subject, today) for year in years]
    return [it for it in found if it is not None]


async def read_own_result(
    database: AsyncEngine, year: int, subject: str, today: date
) -> OwnResult | None:
    """Return a subject's own result; None before a notice tells of it, or without a result."""
    appeals = await list_appeals(database, today, year)
    async with reading(database) as connection:
        notice = notice_for(await read_notices(connection, year), subject)
        if notice is None or today < notice.begins:
            return None
        stands = await read_shown_year(connection, year)
        if stands is None:
            return None
        until = await own_until(connection, stands, notice, subject)
    own = [it for it in appeals if it.subject == subject]
    acts = possible_acts(own, notice, until, is_person(stands, subject), today)
    return own_result(stands, subject, notice, until, acts)


def own_result(
    stands: StandingYear,
    subject: str,
    notice: GivenNotice,
    until: date,
    acts: tuple[AppealAct, ...] = (),
) -> OwnResult | None:
    """Return what a standing year says of a subject; None where it says nothing."""
    body = next((it for it in stands.content.bodies if subject in it.trail), None)
    if body is None:
        return None
    result = _of(body, subject)
    names = names_of(stands.content.bodies, stands.content.inputs.scheme)
    unit = _unit_of(stands, result)
    days = stands.content.inputs.scheme.procedure
    told = stands.inputs.disclosed.get(unit.unit)
    return OwnResult(
        stands.content.year,
        result,
        tuple(plain_line(line, names) for line in body.trail[subject]),
        body.about(subject),
        unit,
        _firsts(body, subject),
        float(told.score) if told is not None and told.score is not None else None,
        notice,
        until,
        days.late_cause_working_days,
        days.review_request_days if isinstance(result, UnitResult) else days.person_request_days,
        acts,
        is_after_review(result.amended, map(amendment_of, stands.amendments)),
        stands.content.inputs.scheme.terms,
    )


def _of(body: AppraisalResult, subject: str) -> Standing:
    units = {unit.unit: unit for unit in body.units}
    return units[subject] if subject in units else body.leader(subject)


def _unit_of(stands: StandingYear, result: Standing) -> UnitResult:
    """Return a unit itself, or the unit that a person belongs to, inside another one or not."""
    if isinstance(result, UnitResult):
        return result
    units = (unit for body in stands.content.bodies for unit in body.units)
    return next(unit for unit in units if unit.unit == result.unit)


def _firsts(body: AppraisalResult, unit: str) -> tuple[LeaderResult, ...]:
    people = (it for it in body.leaders if it.unit == unit and it.grade is Grade.FIRST)
    return tuple(sorted(people, key=lambda it: it.leader))
