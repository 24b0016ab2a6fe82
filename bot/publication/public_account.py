"""What a city tells everybody of a year's public notice, reviews and rectification: totals, once a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.rounding import round_down
from aggregation.procedure.appeals import AppealRuling, PublicNotice
from aggregation.procedure.rectification import RectificationAct, RectificationState
from bot.appraisal.appeals import list_appeals, read_notices
from bot.campaigns.registered import read_registered_campaigns
from bot.rectification.requests import RectificationRequest, list_requests
from bot.storage.database import reading

DONE = (RectificationState.FIXED, RectificationState.CLOSED)


@dataclass(frozen=True, slots=True)
class RectificationTotals:
    """Shortcomings that residents asked to have mended, in whole tens; None stands for fewer than ``floor``.

    ``in_time`` of the ``fixed`` ones were fixed by their day; ``late`` ones wait though their day is over.
    """

    floor: int
    received: int | None
    fixed: int | None
    in_time: int | None
    late: int | None


@dataclass(frozen=True, slots=True)
class PublicAccount:
    """A year's last notice, how many reviews were asked for and upheld by ``day``, and what was mended."""

    year: int
    day: date
    notice: PublicNotice | None
    asked: int
    upheld: int
    rectification: RectificationTotals


async def read_public_account(database: AsyncEngine, year: int, today: date) -> PublicAccount:
    """The account of a year.

    Units and leaders ask for reviews, so these are told one by one. What residents left is told in tens, of the whole
    city at once.
    """
    polls = {
        poll.id: poll for poll in await read_registered_campaigns(database) if poll.year == year
    }
    floor = max((poll.scheme.min_n.publish_cell for poll in polls.values()), default=0)
    async with reading(database) as connection:
        notices = await read_notices(connection, year)
    appeals = await list_appeals(database, today, year)
    left = [one for one in await list_requests(database) if one.campaign in polls]
    upheld = sum(
        any(step.ruling is AppealRuling.UPHELD for step in appeal.steps) for appeal in appeals
    )
    return PublicAccount(
        year,
        today,
        notices[-1] if notices else None,
        len(appeals),
        upheld,
        _mending(left, floor, today),
    )


def _mending(left: Sequence[RectificationRequest], floor: int, today: date) -> RectificationTotals:
    fixed = [one for one in left if one.standing.state in DONE]
    counts = (
        len(left),
        len(fixed),
        sum(_in_time(one) for one in fixed),
        sum(one.standing.late(today) for one in left),
    )
    return RectificationTotals(max(floor, 10), *(round_down(count, floor) for count in counts))


def _in_time(one: RectificationRequest) -> bool:
    """Whether it was fixed by its day; closed without that, it never was."""
    days = [step.on for step in one.steps if step.act is RectificationAct.FIXED]
    return bool(days) and max(days) <= one.standing.due
