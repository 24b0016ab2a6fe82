"""The response monitor: counts of how far a campaign is, which lead to nobody.

People who are written to (contacts, frames, the queue) and people who came (invitations, progress)
are counted separately and never joined.
`aggregation.fieldwork.dispositions` derives the dispositions from the counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
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
from aggregation.fieldwork.nested_sums import Name, WholeOf, sum_of_ranges, widened
from aggregation.fieldwork.one_sum import views_of_one_sum
from aggregation.fieldwork.targets import area_of, area_targets
from bot.campaigns.definition import read_definition
from bot.campaigns.links import PERSONAL
from bot.campaigns.quotas import QuotaProgress, show_quotas
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.states import OVER
from bot.fieldwork.audience.invitations import SOURCE
from bot.fieldwork.audience.sampling import cell_of
from bot.fieldwork.monitoring.progress import HOUR
from bot.fieldwork.monitoring.reached import Reached, read_reached
from bot.fieldwork.monitoring.targets import people_by_area, read_targets
from bot.fieldwork.outreach.messenger import NOT_STARTED
from bot.fieldwork.outreach.outbox import DELIVERED, FAILED, QUEUED, SENT
from bot.storage.database import reading
from bot.storage.schema import all as tables

View = Mapping[str, Mapping[str, int]]
Ranges = dict[str, dict[str, CountRange]]

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
    ``groups``, ``areas``: who submitted by evaluator group and by district, however they came; a
    district is the first part of a stratum, and empty where none is known.
    ``targets``, ``area_targets``: who should; ``window``: opening and close in epoch seconds.
    ``reached``: who was written to how.
    """

    cells: list[CellDispositions]
    whole: CellDispositions | None
    by_source: Mapping[str, Mapping[str, CountRange]]
    days: Mapping[str, Mapping[str, CountRange]]
    hours: Mapping[int, Mapping[str, CountRange]]
    stops: list[Stop]
    quotas: list[QuotaProgress]
    units: Mapping[str, Mapping[str, str]]
    groups: Mapping[str, CountRange]
    areas: Mapping[str, CountRange]
    targets: Mapping[str, int]
    area_targets: Mapping[str, int]
    window: tuple[int, int]
    reached: list[Reached]

    @property
    def completed(self) -> CountRange:
        """Everybody who submitted, by what is disclosed of the sources."""
        return sum_of_ranges([counts[COMPLETED] for counts in self.by_source.values()])


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
        targets = await read_targets(connection, campaign)
        reached = await read_reached(connection, campaign)
    definition = read_definition(row)
    step, over = (
        max(ROUNDING_BASE, definition.disclosure_floor),
        row.state in OVER,
    )
    found = {
        cell: dispositions(_known(cell, counts, people), over)
        for cell, counts in sorted(cells.items())
    }
    cell_ranges = {cell_of(*cell): as_ranges(one, step) for cell, one in found.items()}
    whole = _whole(found, cell_ranges, step)
    zone = ZoneInfo(timezone)
    views = _by_source(people), _by(when, zone, "%Y-%m-%d"), _by(when, zone, "%H")
    by_source, days, hours = _views(*views, whole, step)
    completed = _completed(people, found, cell_ranges, views[1:], (by_source, days, hours), step)
    groups, areas = (
        {name: sum_of_ranges(spans) for name, spans in sorted(parts.items())}
        for parts in _gathered(completed)
    )
    return Monitor(
        cells=[
            CellDispositions(cell, sum(one.values()), ranges, response_rates(ranges))
            for (cell, ranges), one in zip(cell_ranges.items(), found.values(), strict=True)
        ],
        whole=whole,
        by_source=by_source,
        days={day: days[day] for day in sorted(days)[-DAYS:]},
        hours={int(hour): hours[hour] for hour in sorted(hours)},
        stops=[Stop(*where, range_of(people, step)) for where, people in stops],
        quotas=await show_quotas(database, campaign),
        units={code: unit.name for code, unit in definition.units.items()},
        groups=groups,
        areas=areas,
        targets=targets,
        area_targets=area_targets(
            targets,
            people_by_area(definition.scheme.population),
            {cell: counts["invited"] for cell, counts in cells.items()},
        ),
        window=(row.opens_at, row.closes_at),
        reached=reached,
    )


Cell = tuple[str, str]
"""Group and stratum."""


def _completed(
    people: Mapping[tuple[str, str, str, str], int],
    found: Mapping[Cell, Mapping[str, int]],
    cells: Mapping[str, Mapping[str, CountRange]],
    when: Sequence[View],
    told: Sequence[Ranges],
    step: int,
) -> list[tuple[Cell, CountRange]]:
    """Return who submitted by cell: of the sample as it is told, of each other source anew.

    Whatever is made of these ranges alone says nothing that they do not say. Together with sources,
    days and hours the new ones narrow no small count of anything.
    """
    by_source, days, hours = told
    counts: dict[Name, int] = {
        ("source", source): sum(
            number
            for (own, *_, state), number in people.items()
            if (own, state) == (source, COMPLETED)
        )
        for source in by_source
    }
    spans: dict[Name, CountRange] = {
        ("source", source): ranges[COMPLETED] for source, ranges in by_source.items()
    }
    sums = [WholeOf(("all",), tuple(spans))]
    for kind, view, ranges in (("day", when[0], days), ("hour", when[1], hours)):
        names = {(kind, name): name for name in view}
        counts |= {key: view[name].get(COMPLETED, 0) for key, name in names.items()}
        spans |= {key: ranges[name][COMPLETED] for key, name in names.items()}
        sums.append(WholeOf(("all",), tuple(names)))
    counts["all",] = sum(counts["source", source] for source in by_source)
    own: dict[Name, Cell] = {}
    for cell, one in found.items():
        name = (SOURCE, *cell)
        own[name], counts[name] = cell, one[COMPLETED]
        spans[name] = cells[cell_of(*cell)][COMPLETED]
    new: dict[Name, Cell] = {}
    for (source, group, stratum, state), number in people.items():
        if source != SOURCE and state == COMPLETED:
            name = (source, group, stratum)
            new[name], counts[name] = (group, stratum), max(0, number)
            spans[name] = range_of(counts[name], step)
    for source in by_source:
        parts = tuple(name for name in (*own, *new) if name[0] == source)
        if parts:
            sums.append(WholeOf(("source", source), parts))
        if len(parts) == 1 and source != SOURCE:
            spans[parts[0]] = spans["source", source]
    told_cells = widened(counts, spans, sums, new, step)
    return [(cell, told_cells[name]) for name, cell in (own | new).items()]


def _gathered(
    completed: Sequence[tuple[Cell, CountRange]],
) -> tuple[dict[str, list[CountRange]], dict[str, list[CountRange]]]:
    """Return the ranges of the cells of each group, and of each district."""
    groups: dict[str, list[CountRange]] = defaultdict(list)
    areas: dict[str, list[CountRange]] = defaultdict(list)
    for (group, stratum), span in completed:
        groups[group].append(span)
        areas[area_of(stratum)].append(span)
    return groups, areas


def _whole(
    found: Mapping[tuple[str, str], Mapping[str, int]],
    cells: Mapping[str, Mapping[str, CountRange]],
    step: int,
) -> CellDispositions | None:
    """Return the sample as one; its ranges narrow no small count of a cell, nor the other way."""
    if not found:
        return None
    sums = {name: sum(one[name] for one in found.values()) for name in DISPOSITIONS}
    ranges = as_ranges(sums, step)
    for name, people in sums.items():
        counts = {cell_of(*cell): one[name] for cell, one in found.items()}
        spans = {cell: ranges[name] for cell, ranges in cells.items()}
        told = views_of_one_sum([counts, {"": people}], [spans, {"": ranges[name]}], step)
        ranges[name] = told[1][""]
    return CellDispositions("", sum(sums.values()), ranges, response_rates(ranges))


def _views(
    sources: View, days: View, hours: View, whole: CellDispositions | None, step: int
) -> tuple[Ranges, Ranges, Ranges]:
    """Return sources, days and hours as ranges by state, which narrow none of each other.

    Days and hours count the same people. Whoever completed is counted by source, too; with other
    states one by source is left later. Invited people have the ranges of the whole sample.
    """
    by_source: Ranges = {source: {} for source in sources}
    by_day: Ranges = {day: {} for day in days}
    by_hour: Ranges = {hour: {} for hour in hours}
    for state in PARTICIPATION_STATES:
        counts = [
            {name: max(0, one.get(state, 0)) for name, one in view.items()}
            for view in (sources, days, hours)
        ]
        alone = [{name: range_of(people, step) for name, people in view.items()} for view in counts]
        if whole and SOURCE in sources:
            low, high = whole.ranges[state]
            if low <= counts[0][SOURCE] <= high:
                alone[0][SOURCE] = low, high
        first = 0 if state == COMPLETED else 1
        told = alone[:first] + views_of_one_sum(counts[first:], alone[first:], step)
        for ranges, spans in zip((by_source, by_day, by_hour), told, strict=True):
            for name, span in spans.items():
                ranges[name][state] = span
    return by_source, by_day, by_hour


def _by_source(people: Mapping[tuple[str, str, str, str], int]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for (source, _, _, course), count in people.items():
        found[source][course] += count
    return dict(sorted(found.items()))


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
