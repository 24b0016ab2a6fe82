"""The years that administrators leaf through, appraised a moment ago."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from bot.app import Service

if TYPE_CHECKING:
    from bot.yearbook import Year

KEEP_SECONDS = 15.0


@dataclass(slots=True)
class Shelf:
    """Years as they were appraised a moment ago: leafing through pages must not appraise again at each."""

    years: dict[int, tuple[float, Year]] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def year(self, service: Service, year: int) -> Year:
        """A year's outcome, at most `KEEP_SECONDS` old.

        Raises:
            BadInput: as `bot.yearbook.open_year`.
        """
        from bot.yearbook import open_year

        async with self.lock:
            kept = self.years.get(year)
            if kept is None or time.monotonic() - kept[0] > KEEP_SECONDS:
                kept = (time.monotonic(), await open_year(service.database, year))
                self.years = {year: kept}
            return kept[1]

    def clear(self) -> None:
        """Forget, because something was changed."""
        self.years = {}


SHELF: web.AppKey[Shelf] = web.AppKey("shelf", Shelf)
