"""Reads the facts of a year from the domain's functions, for `bot.web.admin.year_work`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.appraisal.executions import (
    carried_out,
    confirmed_proposals,
    read_executions,
    recalled,
)
from bot.appraisal.organ_reports import missing_reports, read_reports
from bot.appraisal.sealing import obstacles_of, waiting_filings
from bot.appraisal.settling import unsettled_units
from bot.appraisal.standing_years import read_standing
from bot.appraisal.table_kinds import year_context
from bot.appraisal.year import AppraisedYear, undecided
from bot.appraisal.year_tasks import list_year_tasks
from bot.campaigns.choice_records import read_choices
from bot.campaigns.definition import read_definition
from bot.campaigns.opening import show_opening
from bot.campaigns.organiser import organiser_in
from bot.campaigns.registered import year_scheme
from bot.campaigns.states import CLOSED, DRAFT
from bot.campaigns.titles import printed_title
from bot.records.filings import is_material_closed
from bot.records.indicators import needed_points
from bot.records.notices import read_notices
from bot.records.seals import is_sealed
from bot.records.store import read_indicators
from bot.records.working_days import stored_calendar, unknown_years
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.web.admin.frame import read_waiting
from bot.web.admin.page import Visit
from bot.web.admin.year_work import RatedFact, ResultFact, YearFacts
from survey_flows.errors import BadInput


async def read_facts(visit: Visit, year: int) -> YearFacts:
    """Returns the facts of a year; there are some of every year, so this refuses none."""
    service, today = visit.service, visit.today
    campaigns = await _campaigns(visit, year)
    scheme = await year_scheme(service.database, year)
    waiting = await read_waiting(service, year, today)
    async with reading(service.database) as connection:
        known = await year_context(connection, year, scheme)
        needed = needed_points(known)
        have = needed.intersection(await read_indicators(connection, year))
        notices = await read_notices(connection, year)
        sealed = await is_sealed(connection, year)
        organiser = await organiser_in(connection)
        unknown = unknown_years(await stored_calendar(connection), today)
        closed = await is_material_closed(connection, year)
        unsettled = await unsettled_units(connection, year, today) if sealed else ()
        missing = missing_reports(await read_reports(connection, year))
    first = notices[-1] if notices else None
    return YearFacts(
        year=year,
        today=today,
        campaigns=campaigns,
        units=len(known.city),
        leaders=len(known.leaders),
        points=len(have),
        needed=len(needed),
        organiser=organiser is not None,
        unknown=unknown if year >= today.year - 1 else (),
        closed=closed,
        result=await _result(visit, year, campaigns),
        sealed=sealed,
        notice=(first.begins, first.ends, first.until) if first else None,
        unsettled=len(unsettled),
        unreported=len(missing),
        **waiting,
    )


async def _campaigns(visit: Visit, year: int) -> list[RatedFact]:
    """Returns the year's campaigns that count, the newest last; drafts are among them."""
    columns = tables.campaigns.c
    query = select(tables.campaigns).where(columns.year == year)
    async with reading(visit.service.database) as connection:
        rows = (await connection.execute(query.order_by(columns.opens_at, columns.id))).all()
        left = {name for name, it in (await read_choices(connection)).items() if not it.counts}
    return [
        await _campaign(visit, row)
        for row in rows
        if row.id not in left and not read_definition(row).aim.pilot
    ]


async def _campaign(visit: Visit, row: Row[Any]) -> RatedFact:
    zone, now = ZoneInfo(visit.service.settings.timezone), visit.service.clock.now()
    stops = 0
    if row.state == DRAFT:
        stops = len((await show_opening(visit.service.database, row.id)).stops)
    last = datetime.fromtimestamp(row.closes_at, zone) - timedelta(seconds=1)
    return RatedFact(
        id=row.id,
        title=printed_title(read_definition(row).title, pilot=False).text(visit.lang),
        state=row.state,
        opens=datetime.fromtimestamp(row.opens_at, zone).date(),
        closes=last.date(),
        over=row.closes_at <= now.timestamp(),
        stops=stops,
    )


async def _result(visit: Visit, year: int, campaigns: list[RatedFact]) -> ResultFact | None:
    if not any(it.state == CLOSED for it in campaigns):
        return None
    try:
        found = await visit.appraised(year)
    except BadInput as error:
        return ResultFact(hindrance=error.render(visit.lang))
    async with reading(visit.service.database) as connection:
        if found.seal is not None:
            return await _sealed(connection, year)
        filings = await waiting_filings(connection, year)
    return _computed(found, [it.id for it in campaigns if it.state != CLOSED], filings)


def _computed(year: AppraisedYear, open_ones: list[str], filings: list[str]) -> ResultFact:
    binding, other = undecided(year)
    return ResultFact(
        obstacles=len(list(obstacles_of(year, open_ones, filings))),
        binding=binding,
        other=other,
        waiting=sum(it.insufficient and it.standing is None for it in year.result.units),
    )


async def _sealed(connection: AsyncConnection, year: int) -> ResultFact:
    stands = await read_standing(connection, year)
    if stands is None:
        return ResultFact()
    acts = await read_executions(connection, year)
    tasks = await list_year_tasks(connection, year)
    open_ones = set(confirmed_proposals(stands)) - set(carried_out(acts)) - set(recalled(acts))
    return ResultFact(tasks=len(tasks), unexecuted=len(open_ones))
