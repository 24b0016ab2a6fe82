"""Short-lived cache of year results and releases."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import web

from bot.service.composition import Service
from survey_flows.spoken_terms import speak

if TYPE_CHECKING:
    from aggregation.appraisal.stability import ResultShift
    from bot.appraisal.year import AppraisedYear
    from bot.web.shared.disclosed_release import DisclosedRelease

KEEP_SECONDS = 15.0
KEEP_RELEASES, KEEP_FILES = 4, 16
T = TypeVar("T")


@dataclass(slots=True)
class ResultCache:
    """Keeps results, so that not every page of the console and not every public look computes them.

    A year is at most `KEEP_SECONDS` old; a release never changes. One result is computed at a time.
    ``proposals`` says by year how many waited when it was last computed, as `undecided` does;
    nothing else forgets it, so that a menu can say so without computing the year.
    """

    years: dict[int, tuple[float, AppraisedYear]] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    releases: dict[tuple[str, int], DisclosedRelease] = field(default_factory=dict)
    releasing: asyncio.Lock = field(default_factory=asyncio.Lock)
    files: dict[tuple[str, ...], Any] = field(default_factory=dict)
    proposals: dict[int, tuple[int, int]] = field(default_factory=dict)
    shifted: tuple[AppraisedYear, list[ResultShift]] | None = None

    async def year(self, service: Service, year: int) -> AppraisedYear:
        """Returns a year's results, at most `KEEP_SECONDS` old.

        Raises:
            BadInput: as `bot.appraisal.year.open_year`.
        """
        from bot.appraisal.year import open_year, undecided

        async with self.lock:
            kept = self.years.get(year)
            if kept is None or time.monotonic() - kept[0] > KEEP_SECONDS:
                found = await open_year(service.database, year)
                # Its age counts from when it was there: computing it may take longer than it keeps.
                kept = (time.monotonic(), found)
                self.years = {year: kept}
                self.proposals[year] = undecided(found)
            speak(kept[1].inputs.scheme.terms)
            return kept[1]

    async def last_release(self, service: Service, campaign: str) -> DisclosedRelease:
        """Returns the last release of a closed campaign; makes the first one if there is none.

        Raises:
            BadInput: no such campaign, or it differs from its registration in the log.
        """
        return await self.release(service, campaign, 0)

    async def release(self, service: Service, campaign: str, number: int) -> DisclosedRelease:
        """Returns the release of this number of a closed campaign (0: the last).

        Raises:
            BadInput: there is no such campaign or release.
        """
        from bot.campaigns.registered import find_registered_campaign
        from bot.results.field_facts import read_field_facts
        from bot.web.shared.disclosed_release import disclose_release, find_release

        async with self.releasing:
            if (campaign, number) in self.releases:
                return self.releases[campaign, number]
            registered = await find_registered_campaign(service.database, campaign)
            release = await find_release(service.database, registered, number)
            key = (campaign, release.number)
            if key not in self.releases:
                facts = await read_field_facts(service.database, registered)
                shown = await asyncio.to_thread(disclose_release, registered, release, facts)
                kept = list(self.releases.items())[1 - KEEP_RELEASES :]
                self.releases = {**dict(kept), key: shown}
            return self.releases[key]

    async def cached(self, key: tuple[str, ...], make: Callable[[], Awaitable[T]]) -> T:
        """Returns the result of ``make``; it is made once, since a release never changes."""
        async with self.releasing:
            if key not in self.files:
                made = await make()
                self.files = {**dict(list(self.files.items())[1 - KEEP_FILES :]), key: made}
            found: T = self.files[key]
            return found

    async def shifts(self, year: AppraisedYear) -> list[ResultShift]:
        """Returns how the year would change under other rules; once for the same inputs."""
        from bot.appraisal.sensitivity import sensitivity

        async with self.lock:
            kept = self.shifted
            if kept is None or (kept[0] is not year and kept[0].inputs != year.inputs):
                kept = self.shifted = (year, await asyncio.to_thread(sensitivity, year))
            return kept[1]

    def clear(self) -> None:
        """Forgets the years, because something was changed."""
        self.years, self.shifted = {}, None


RESULT_CACHE: web.AppKey[ResultCache] = web.AppKey("result_cache", ResultCache)
