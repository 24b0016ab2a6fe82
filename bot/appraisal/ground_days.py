"""Reads the days of what a year's proposals rest on, from the log, the findings and the seals."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.appraisal.ground_days import GroundDays, finding_days
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.model.facts import Finding
from bot.appraisal.past_grades import final_lines
from bot.appraisal.standing_years import amendment_of, read_standing
from bot.appraisal.year import AppraisedYear
from bot.results.field_facts import ended_at
from bot.storage.database import reading
from bot.storage.schema import all as tables


async def ground_days_of(database: AsyncEngine, year: AppraisedYear, timezone: str) -> GroundDays:
    """Return the days of what the proposals of a year rest on."""
    facts = [fact for part in parts_of(year) for fact in part.facts]
    campaigns = [part.campaign.id for part in year.campaigns]
    async with reading(database) as connection:
        return await read_ground_days(connection, year.year, campaigns, facts, timezone)


def parts_of(year: AppraisedYear) -> tuple[AppraisalInputs, ...]:
    """Return what the city and the bodies inside its units are appraised from."""
    return (year.inputs, *(body.inputs for body in year.inside))


async def read_ground_days(
    connection: AsyncConnection,
    year: int,
    campaigns: Collection[str],
    facts: Iterable[Finding],
    timezone: str,
) -> GroundDays:
    """Return the days of what the proposals of a year rest on.

    Args:
        connection: where the campaigns, the log and the seals are.
        year: the year of the proposals.
        campaigns: those that give the public scores; there is one at least.
        facts: the findings that count.
        timezone: the city's.
    """
    zone = ZoneInfo(timezone)
    closed = await _closed(connection, campaigns, zone)
    return GroundDays(closed, finding_days(facts), await _past(connection, year - 1, zone))


async def _closed(connection: AsyncConnection, campaigns: Collection[str], zone: ZoneInfo) -> date:
    """Return the last day on which one of the campaigns took ballots."""
    columns = tables.campaigns.c
    query = select(columns.id, columns.closes_at).where(columns.id.in_(campaigns))
    ends = [
        await ended_at(connection, row.id, row.closes_at) or row.closes_at
        for row in (await connection.execute(query)).all()
    ]
    return datetime.fromtimestamp(max(ends) - 1, zone).date()


async def _past(connection: AsyncConnection, year: int, zone: ZoneInfo) -> dict[str, date]:
    """Return the days from which the lines of a sealed year stand; there are none of others."""
    stands = await read_standing(connection, year)
    if stands is None:
        return {}
    sealed = date.fromisoformat(stands.seal.decided_on)
    days = {line.subject: sealed for line in final_lines(stands.content.bodies)}
    for made in stands.amendments:
        on = datetime.fromtimestamp(made.at, zone).date()
        changes = amendment_of(made).changes
        days |= {it.subject: on for it in changes if not it.kept and it.before != it.after}
    return days
