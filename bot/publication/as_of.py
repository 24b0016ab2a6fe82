"""A year as a document tells it on a day: whose review runs bears the mark in the name (复核中).

A file is passed on without the page around it, so that names carry the mark, as in published
results (`bot.publication.early_publication`). The document also says what was open on its day.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.results import AppraisalResult, LeaderResult, UnitResult
from bot.appraisal.settling import OpenResults, open_results
from bot.appraisal.year import AppraisedYear
from bot.publication.early_publication import marked, marked_name
from bot.storage.database import reading
from survey_flows.messages import Message

Named = TypeVar("Named", UnitResult, LeaderResult)


async def year_as_of(database: AsyncEngine, year: AppraisedYear, today: date) -> AppraisedYear:
    """Return a year as a document of this day tells it; before the notice nothing is open yet."""
    async with reading(database) as connection:
        found = await open_results(connection, year.year, today)
    return year if found is None else with_marks(year, found)


def with_marks(year: AppraisedYear, found: OpenResults) -> AppraisedYear:
    """Return a year whose units and people under review bear the mark in their names."""
    inside = tuple(
        replace(body, result=_marked(body.result, found.asked)) if body.result else body
        for body in year.inside
    )
    campaigns = tuple(
        replace(part, campaign=marked(part.campaign, found.asked)) for part in year.campaigns
    )
    result = _marked(year.result, found.asked)
    return replace(year, campaigns=campaigns, result=result, inside=inside, open=found)


def open_words(found: OpenResults) -> Message:
    """Return what was still open on the day of a document."""
    counts = {"asked": len(found.asked), "units": found.units, "people": found.people}
    day = found.day.isoformat()
    if not any(counts.values()):
        return Message("publication-nothing-open", day=day)
    return Message("publication-open", day=day, **{name: str(n) for name, n in counts.items()})


def _marked(result: AppraisalResult, asked: Collection[str]) -> AppraisalResult:
    return replace(
        result,
        units=tuple(_named(it) if it.unit in asked else it for it in result.units),
        leaders=tuple(_named(it) if it.leader in asked else it for it in result.leaders),
    )


def _named(it: Named) -> Named:
    names = marked_name({"zh-Hans": it.zh, "en": it.en})
    return replace(it, zh=names["zh-Hans"], en=names.get("en", it.en))
