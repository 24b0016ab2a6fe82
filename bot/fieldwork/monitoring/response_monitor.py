"""The response monitor: counts of how far a campaign is, which lead to nobody.

People who are written to (contacts, frames, the queue) and people who came (invitations, progress)
are counted separately and never joined.
`aggregation.fieldwork.dispositions` derives the dispositions from the counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.disclosure.rounding import ROUNDING_BASE
from aggregation.fieldwork.dispositions import (
    BROKEN,
    COMPLETED,
    DISPOSITIONS,
    PARTIAL,
    PARTICIPATION_STATES,
    CountRange,
    InvitationCounts,
    ResponseRates,
    as_ranges,
    dispositions,
    range_of,
    response_rates,
)
from bot.campaigns.definition import read_definition
from bot.campaigns.links import PERSONAL
from bot.campaigns.quotas import QuotaProgress, show_quotas
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.states import OVER
from bot.fieldwork.audience.invitations import SOURCE
from bot.fieldwork.audience.sampling import cell_of
from bot.fieldwork.monitoring.progress import HOUR
from bot.fieldwork.outreach.messenger import NOT_STARTED
from bot.fieldwork.outreach.outbox import DELIVERED, FAILED, QUEUED, SENT
from bot.storage.database import reading
from bot.storage.schema import all as tables

DAYS = 14
"""The last days of a campaign that are shown."""

RANKED = ("unreachable", NOT_STARTED, FAILED, "opted_out", QUEUED, SENT, DELIVERED)
"""States of messages, the best last."""


@dataclass(frozen=True, slots=True)
class CellDispositions:
    """Dispositions and rates of a cell's invitations, disclosed as ranges.

    The field ``ranges`` has the range of each disposition.
    """

    cell: str
    invited: int
    ranges: Mapping[str, CountRange]
    rates: ResponseRates


@dataclass(frozen=True, slots=True)
class Stop:
    """People with answers that they have not submitted, by the question at which they stand."""

    questionnaire: str
    question: str
    people: CountRange


@dataclass(frozen=True, slots=True)
class Monitor:
    """The disclosed response of a campaign.

    ``cells``: those of the sample; ``whole``: the sample, None without invitations.
    ``by_source``: participants by source and state.
    ``days``, ``hours`` (of the city's day): how many came, broke off and completed then.
    ``stops``: the largest first.
    ``units``: names by language.
    """

    cells: list[CellDispositions]
    whole: CellDispositions | None
    by_source: Mapping[str, Mapping[str, CountRange]]
    days: Mapping[str, Mapping[str, CountRange]]
    hours: Mapping[int, Mapping[str, CountRange]]
    stops: list[Stop]
    quotas: list[QuotaProgress]
    units: Mapping[str, Mapping[str, str]]


async def read_monitor(database: AsyncEngine, campaign: str, timezone: str) -> Monitor:
    """Read the monitor; participants are counted anew every hour.

    Raises:
        BadInput: no such campaign.
    """
    async with reading(database) as connection:
        row = await read_campaign_row(connection, campaign)
        cells = await _cells(connection, campaign)
        people = await _courses(connection, campaign)
        when = await _arrivals(connection, campaign)
        stops = await _stops(connection, campaign)
    definition = read_definition(row)
    step, over = (
        max(ROUNDING_BASE, definition.disclosure_floor),
        row.state in OVER,
    )
    found = {
        cell: dispositions(_known(cell, counts, people), over)
        for cell, counts in sorted(cells.items())
    }
    whole: Counter[str] = sum((Counter(one) for one in found.values()), Counter())
    zone = ZoneInfo(timezone)
    days, hours = _by(when, zone, "%Y-%m-%d"), _by(when, zone, "%H")
    return Monitor(
        cells=[_disclosed(cell_of(*cell), one, step) for cell, one in found.items()],
        whole=_disclosed("", {name: whole[name] for name in DISPOSITIONS}, step) if found else None,
        by_source=_by_source(people, step),
        days={day: _ranges(days[day], step) for day in sorted(days)[-DAYS:]},
        hours={int(hour): _ranges(hours[hour], step) for hour in sorted(hours)},
        stops=[Stop(*where, range_of(people, step)) for where, people in stops],
        quotas=await show_quotas(database, campaign),
        units={code: unit.name for code, unit in definition.units.items()},
    )


def _disclosed(cell: str, found: Mapping[str, int], step: int) -> CellDispositions:
    ranges = as_ranges(found, step)
    return CellDispositions(cell, sum(found.values()), ranges, response_rates(ranges))


def _ranges(counts: Mapping[str, int], step: int) -> dict[str, CountRange]:
    """Return each count as a range; their sum is disclosed nowhere."""
    return {name: range_of(max(0, counts.get(name, 0)), step) for name in PARTICIPATION_STATES}


def _by_source(
    people: Mapping[tuple[str, str, str, str], int], step: int
) -> dict[str, dict[str, CountRange]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for (source, _, _, course), count in people.items():
        found[source][course] += count
    return {source: _ranges(counts, step) for source, counts in sorted(found.items())}


def _by(when: Mapping[tuple[int, str], int], zone: ZoneInfo, form: str) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for (hour, course), count in when.items():
        found[datetime.fromtimestamp(hour * HOUR, zone).strftime(form)][course] += count
    return found


Cells = dict[tuple[str, str], Counter[str]]


async def _cells(connection: AsyncConnection, campaign: str) -> Cells:
    """Count by group and stratum the people written to and the invitations opened."""
    cells: Cells = defaultdict(Counter)
    links, invitations = tables.links.c, tables.invitations.c
    joined = tables.invitations.join(tables.links, invitations.link == links.token)
    query = select(
        links.group_code, links.stratum, func.count(), func.count(invitations.holder)
    ).select_from(joined)
    own = query.where(invitations.campaign == campaign, links.token.startswith(PERSONAL))
    for group, stratum, invited, opened in await connection.execute(
        own.group_by(links.group_code, links.stratum)
    ):
        cells[group, stratum] += Counter({"invited": invited, "opened": opened})
    for row in await connection.execute(_written(campaign)):
        name = _name(row)
        if name and (row.group_code, row.stratum) in cells:
            cells[row.group_code, row.stratum][name] += row.people
    return cells


def _written(campaign: str) -> Any:
    """Select the number of drawn people by the best of their messages and by opt-out.

    Whoever could not be reached by one road may have been by another.
    """
    frames, persons, outbox = tables.frames.c, tables.persons.c, tables.outbox.c
    rank = case({state: place for place, state in enumerate(RANKED)}, value=outbox.state)
    best = select(outbox.lookup, func.max(rank).label("rank"))
    best_of = best.where(outbox.campaign == campaign).group_by(outbox.lookup).subquery()
    joined = tables.frames.join(tables.persons, frames.lookup == persons.lookup).outerjoin(
        best_of, best_of.c.lookup == frames.lookup
    )
    out = (persons.opted_out != "").label("out")
    columns = (frames.group_code, frames.stratum, frames.invited, best_of.c.rank, out)
    query = select(*columns, func.count().label("people")).select_from(joined)
    return query.where(frames.campaign == campaign, frames.drawn).group_by(*columns)


def _name(row: Row[Any]) -> str:
    """Return the count of `InvitationCounts` for these people.

    It is empty for people who got their message and have not opted out.
    """
    if not row.invited:
        return "opted_out" if row.out else "unreachable"
    state = None if row.rank is None else RANKED[row.rank]
    if state in (None, QUEUED):
        return "queued"
    if state == "opted_out":
        return "opted_out"
    if state == FAILED:
        return "not_delivered"
    if state in ("unreachable", NOT_STARTED):
        return "unreachable"
    return "refused" if row.out else ""


def _known(
    cell: tuple[str, str],
    counts: Mapping[str, int],
    people: Mapping[tuple[str, str, str, str], int],
) -> InvitationCounts:
    came = {
        course: people.get((SOURCE, *cell, course), 0) for course in (PARTIAL, BROKEN, COMPLETED)
    }
    return InvitationCounts(**counts, **came)


async def _courses(
    connection: AsyncConnection, campaign: str
) -> dict[tuple[str, str, str, str], int]:
    """Return the number of people by source, group, stratum and participation state."""
    columns = tables.progress_counts.c
    query = select(
        columns.source, columns.group_code, columns.stratum, columns.progress, columns.people
    )
    rows = await connection.execute(query.where(columns.campaign == campaign))
    return {(row.source, row.group_code, row.stratum, row.progress): row.people for row in rows}


async def _arrivals(connection: AsyncConnection, campaign: str) -> dict[tuple[int, str], int]:
    columns = tables.arrivals.c
    query = select(columns.hour, columns.progress, columns.people).where(
        columns.campaign == campaign
    )
    return {(row.hour, row.progress): row.people for row in await connection.execute(query)}


async def _stops(connection: AsyncConnection, campaign: str) -> list[tuple[tuple[str, str], int]]:
    columns = tables.break_offs.c
    query = select(columns.questionnaire, columns.question, columns.people)
    rows = await connection.execute(query.where(columns.campaign == campaign, columns.people > 0))
    found = [((row.questionnaire, row.question), row.people) for row in rows]
    return sorted(found, key=lambda item: (-item[1], item[0]))
