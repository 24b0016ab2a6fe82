"""Public account of a year: totals of notice, reviews and rectification, once a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.rounding import round_down
from aggregation.procedure.appeals import AppealAct, AppealRuling, AppealStep
from aggregation.procedure.rectification import RectificationAct, RectificationState
from bot.appraisal.appeal_records import list_appeals
from bot.campaigns.registered import read_registered_campaigns
from bot.records.notices import GivenNotice, read_notices
from bot.rectification.requests import RectificationRequest, list_requests
from bot.storage.database import reading

DONE = (RectificationState.FIXED, RectificationState.CLOSED)


@dataclass(frozen=True, slots=True)
class RectificationTotals:
    """Citizens' requests in whole tens; None stands for fewer than ``floor``.

    ``in_time``: of the fixed ones, those fixed by their deadline.
    ``late``: those that wait past their deadline.
    """

    floor: int
    received: int | None
    fixed: int | None
    in_time: int | None
    late: int | None


@dataclass(frozen=True, slots=True)
class PublicAccount:
    """A year's last notice of its results, its reviews and rectification by ``day``."""

    year: int
    day: date
    notice: GivenNotice | None
    asked: int
    upheld: int
    rectification: RectificationTotals


async def read_public_account(database: AsyncEngine, year: int, today: date) -> PublicAccount:
    """Return the account of a year.

    Reviews are counted exactly, because units and leaders ask for them.
    Citizens' requests are disclosed in tens, for the whole city at once.
    """
    registered = await read_registered_campaigns(database)
    campaigns = {campaign.id: campaign for campaign in registered if campaign.year == year}
    floor = max((it.scheme.min_n.publish_cell for it in campaigns.values()), default=0)
    async with reading(database) as connection:
        notices = await read_notices(connection, year)
    appeals = await list_appeals(database, today, year)
    requests = [one for one in await list_requests(database) if one.campaign in campaigns]
    upheld = sum(any(map(_upholds, appeal.steps)) for appeal in appeals)
    return PublicAccount(
        year,
        today,
        next((it for it in reversed(notices) if not it.amendment), None),
        len(appeals),
        upheld,
        _totals(requests, floor, today),
    )


def _upholds(step: AppealStep) -> bool:
    return step.act is AppealAct.ANSWERED and step.ruling is AppealRuling.UPHELD


def _totals(
    requests: Sequence[RectificationRequest], floor: int, today: date
) -> RectificationTotals:
    fixed = [one for one in requests if one.standing.state in DONE]
    counts = (
        len(requests),
        len(fixed),
        sum(_in_time(one) for one in fixed),
        sum(one.standing.late(today) for one in requests),
    )
    return RectificationTotals(max(floor, 10), *(round_down(count, floor) for count in counts))


def _in_time(one: RectificationRequest) -> bool:
    """Return whether a request was fixed by its deadline; one closed unfixed never was."""
    days = [step.on for step in one.steps if step.act is RectificationAct.FIXED]
    return bool(days) and max(days) <= one.standing.due
