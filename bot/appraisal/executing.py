"""Enters what happened to a confirmed decision, after a list of what stops it and what to think of.

It cannot be taken out again, so that the name of whom it is about is typed once more, and the
digest of the list comes back with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.model.dated import Period
from aggregation.model.results import Proposal
from aggregation.procedure.appeals import AppealState
from aggregation.procedure.recalls import ENDS_POSTS, elected_posts
from bot.appraisal.appeal_records import read_appeals
from bot.appraisal.days import day_between
from bot.appraisal.deciding import is_unheard
from bot.appraisal.executions import (
    Execution,
    ExecutionAct,
    append_execution,
    carried_out,
    confirmed_proposals,
    read_executions,
    recalled,
)
from bot.appraisal.request_times import own_until
from bot.appraisal.standing_years import StandingYear, read_standing
from bot.core.identity import Office
from bot.records.dated_store import read_posts
from bot.records.notices import notice_for, read_notices
from bot.records.recusals import require_unbarred
from bot.records.seals import lock_year
from bot.storage.database import reading, writing
from survey_flows.errors import BadInput, Message, Place, Problem, gathered
from survey_flows.messages import render
from survey_flows.wording import DEFAULT

MOST_DOCUMENT = 120
UNANSWERED = (AppealState.LATE, AppealState.WAITING, AppealState.CHARGED)
"""The states of a request that nobody has answered."""


@dataclass(frozen=True, slots=True)
class ExecutionOrder:
    """What somebody says about a decision.

    Args:
        proposal: its key.
        act: what happened to it.
        on: the ISO day.
        document: by which it happened.
        typed: the name or the code of whom it is about, once more.
        seen: the digest of the list that was looked at.
    """

    proposal: str
    act: ExecutionAct
    on: str
    document: str
    typed: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class ExecutionList:
    """What is looked at before.

    Args:
        order: what somebody would enter.
        names: the code and the names of whom it is about.
        stands: the digest of the year as it stands.
        day: the day; None where it does not fit.
        stops: what keeps it from being entered.
        asks: what somebody thinks of first.
    """

    order: ExecutionOrder
    names: tuple[str, ...]
    stands: str
    day: date | None
    stops: tuple[Problem, ...]
    asks: tuple[Message, ...]

    @property
    def digest(self) -> str:
        """The digest of the list, and of the year that it was made from."""
        said = [
            *(self.order.proposal, self.order.act, self.order.on, self.order.document.strip()),
            self.stands,
            [stop.render(DEFAULT) for stop in self.stops],
            [render(ask, DEFAULT) for ask in self.asks],
        ]
        return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the acts of a decision are checked against."""

    confirmed: Proposal | None
    done: Execution | None
    recall: Execution | None
    elected: bool
    told: bool


async def show_execution(
    database: AsyncEngine, year: int, order: ExecutionOrder, office: Office
) -> ExecutionList:
    """Return the list before a decision is entered as carried out, taken back or recalled.

    Raises:
        BadInput: the year is not sealed, the key is none, or the person must stand aside.
    """
    async with reading(database) as connection:
        return await _list(connection, year, order, office)


async def record_execution(
    database: AsyncEngine, year: int, order: ExecutionOrder, office: Office
) -> None:
    """Append what happened to a confirmed decision.

    Raises:
        BadInput: the year is not sealed, the key is none, the person must stand aside, something
            stops it, the name was not typed, or the list is not the one that was seen.
    """
    async with writing(database) as connection:
        await lock_year(connection, year)
        found = await _list(connection, year, order, office)
        if found.stops:
            raise gathered(list(found.stops))
        if order.typed.strip() not in found.names:
            place = Place(subject=order.proposal[:80])
            raise BadInput(Message("appraisal-name-not-typed", name=found.names[0]), place)
        if order.seen != found.digest or found.day is None:
            raise BadInput(Message("appraisal-list-changed"), Place(subject=order.proposal[:80]))
        said = (order.proposal, order.act, found.day, order.document.strip())
        await append_execution(connection, year, *said, office)


async def _list(
    connection: AsyncConnection, year: int, order: ExecutionOrder, office: Office
) -> ExecutionList:
    subject = _subject(order.proposal)
    stands = await read_standing(connection, year)
    if stands is None:
        raise BadInput(Message("appraisal-not-sealed"), Place(subject=str(year)))
    await require_unbarred(connection, year, subject, office.login)
    facts = await _facts(connection, stands, order.proposal, office)
    stops = list(_stops(order, facts))
    day = None
    try:
        given = (_first_day(year, order.act, facts), office.today, "appraisal-cause-day")
        day = day_between(order.on, *given, Place(field="on"))
    except BadInput as error:
        stops.append(Problem(error.message, error.place))
    asks = []
    notice = notice_for(await read_notices(connection, year), subject)
    if order.act is ExecutionAct.EXECUTED and notice is not None:
        until = await own_until(connection, stands, notice, subject)
        if office.today <= until:
            asks.append(Message("appraisal-review-runs", until=until.isoformat()))
    if order.act is ExecutionAct.EXECUTED:
        for appeal in await read_appeals(connection, office.today, year):
            if appeal.subject == subject and appeal.standing.state in UNANSWERED:
                asks.append(Message("appraisal-review-waits", number=appeal.number))
    names = (subject, *_names(stands, subject))
    return ExecutionList(order, names, stands.digest, day, tuple(stops), tuple(asks))


async def _facts(
    connection: AsyncConnection, stands: StandingYear, proposal: str, office: Office
) -> _Facts:
    year, subject = stands.content.year, _subject(proposal)
    acts = await read_executions(connection, year)
    confirmed = confirmed_proposals(stands).get(proposal)
    elected = False
    if confirmed is not None and confirmed.kind in ENDS_POSTS:
        since = Period(_decided_on(confirmed) or office.today, office.today)
        elected = bool(elected_posts(await read_posts(connection), subject, since))
    told = notice_for(await read_notices(connection, year), subject) is not None
    done, recall = carried_out(acts).get(proposal), recalled(acts).get(proposal)
    return _Facts(confirmed, done, recall, elected, told)


def _stops(order: ExecutionOrder, facts: _Facts) -> Iterator[Problem]:
    place, confirmed = Place(subject=order.proposal[:80]), facts.confirmed
    if not order.document.strip() or len(order.document.strip()) > MOST_DOCUMENT:
        yield Problem(Message("appraisal-cause-unsigned"), Place(field="document"))
    if order.act is ExecutionAct.RESTORED:
        if confirmed is not None or facts.done is None:
            yield Problem(Message("appraisal-not-to-restore"), place)
        return
    if confirmed is None or facts.done is not None:
        yield Problem(Message("appraisal-not-to-execute"), place)
        return
    if order.act is ExecutionAct.RECALLED:
        if not facts.elected or facts.recall is not None:
            yield Problem(Message("appraisal-not-to-recall"), place)
        return
    if not facts.told:
        yield Problem(Message("appraisal-no-notice"), place)
    if confirmed.decision is None or is_unheard(confirmed, confirmed.decision):
        yield Problem(Message("procedure-not-heard"), place)
    if facts.elected and facts.recall is None:
        yield Problem(Message("appraisal-not-recalled"), place)


def _first_day(year: int, act: ExecutionAct, facts: _Facts) -> date:
    """Return the first day that an act can have; none of them comes before what it rests on."""
    first = date(year, 1, 1)
    if act is ExecutionAct.RECALLED:
        return first  # The recall may come before the decision, which waits for it.
    if act is ExecutionAct.RESTORED:
        return facts.done.on if facts.done else first
    decided = _decided_on(facts.confirmed) if facts.confirmed else None
    return max(decided or first, facts.recall.on if facts.recall else first)


def _decided_on(proposal: Proposal) -> date | None:
    made = proposal.decision
    return date.fromisoformat(made.at[:10]) if made else None


def _names(stands: StandingYear, subject: str) -> tuple[str, ...]:
    for body in stands.content.bodies:
        for unit in body.units:
            if unit.unit == subject:
                return unit.zh, unit.en
        for leader in body.leaders:
            if leader.leader == subject:
                return leader.zh, leader.en
    return ()


def _subject(proposal: str) -> str:
    parts = proposal.split("/")
    if len(parts) not in (4, 5):
        raise BadInput(Message("appraisal-no-such-proposal"), Place(subject=proposal[:80]))
    return parts[3]
