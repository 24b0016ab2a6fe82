"""A service over a small open campaign, for the tests of its pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.app import Service, build
from bot.campaigns import Draft, create_campaign, open_campaign
from bot.clock import SystemClock
from bot.resources import shipped_questionnaires
from bot.scheme_files import shipped_scheme
from bot.settings import Settings
from bot.store import tables
from bot.store.database import reading
from survey_flows.load import dump_questionnaire
from survey_flows.paper import Unit

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
UNITS = (
    ("FIN", "市财政局", "Finance Bureau", "B_econ", "econ"),
    ("EDU", "市教育局", "Education Bureau", "C_social", "livelihood"),
)


class Clock(SystemClock):
    """A clock that moves when told to; its tokens are random."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


@dataclass(frozen=True)
class City:
    service: Service
    clock: Clock
    link: str

    async def ballots(self) -> list[tuple[str, str]]:
        """The stored (unit, rating pattern) pairs."""
        query = select(tables.ballots.c.unit, tables.ballots.c.ratings)
        async with reading(self.service.database) as connection:
            return sorted((row[0], row[1]) for row in await connection.execute(query))

    async def conversations(self) -> int:
        async with reading(self.service.database) as connection:
            return int((await connection.execute(select(func.count()).select_from(tables.sessions))).scalar_one())


@asynccontextmanager
async def city(folder: Path, redis_url: str, **settings: Any) -> AsyncIterator[City]:
    """The built service with one open campaign."""
    clock = Clock()
    async with build(Settings(data=folder, redis_url=redis_url, **settings), clock) as service:
        units = [Unit(code, {"zh-Hans": zh, "en": en}, form, category) for code, zh, en, category, form in UNITS]
        draft = Draft(
            id="2026",
            year=2026,
            title={"zh-Hans": "2026年民评", "en": "Ratings 2026"},
            opens_at=NOW - timedelta(days=1),
            closes_at=NOW + timedelta(days=20),
            units=units,
            questionnaires={name: dump_questionnaire(form) for name, form in shipped_questionnaires().items()},
            scheme=shipped_scheme().model_dump_json(),
        )
        link = await create_campaign(service.database, draft, clock)
        await open_campaign(service.database, "2026")
        await service.papers.refresh()
        yield City(service, clock, link.token)
