"""Public notices of a year's results: the list before one, and the notice that opens the reviews.

A notice is given only by somebody who has typed the year and seen the list, whose digest comes back
with it: a list that has changed meanwhile is looked at again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.procedure.notices import PublicNotice, public_notice
from aggregation.procedure.workdays import SATURDAY, WorkingDays
from bot.appraisal.given_notices import give_notice, sealed_salt
from bot.appraisal.letters import count_letters, unreachable
from bot.appraisal.standing_years import StandingYear, read_standing
from bot.core.identity import Office
from bot.records.notices import GivenNotice, read_notices
from bot.records.seals import lock_year
from bot.records.working_days import stored_calendar
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from survey_flows.errors import BadInput, Message, Place, Problem, gathered
from survey_flows.messages import render
from survey_flows.wording import DEFAULT

FEW = 10
"""So many names are told of a longer list."""


@dataclass(frozen=True, slots=True)
class NoticeList:
    """What is looked at before a notice.

    Args:
        year: the year.
        today: the first day of the notice.
        days: its days; None where a deadline falls in a year whose holidays are unknown.
        shown: the digest of the standing result that it would show.
        letters: how many units and people are told by letter.
        stops: what keeps it from being given.
        asks: what somebody thinks of first.
    """

    year: int
    today: date
    days: PublicNotice | None
    shown: str
    letters: tuple[int, int]
    stops: tuple[Problem, ...]
    asks: tuple[Message, ...]

    @property
    def digest(self) -> str:
        """The digest of the list, and of the result that would be shown."""
        said = [
            self.year,
            self.today.isoformat(),
            repr(self.days),
            self.shown,
            [stop.render(DEFAULT) for stop in self.stops],
            [render(ask, DEFAULT) for ask in self.asks],
        ]
        return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class NoticeOrder:
    """What somebody says who gives a notice: the year once more, and the list that they saw."""

    typed: str
    seen: str


async def show_notice(database: AsyncEngine, year: int, office: Office, address: str) -> NoticeList:
    """Return the list before a notice of today.

    Args:
        database: where the year is.
        year: the year.
        office: who looks.
        address: the service's public address, or empty.

    Raises:
        BadInput: the year is not sealed, or a notice still runs.
    """
    async with reading(database) as connection:
        return await _list(connection, year, office.today, address)


async def give_public_notice(
    database: AsyncEngine, desk: Desk, year: int, order: NoticeOrder, office: Office, address: str
) -> GivenNotice:
    """Give public notice of a year's results (公示); from then on only amendments change them.

    The act in the public log says its days.

    Raises:
        BadInput: the year is not sealed, a notice still runs, something stops it, the year was not
            typed, or the list is not the one that was seen.
    """
    async with writing(database) as connection:
        await lock_year(connection, year)
        found = await _list(connection, year, office.today, address)
        if found.stops:
            raise gathered(list(found.stops))
        if order.typed.strip() != str(year):
            raise BadInput(Message("appraisal-year-not-typed"), Place(subject=str(year)))
        if order.seen != found.digest or found.days is None:
            raise BadInput(Message("appraisal-list-changed"), Place(subject=str(year)))
        days = (found.days.begins, found.days.ends, found.days.until)
        notice = GivenNotice(*days, by=office.login, at=office.second)
        salt = await sealed_salt(connection, year)
        return await give_notice(connection, desk, year, notice, salt)


async def _list(connection: AsyncConnection, year: int, today: date, address: str) -> NoticeList:
    stands = await read_standing(connection, year)
    if stands is None:
        raise BadInput(Message("appraisal-nothing-to-notice", year=year), Place(subject=str(year)))
    before = await read_notices(connection, year)
    if before and today <= before[-1].ends:
        message = Message("appraisal-notice-runs", ends=before[-1].ends.isoformat())
        raise BadInput(message, Place(subject=str(year)))
    calendar = await stored_calendar(connection)
    letters = await count_letters(connection, stands)
    stops = [
        *await _newer_scores(connection, stands),
        *_undelivered(stands, letters, address),
    ]
    days = None
    try:
        days = public_notice(today, calendar, stands.content.inputs.scheme.procedure)
    except BadInput as error:
        stops.append(Problem(error.message, error.place))
    asks = tuple(_asks(days, calendar, letters))
    return NoticeList(year, today, days, stands.digest, letters, tuple(stops), asks)


async def _newer_scores(connection: AsyncConnection, stands: StandingYear) -> list[Problem]:
    """Return the campaigns whose pages show other scores than the year that stands."""
    columns, found = tables.releases.c, []
    for it in sorted(stands.releases, key=lambda it: it.campaign):
        query = select(func.max(columns.number)).where(columns.campaign == it.campaign)
        last = (await connection.execute(query)).scalar() or 0
        if last > it.release:
            message = Message("appraisal-newer-release", last=last, stands=it.release)
            found.append(Problem(message, Place(subject=it.campaign)))
    return found


def _undelivered(stands: StandingYear, letters: tuple[int, int], address: str) -> Iterator[Problem]:
    if names := unreachable(stands):
        more = max(0, len(names) - FEW)
        yield Problem(Message("appraisal-unreachable", names=names[:FEW], more=more))
    if any(letters) and not address:
        yield Problem(Message("appraisal-no-address"))


def _asks(
    days: PublicNotice | None, calendar: WorkingDays, letters: tuple[int, int]
) -> Iterator[Message]:
    if days is not None and (holidays := _holidays(days, calendar)):
        yield Message("appraisal-holidays-inside", days=tuple(map(date.isoformat, holidays)))
    units, people = letters
    if units or people:
        yield Message("appraisal-by-letter", units=units, people=people)


def _holidays(days: PublicNotice, calendar: WorkingDays) -> Sequence[date]:
    """Return the days of the notice that are off although they are no weekend."""
    span = (days.ends - days.begins).days
    within = [days.begins + timedelta(days=n) for n in range(span + 1)]
    return [day for day in within if day.weekday() < SATURDAY and not calendar.works(day)]
