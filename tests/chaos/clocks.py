"""The wall clock jumps while a campaign is near its opening or its close, and later jumps back.

It runs in process, at the seam `bot.core.clock.Clock`, with the real conductor, gate, mixer,
database and housekeeping. A service has no better clock than its machine's,
so while that is wrong the campaign is open or not as the clock says.
What must hold: a campaign is shut no longer than that, nothing is forgotten,
and no key is destroyed.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bot.ballots.mixer import Mixer
from bot.campaigns.lifecycle import create_campaign
from bot.conversations.contract import Incoming, Reply
from bot.core.settings import Settings
from bot.service.composition import Service, _forget, build, run_mixer_once
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.events import Event, Started
from tests.contract.test_conductor import NOW, Frozen, Road, draft
from tests.openings import open_campaign

HOUR = timedelta(hours=1)
JUMPS = (-24 * HOUR, -2 * HOUR, 2 * HOUR, 24 * HOUR)
OPENS, CLOSES = draft().opens_at, draft().closes_at
MOMENTS = {
    "an hour before it opens": OPENS - HOUR,
    "an hour after it opened": OPENS + HOUR,
    "an hour before it closes": CLOSES - HOUR,
    "an hour after it closed": CLOSES + HOUR,
}


@dataclass(frozen=True, slots=True)
class Jumped:
    """One jump at one moment.

    Attributes:
        moment: where the true time stands.
        jump: how far the clock is wrong.
        wrong: 1 when a ballot was taken, or not, against what the wrong clock says.
        early: ballots refused after the jump although the campaign is open by the true time.
        late: ballots taken after the jump although it is not.
        forgotten: conversations that had lost answers when the clock was right again.
        destroyed: keys that were gone, campaigns that were closed, and ballots that were missing,
            by then.
    """

    moment: str
    jump: timedelta
    wrong: int
    early: int
    late: int
    forgotten: int
    destroyed: int

    @property
    def sound(self) -> bool:
        """Say whether nothing happened that a jump must not cause."""
        return not any((self.wrong, self.early, self.late, self.forgotten, self.destroyed))


async def jump_everywhere(database_url: str = "") -> list[Jumped]:
    """Try each jump at each moment, each in a city of its own.

    With a database address, the cities come one after another in that database.
    """
    return [await jump_at(moment, jump, database_url) for moment in MOMENTS for jump in JUMPS]


async def jump_at(moment: str, jump: timedelta, database_url: str = "") -> Jumped:
    """Jump once there and back."""
    async with _city(database_url) as (service, road):
        right = MOMENTS[moment]
        taken = await _before(service, road, right)
        await _at(service, road, right + jump)
        wrong = int(await _rates(road, "ben") != _is_open(right + jump))
        if not _is_open(right + jump):
            # She tries in vain; the buttons that she has are still those of before.
            wrong += _has_receipt(
                await road.conductor.handle(Incoming("jump", "test", "ann", _submit(road)))
            )
        taken += _is_open(right + jump)
        await _at(service, road, right)
        ann = await _goes_on(road)
        cy = await _rates(road, "cy")
        taken += ann + cy
        still_open = _is_open(right)
        destroyed = await _destroyed(service, road, taken)
    early, late = ((2 - ann - cy), 0) if still_open else (0, ann + cy)
    return Jumped(moment, jump, wrong, early, late, int(still_open and not ann), destroyed)


@asynccontextmanager
async def _city(database_url: str) -> AsyncIterator[tuple[Service, Road]]:
    clock = Frozen()
    with tempfile.TemporaryDirectory(prefix="clocks-") as folder:
        async with build(Settings(data=Path(folder), database_url=database_url), clock) as service:
            link = await create_campaign(service.database, draft(), clock)
            assert isinstance(service.mixer, Mixer)
            road = Road(
                service.database,
                service.live_campaigns,
                service.conductor,
                clock,
                link,
                service.keys,
                service.mixer,
            )
            await open_campaign(service.database, "year", service.keys, service.desk)
            await road.mixer.turn()
            await service.live_campaigns.refresh()
            yield service, road


async def _before(service: Service, road: Road, right: datetime) -> int:
    """Let somebody rate in the middle of the campaign.

    ann answers all questions, if she can just before the jump.
    """
    await _at(service, road, NOW)
    before = int(await _rates(road, "dan"))
    if not _is_open(right):
        await road.answer_all("ann")
    await _at(service, road, right)
    if _is_open(right):
        await road.answer_all("ann")
    return before


async def _at(service: Service, road: Road, moment: datetime) -> None:
    """Set the clock, and let the service do all that it does by itself."""
    road.clock.time = moment
    await service.live_campaigns.refresh()
    await _forget(service.database, service.keys, service.clock)
    await run_mixer_once(service.mixer, service.database, service.keys)


async def _goes_on(road: Road) -> bool:
    """Say whether ann can submit the answers that she gave before the jump."""
    return _has_receipt(await road.send("ann", _submit(road)))


def _submit(road: Road) -> Event:
    return road.button("ann", "Submit")


async def _rates(road: Road, user: str) -> bool:
    """Say whether a new citizen can rate."""
    reply = await road.send(user, Started(link=road.link.token, unit="TAX", lang="en"))
    if reply.screen is None or not reply.screen.step.startswith("q:"):
        return False
    return _has_receipt(
        await road.press(
            user, "Used a service", "Satisfied", *["Very satisfied"] * 3, "Skip", "Submit"
        )
    )


def _has_receipt(reply: Reply) -> bool:
    return reply.screen is not None and reply.screen.step == "receipt"


def _is_open(moment: datetime) -> bool:
    return OPENS <= moment < CLOSES


async def _destroyed(service: Service, road: Road, taken: int) -> int:
    ballots = len(await road.ballots())
    async with reading(service.database) as connection:
        state = (await connection.execute(select(tables.campaigns.c.state))).scalar_one()
    keys = service.settings.data / "keys"
    gone = [
        path
        for path in ("voters/year.key", "mixer/campaign-year.key")
        if not (keys / path).exists()
    ]
    return len(gone) + (state != "open") + abs(taken - ballots)
