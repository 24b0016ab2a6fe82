"""The units of a year as they are appraised: by their periods, and by what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.appraisal.merged import merged_score
from aggregation.appraisal.presence import unit_of_year, unit_states
from aggregation.estimation.scores import UnitScore
from aggregation.model.dated import UnitEvent, UnitEventKind
from aggregation.model.facts import AppraisedUnit
from aggregation.model.standings import APPRAISED
from aggregation.ranking.ranks import Covariances
from aggregation.scheme.scheme import Scheme
from bot.appraisal.left_out import LeftOut
from bot.records.unit_periods import read_all_units, read_unit_events, read_unit_periods


@dataclass(frozen=True, slots=True)
class YearUnits:
    """The units of a year: those that are appraised, those that are not, and what became of any."""

    appraised: tuple[AppraisedUnit, ...]
    left: tuple[LeftOut, ...]
    events: tuple[UnitEvent, ...]


async def read_year_units(
    connection: AsyncConnection, year: int, scheme: Scheme, registered: date
) -> YearUnits:
    """Return the units of a year; a unit without periods is appraised as it is listed.

    Args:
        connection: where the units are.
        year: the year.
        scheme: says on how many days a unit has to be there.
        registered: the first day of the campaign, which fixes category and league.
    """
    units = await read_all_units(connection, year)
    periods = await read_unit_periods(connection)
    events = await read_unit_events(connection)
    states = unit_states(periods, events, year, scheme.presence)
    found: list[AppraisedUnit] = []
    left: list[LeftOut] = []
    for unit in units:
        state = states.get(unit.code, APPRAISED)
        if state.reason is not None:
            left.append(LeftOut(unit.code, unit.zh, unit.en, state.reason))
        elif unit.code in states:
            dated = unit_of_year(periods, events, unit.code, year, registered)
            found.append(dated or unit)
        else:
            found.append(unit)
    return YearUnits(tuple(found), tuple(left), events)


def merged_scores(
    units: YearUnits,
    year: int,
    scores: Mapping[str, UnitScore],
    covariances: Covariances | None,
) -> dict[str, UnitScore]:
    """Return the public scores of units that came out of others in the year, by fixed shares."""
    merges = [it for it in units.events if it.kind is UnitEventKind.MERGE and it.on.year == year]
    found: dict[str, UnitScore] = {}
    for event in merges:
        for code in event.after:
            score = merged_score(code, event, scores, covariances)
            if score is not None and code not in scores:
                found[code] = score
    return found
