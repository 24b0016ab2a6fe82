"""An honest campaign for the attacks: citizens who rate, comment and press through the real road.

The clock is the campaign's own. Some quarters of an hour are busy and most are quiet, so that there
are batches of fifty people and batches of ten who waited for an hour.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, partial
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.ballots.gate import Gate
from bot.ballots.mixer import Mixer
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.conversations.conductor import Conductor
from bot.conversations.key_rotation import KeyRotation
from bot.core.shipped_files import shipped_scales
from bot.crypto.gate_keys import make_gate_keys
from bot.crypto.keyrings import Keyring
from bot.service.composition import run_mixer_once
from bot.storage.database import open_database, reading
from bot.storage.migrate import migrate
from bot.storage.schema import all as tables
from survey_flows.campaign_definition import Unit
from survey_flows.events import Started, Typed
from survey_flows.load import dump_questionnaire, load_questionnaire
from tests.contract.test_conductor import NOW, Frozen, Road, draft
from tests.desk import DESK
from tests.openings import open_campaign

CAMPAIGN = "year"
CHANNEL = "test"
QUARTER = timedelta(minutes=15)
QUESTIONNAIRE = """
id: short
version: "1"
title: {zh-Hans: 简短问卷, en: Short}
questions:
  - id: overall
    kind: rating
    scale: five_dk
    weight: 100
    overall: true
    label: {zh-Hans: 总体满意吗？, en: "Are you satisfied overall?"}
  - id: comment
    kind: text
    optional: true
    label: {zh-Hans: 还有什么要说的？, en: "Anything else?"}
"""


@dataclass(frozen=True, slots=True)
class Habits:
    """How many people take part, over how many units, and how they behave.

    ``busy`` is the share of people who come in the busy quarters of an hour.
    """

    voters: int
    units: int
    seed: int = 0
    busy: float = 0.6
    days: int = 2
    several: float = 0.2
    comments: float = 0.3
    presses: float = 0.09
    requests: float = 0.15


@dataclass(frozen=True, slots=True)
class Visit:
    """One citizen's rating of one unit in a quarter of an hour of the campaign."""

    quarter: int
    user: str
    unit: str
    opinion: str
    comment: str
    presses: bool
    request: str = ""

    @property
    def day(self) -> date:
        """The city's day."""
        return (NOW + self.quarter * QUARTER).astimezone(ZoneInfo("Asia/Shanghai")).date()


@dataclass(frozen=True, slots=True)
class Dump:
    """The log's size at a moment, and the lengths of the rows that wait for the close."""

    size: int
    waiting: dict[int, int]


@dataclass
class Played:
    """A campaign that was played, and what only its players know.

    ``voters`` has the stored pseudonym of each citizen, found with both keys before the close.
    ``pressers`` are the citizens of the pseudonyms under which presses were stored.
    ``said`` has the citizen and unit of each comment's text. ``dumps`` are what somebody sees who
    copies the database after each turn of the mixer.
    """

    road: Road
    habits: Habits
    folder: Path
    rotation: KeyRotation
    visits: list[Visit]
    users: list[str] = field(default_factory=list)
    voters: dict[str, bytes] = field(default_factory=dict)
    pressers: dict[bytes, str] = field(default_factory=dict)
    dumps: list[Dump] = field(default_factory=list)

    async def rows(self, table: Any) -> list[Any]:
        async with reading(self.road.database) as connection:
            return list(await connection.execute(select(table)))

    async def dump(self) -> None:
        entries = await self.rows(tables.log_entries)
        waiting = {row.id: len(row.sealed) for row in await self.rows(tables.held_comments)}
        self.dumps.append(Dump(len(entries), waiting))

    @cached_property
    def asked(self) -> dict[str, tuple[str, str]]:
        """The citizen and unit of each request's words."""
        return {visit.request: (visit.user, visit.unit) for visit in self.visits if visit.request}

    @cached_property
    def said(self) -> dict[str, tuple[str, str]]:
        return {visit.comment: (visit.user, visit.unit) for visit in self.visits if visit.comment}

    async def close(self) -> None:
        """Close the campaign and destroy what a close destroys."""
        await self.road.close(CAMPAIGN)
        await self.sweep()

    async def sweep(self) -> None:
        await run_mixer_once(self.road.mixer, self.road.database, self.road.keys)
        await self.road.live_campaigns.refresh()


class PatientMixer(Mixer):
    """A mixer that waits by the campaign's clock, so that an hour passes at once."""

    _first: float | None = None

    def _waited(self, staged: bool) -> float:
        time = float(self._now())
        self._first = time if self._first is None or self._since is None else self._first
        self._since = self._first if staged else None
        return 0.0 if self._since is None else time - self._since


def plan(habits: Habits) -> list[Visit]:
    """Draw who comes when, rates what, and says what."""
    lots = Random(habits.seed)
    opened = [
        day * 96 + hour * 4 + part
        for day in range(habits.days)
        for hour in range(7, 22)
        for part in range(4)
    ]
    # The last quarter is busy, so that its ballots are mixed before anybody looks.
    rush = [opened[-1], *lots.sample(opened, max(2, len(opened) // 20))]
    visits = []
    for number in range(habits.voters):
        user = f"citizen-{number}"
        quarter = lots.choice(rush if lots.random() < habits.busy else opened)
        first = lots.randrange(habits.units)
        chosen = [first]
        if habits.units > 1 and lots.random() < habits.several:
            chosen.append((first + 1 + lots.randrange(habits.units - 1)) % habits.units)
        for unit in chosen:
            comment = f"words of {number} on U{unit}" if lots.random() < habits.comments else ""
            visits.append(
                Visit(
                    quarter,
                    user,
                    f"U{unit}",
                    lots.choice(("Very satisfied", "Satisfied", "Dissatisfied")),
                    comment,
                    lots.random() < habits.presses,
                )
            )
    # Drawn apart, so that everything else stays what it was without requests.
    asks = Random(f"requests {habits.seed}")
    visits = [
        replace(visit, request=f"request of {visit.user} about {visit.unit}")
        if not visit.comment and asks.random() < habits.requests
        else visit
        for visit in visits
    ]
    return sorted(visits, key=lambda visit: visit.quarter)


@asynccontextmanager
async def honest_campaign(url: str, folder: Path, habits: Habits) -> AsyncIterator[Played]:
    """Play a campaign up to its last visit; the block may look, go on and close it."""
    database = open_database(url)
    await migrate(database)
    clock = Frozen()
    units = [
        Unit(f"U{n}", {"zh-Hans": f"单位{n}", "en": f"Unit {n}"}, "short", "B_econ")
        for n in range(habits.units)
    ]
    short = load_questionnaire(QUESTIONNAIRE, "short", shipped_scales())
    planned = replace(draft(), units=units, questionnaires={"short": dump_questionnaire(short)})
    link = await create_campaign(database, planned, clock)
    keys = make_gate_keys(folder / "keys")
    await open_campaign(database, CAMPAIGN, keys, DESK)
    mixer = PatientMixer(
        database,
        Keyring(folder / "keys" / "mixer"),
        keys.public(),
        DESK.key.public,
        "minping",
        clock,
    )
    await mixer.start()
    gate = Gate(keys, mixer.key)
    mixer.gate_work = partial(gate.end_campaigns, database)
    await mixer.turn()
    live_campaigns = LiveCampaigns(database, "Asia/Shanghai")
    await live_campaigns.refresh()
    rotation = KeyRotation(database, keys, clock, live_campaigns)
    await rotation.rotate()
    conductor = Conductor(database, keys, live_campaigns, clock, gate)
    running = asyncio.create_task(conductor.run())
    road = Road(database, live_campaigns, conductor, clock, link, keys, mixer)
    played = Played(road, habits, folder, rotation, plan(habits))
    try:
        await _play(played)
        yield played
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await database.dispose()


async def _play(played: Played) -> None:
    road = played.road
    quarters: dict[int, list[Visit]] = {}
    for visit in played.visits:
        quarters.setdefault(visit.quarter, []).append(visit)
    logging.getLogger("bot").setLevel(logging.ERROR)
    for quarter in range(max(quarters) + 1):
        road.clock.time = NOW + quarter * QUARTER
        if quarter % 4 == 0:
            await played.rotation.rotate()
        for turn in _turns(quarters.get(quarter, [])):
            await asyncio.gather(*(_rate(road, visit) for visit in turn))
        await road.mixer.turn()
        await played.dump()
    played.users = sorted({visit.user for visit in played.visits})
    played.voters = {user: _stored(played, "ballot", user) for user in played.users}
    played.pressers = {_stored(played, "pressure", user): user for user in played.users}


def _turns(visits: list[Visit]) -> list[list[Visit]]:
    """Part the visits so that nobody rates two units at once."""
    turns: list[list[Visit]] = []
    for visit in visits:
        free = [turn for turn in turns if all(one.user != visit.user for one in turn)]
        if free:
            free[0].append(visit)
        else:
            turns.append([visit])
    return turns


async def _rate(road: Road, visit: Visit) -> None:
    await road.send(visit.user, Started(link=road.link.token, unit=visit.unit, lang="en"))
    await road.press(visit.user, visit.opinion)
    if words := visit.comment or visit.request:
        await road.send(visit.user, Typed(words))
        to = "Count them by theme" if visit.comment else "the unit does not see"
        await road.press(visit.user, to)
    else:
        await road.press(visit.user, "Skip")
    await road.press(visit.user, "Submit")
    if visit.presses:
        await road.press(visit.user, "told how")


def _stored(played: Played, purpose: str, user: str) -> bytes:
    """Return the mixer's pseudonym of a citizen, which both keys together make."""
    gate = played.road.keys.voter(CAMPAIGN, CHANNEL, user)
    return played.road.mixer._pseudonym(purpose, CAMPAIGN, gate)
