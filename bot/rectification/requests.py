"""Citizens' requests, relayed between them and an office that never learns who they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.disclosure.rounding import round_down
from aggregation.procedure.rectification import (
    RectificationAct,
    RectificationState,
    RectificationStatus,
    RectificationStep,
    check_rectification_step,
    rectification_status,
)
from aggregation.procedure.workdays import WorkingDays
from bot.ballots.held_requests import stop_second
from bot.campaigns.registered import read_registered_campaigns
from bot.campaigns.scheme_files import shipped_scheme
from bot.core.identity import Address, Office
from bot.crypto.rectification_keys import RectificationKeys
from bot.records.working_days import stored_calendar
from bot.storage.database import reading, upsert, writing
from bot.storage.schema import all as tables
from bot.storage.schema.rectification import QUEUED, SHOWN, STOPPED
from survey_flows.errors import BadInput, Message, Place

MAX_TEXT = 1000
"""Characters of one message, either way."""
MAX_UNIT = 120
"""Characters of the unit or section to which a request is assigned."""
PUSHED = "telegram"
"""The channel that delivers answers; in the others citizens come and look."""


@dataclass(frozen=True, slots=True)
class RequestMessage:
    """A message of an office or of the citizen.

    ``sender``: the office's login, or empty for the citizen.
    ``shared``: the citizen lets the unit read it.
    ``state``: the delivery state of an office's message.
    """

    sender: str
    text: str
    sent_on: date
    shared: bool
    state: str


@dataclass(frozen=True, slots=True)
class RectificationRequest:
    """A request with its messages and steps; ``open``: the citizen can be reached."""

    id: str
    campaign: str
    unit: str
    lang: str
    day: date
    open: bool
    messages: Sequence[RequestMessage]
    steps: Sequence[RectificationStep]
    standing: RectificationStatus

    @property
    def shared(self) -> bool:
        """Whether the unit may read all that the citizen has written so far."""
        return all(message.shared for message in self.messages if not message.sender)

    @property
    def first_answered_on(self) -> date | None:
        """The day of the first answer."""
        return next((message.sent_on for message in self.messages if message.sender), None)

    def is_contact_overdue(self, today: date) -> bool:
        """Return whether the first contact is overdue, or came too late."""
        return self.open and (self.first_answered_on or today) > self.standing.contact


async def list_requests(database: AsyncEngine, unit: str = "") -> list[RectificationRequest]:
    """Return the requests of one unit, or all, the oldest first."""
    columns = tables.requests.c
    query = select(tables.requests).order_by(columns.day, columns.id)
    query = query.where(columns.unit == unit) if unit else query
    days = await rectification_days(database)
    async with reading(database) as connection:
        rows = (await connection.execute(query)).all()
        return await _read(connection, rows, days)


async def read_request(database: AsyncEngine, name: str) -> RectificationRequest:
    """Return one request; raises `BadInput` when there is none of this name."""
    days = await rectification_days(database)
    async with reading(database) as connection:
        return await _find(connection, name, days)


async def rectification_days(database: AsyncEngine) -> Mapping[str, int]:
    """Return the working days for a rectification, by registered campaign.

    The shipped scheme's days count for campaigns that are not listed.
    """
    return {
        campaign.id: campaign.scheme.procedure.rectification_days
        for campaign in await read_registered_campaigns(database)
    }


async def _find(
    connection: AsyncConnection, name: str, days: Mapping[str, int]
) -> RectificationRequest:
    query = select(tables.requests).where(tables.requests.c.id == name)
    found = await _read(connection, (await connection.execute(query)).all(), days)
    if not found:
        raise BadInput(Message("rectification-no-such-request"), Place(subject=name[:8]))
    return found[0]


async def _read(
    connection: AsyncConnection, rows: Sequence[Row[Any]], days: Mapping[str, int]
) -> list[RectificationRequest]:
    names = [row.id for row in rows]
    words = await _all(connection, tables.request_messages, names, tables.request_messages.c.id)
    steps = await _all(connection, tables.request_steps, names, tables.request_steps.c.step)
    calendar = await stored_calendar(connection)
    return [
        _request(row, words.get(row.id, []), steps.get(row.id, []), calendar, days) for row in rows
    ]


async def _all(
    connection: AsyncConnection, table: Any, names: Sequence[str], order: Any
) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    query = select(table).order_by(table.c.request, order)
    for row in await connection.execute(
        query.where(table.c.request.in_(names)) if len(names) < 200 else query
    ):
        found.setdefault(row.request, []).append(row)
    return found


def _request(
    row: Row[Any],
    words: Sequence[Row[Any]],
    steps: Sequence[Row[Any]],
    calendar: WorkingDays,
    days: Mapping[str, int],
) -> RectificationRequest:
    day, taken = date.fromisoformat(row.day), [_step(step) for step in steps]
    within = days.get(row.campaign, shipped_scheme().procedure.rectification_days)
    messages = [
        RequestMessage(
            word.sender, word.text, date.fromisoformat(word.sent_on), word.shared, word.state
        )
        for word in words
    ]
    return RectificationRequest(
        id=row.id,
        campaign=row.campaign,
        unit=row.unit,
        lang=row.lang,
        day=day,
        open=row.sealed is not None,
        messages=messages,
        steps=taken,
        standing=rectification_status(day, taken, calendar, within),
    )


def _step(row: Row[Any]) -> RectificationStep:
    return RectificationStep(
        RectificationAct(row.act),
        row.taken_by,
        date.fromisoformat(row.taken_on),
        row.text,
        row.responsible,
        row.value,
    )


async def take_step(database: AsyncEngine, name: str, new: RectificationStep) -> None:
    """Add an office's step on a request.

    Raises:
        BadInput: there is no such request, it is not in the right state, or something is missing.
    """
    days = await rectification_days(database)
    async with writing(database) as connection:
        await add_step(connection, await _find(connection, name, days), new)


async def add_step(
    connection: AsyncConnection, found: RectificationRequest, new: RectificationStep
) -> None:
    """Add a step in the caller's transaction; raises `BadInput` as `take_step`."""
    check_rectification_step(found.standing, new)
    for text, most in ((new.text, MAX_TEXT), (new.to, MAX_UNIT)):
        if len(text) > most:
            message = Message("rectification-text-too-long", max=most)
            raise BadInput(message, Place(field="text"))
    row = {
        "request": found.id,
        "step": len(found.steps),
        "act": new.act,
        "taken_by": new.by,
        "responsible": new.to.strip(),
    }
    row |= {"value": new.value, "text": new.text.strip(), "taken_on": new.on.isoformat()}
    try:
        await connection.execute(tables.request_steps.insert(), [row])
    except IntegrityError as error:
        message = Message("rectification-changed-just-now")
        raise BadInput(message, Place(subject=found.id)) from error


async def queue_answer(
    database: AsyncEngine, keys: RectificationKeys, name: str, text: str, office: Office
) -> None:
    """Queue an office's answer for the relay.

    Raises:
        BadInput: there is no such request, the citizen has stopped it, or the text is empty or
            too long.
    """
    check_text(text)
    async with writing(database) as connection:
        query = select(tables.requests).where(tables.requests.c.id == name).with_for_update()
        row = (await connection.execute(query)).first()
        if row is None or row.sealed is None:
            raise BadInput(Message("rectification-request-stopped"), Place(subject=name[:8]))
        channel = keys.unseal(bytes(row.lookup), bytes(row.sealed)).channel
        state = QUEUED if channel == PUSHED else SHOWN
        await _add_words(connection, name, office.login, text, office.today, state)


def check_text(text: str) -> None:
    """Check that a message can be relayed.

    Raises:
        BadInput: it is empty or too long.
    """
    if not text.strip():
        raise BadInput(Message("rectification-text-missing"), Place(field="text"))
    if len(text) > MAX_TEXT:
        message = Message("rectification-text-too-long", max=MAX_TEXT)
        raise BadInput(message, Place(field="text"))


async def _add_words(
    connection: AsyncConnection, name: str, by: str, text: str, on: date, state: str
) -> None:
    row = {
        "request": name,
        "sender": by,
        "text": text.strip(),
        "sent_on": on.isoformat(),
        "shared": False,
    }
    row |= {"state": state, "due": 0}
    await connection.execute(tables.request_messages.insert(), [row])


@dataclass(frozen=True, slots=True)
class Requester:
    """A citizen before their requests, in memory only; ``now`` is in the city's time."""

    keys: RectificationKeys
    address: Address
    now: datetime


async def requests_of_person(
    connection: AsyncConnection, person: Requester
) -> list[RectificationRequest]:
    """Return a citizen's requests, the newest first.

    Their deadlines are the shipped scheme's; citizens are not shown them.
    """
    columns = tables.requests.c
    pairs = (await connection.execute(select(columns.campaign, columns.unit).distinct())).all()
    lookups = [person.keys.lookup(campaign, unit, person.address) for campaign, unit in pairs]
    query = (
        select(tables.requests)
        .where(columns.lookup.in_(lookups))
        .order_by(columns.day.desc(), columns.id)
    )
    return await _read(connection, (await connection.execute(query)).all(), {})


async def add_person_message(
    connection: AsyncConnection, found: RectificationRequest, text: str, person: Requester
) -> None:
    """Add a further message of the citizen.

    Raises:
        BadInput: as `check_text`, or the citizen has stopped the request.
    """
    check_text(text)
    if not found.open:
        raise BadInput(Message("rectification-no-such-request"), Place(subject=found.id))
    await _add_words(connection, found.id, "", text, person.now.date(), "")


async def share_with_unit(connection: AsyncConnection, found: RectificationRequest) -> None:
    """Let the unit read the citizen's messages so far, and none that comes later."""
    columns = tables.request_messages.c
    own = update(tables.request_messages).where(columns.request == found.id, columns.sender == "")
    await connection.execute(own.values(shared=True))


async def stop_requests(connection: AsyncConnection, found: Sequence[RectificationRequest]) -> None:
    """Forget the citizen's address for these requests, and send nothing more."""
    names = [one.id for one in found]
    columns = tables.request_messages.c
    await connection.execute(
        update(tables.requests).where(tables.requests.c.id.in_(names)).values(sealed=None)
    )
    waiting = update(tables.request_messages).where(
        columns.request.in_(names), columns.state == QUEUED
    )
    await connection.execute(waiting.values(state=STOPPED, due=0))


async def stop_held_requests(connection: AsyncConnection, person: Requester) -> None:
    """Mark the citizen, so that requests that still wait in the mixer come to nothing."""
    mark, columns = person.keys.mark(person.address), tables.request_stops.c
    before = (await connection.execute(select(columns.at).where(columns.mark == mark))).scalar()
    row = {"mark": mark, "at": stop_second(int(person.now.timestamp()), before or 0)}
    await upsert(connection, tables.request_stops, ["mark"], [row])


async def has_stopped_held_requests(connection: AsyncConnection, person: Requester) -> bool:
    """Whether the citizen's mark still stops what they left before it."""
    marks = tables.request_stops.c.mark
    query = select(marks).where(marks == person.keys.mark(person.address))
    return (await connection.execute(query)).first() is not None


async def rate_outcome(
    connection: AsyncConnection, found: RectificationRequest, rating: str, person: Requester
) -> None:
    """Add the citizen's follow-up rating, once; raises `BadInput` as `add_step`."""
    step = RectificationStep(RectificationAct.RATED, "", person.now.date(), value=rating)
    await add_step(connection, found, step)


@dataclass(frozen=True, slots=True)
class ThemeCounts:
    """Requests about a unit under a theme, and the fixed ones of them.

    Both are rounded down to tens, and None below the smallest cell.
    """

    unit: str
    theme: str
    people: int | None
    fixed: int | None


async def count_themes(database: AsyncEngine, unit: str = "") -> list[ThemeCounts]:
    """Count requests by unit and theme, rounded down to tens; small cells are left out."""
    floor = shipped_scheme().min_n.publish_cell
    left: dict[tuple[str, str], list[int]] = {}
    for found in await list_requests(database, unit):
        done = found.standing.state in (RectificationState.FIXED, RectificationState.CLOSED)
        count = left.setdefault((found.unit, found.standing.theme), [0, 0])
        count[0] += 1
        count[1] += done
    rounded = [
        ThemeCounts(unit, theme, round_down(people, floor), round_down(fixed, floor))
        for (unit, theme), (people, fixed) in sorted(left.items())
        if theme
    ]
    return [theme for theme in rounded if theme.people]
