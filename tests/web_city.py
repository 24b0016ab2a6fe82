"""A service over a small open campaign, for the tests of its pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.ballots.gate_messages import ballot_columns
from bot.ballots.mixer import Mixer
from bot.campaigns.lifecycle import CampaignDraft, create_campaign
from bot.campaigns.scheme_files import offered_scheme, shipped_scheme
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.core.shipped_files import shipped_questionnaires
from bot.demo.city import City as Drawn
from bot.demo.city import make_city
from bot.demo.city_inner_units import draw_inner_units
from bot.demo.fill import store_reports
from bot.records import store as yearbook
from bot.service.composition import Service, build
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.campaign_definition import Unit
from survey_flows.load import dump_questionnaire
from tests.openings import open_campaign

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
UNITS = (
    ("FIN", "市财政局", "Finance Bureau", "B_econ", "econ"),
    ("EDU", "市教育局", "Education Bureau", "C_social", "livelihood"),
)


class Clock(SystemClock):
    """A clock that a test moves, with random tokens."""

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
        assert isinstance(self.service.mixer, Mixer)
        while await self.service.mixer.mix({"2026"}):
            pass
        query = select(tables.ballots.c.unit, tables.ballots.c.ratings)
        async with reading(self.service.database) as connection:
            return sorted((row[0], row[1]) for row in await connection.execute(query))

    async def conversations(self) -> int:
        async with reading(self.service.database) as connection:
            return int(
                (
                    await connection.execute(select(func.count()).select_from(tables.sessions))
                ).scalar_one()
            )


def make_draft(version: str = "1") -> CampaignDraft:
    """The campaign of the small city, with the shipped questionnaires of a version."""
    units = [
        Unit(code, {"zh-Hans": zh, "en": en}, form, category)
        for code, zh, en, category, form in UNITS
    ]
    return CampaignDraft(
        id="2026",
        year=2026,
        title={"zh-Hans": "2026年民评", "en": "Ratings 2026"},
        opens_at=NOW - timedelta(days=1),
        closes_at=NOW + timedelta(days=20),
        units=units,
        questionnaires={
            name: dump_questionnaire(form) for name, form in shipped_questionnaires(version).items()
        },
        scheme=(offered_scheme() if version == "2" else shipped_scheme()).model_dump_json(),
    )


@asynccontextmanager
async def city(
    folder: Path, redis_url: str, version: str = "1", **settings: Any
) -> AsyncIterator[City]:
    """The built service with one open campaign."""
    clock = Clock()
    async with build(Settings(data=folder, redis_url=redis_url, **settings), clock) as service:
        link = await create_campaign(service.database, make_draft(version), clock)
        await open_campaign(service.database, "2026", service.keys, service.desk)
        await service.mixer.turn()
        await service.live_campaigns.refresh()
        yield City(service, clock, link.token)


async def after_notice(service: Service, year: int, number: int = 1) -> None:
    """Give the public notice of a year, and let its time pass."""
    row = {
        "year": year,
        "number": number,
        "begins": "2020-01-01",
        "ends": "2020-01-08",
        "until": "2020-01-13",
        "amendment": 0,
        "subjects": "",
    }
    async with writing(service.database) as connection:
        await connection.execute(tables.public_notices.insert(), [row | {"by": "zhou", "at": 0}])


@cache
def _drawn(seed: int, ballots: int, year: int) -> Drawn:
    return make_city(seed, shipped_questionnaires(), year=year, ballots=ballots)


async def fill(service: Service, seed: int = 2010, ballots: int = 20_000, year: int = 2010) -> int:
    """Store the synthetic city's year with its campaign closed; returns the year."""
    drawn = _drawn(seed, ballots, year)
    units = [x.unit for x in drawn.units]
    named = [
        Unit(x.unit.code, {"zh-Hans": x.unit.zh, "en": x.unit.en}, x.questionnaire, x.unit.category)
        for x in drawn.units
    ]
    opens = datetime.combine(drawn.opens, datetime.min.time(), UTC)
    draft = CampaignDraft(
        id=drawn.campaign,
        year=drawn.year,
        title={"zh-Hans": f"{drawn.year}年民评", "en": f"Ratings {drawn.year}"},
        opens_at=opens,
        closes_at=opens + timedelta(days=30),
        units=named,
        questionnaires={
            name: dump_questionnaire(form) for name, form in shipped_questionnaires().items()
        },
        scheme=shipped_scheme().model_dump_json(),
    )
    # As an import does: the ballots were never mixed, and the log knows nothing of them.
    await create_campaign(service.database, draft, service.clock)
    async with writing(service.database) as connection:
        closed = tables.campaigns.update().where(tables.campaigns.c.id == drawn.campaign)
        await connection.execute(closed.values(state="closed"))
    inside = draw_inner_units(drawn.year)
    personal = {
        (who, yearbook.PERSONAL): points
        for who, points in {**drawn.personal, **inside.personal}.items()
    }
    async with writing(service.database) as connection:
        await yearbook.write_units(
            connection, [yearbook.ListedUnit(x.unit, x.questionnaire) for x in drawn.units]
        )
        await yearbook.replace_inner(connection, drawn.year, inside.parts)
        await yearbook.replace_leaders(connection, drawn.year, [*drawn.leaders, *inside.people])
        await yearbook.merge_indicators(
            connection, drawn.year, {**drawn.indicators, **inside.points, **personal}
        )
        await yearbook.replace_adjustments(connection, drawn.year, drawn.adjustments)
        await yearbook.replace_findings(connection, drawn.year, drawn.facts)
        await yearbook.append_decisions(connection, drawn.year, drawn.decisions)
        await yearbook.append_history(connection, drawn.history, {unit.code for unit in units})
        await store_reports(connection, drawn.year)
        rows = [
            {
                "campaign": drawn.campaign,
                "voter": vote.voter.to_bytes(32, "big"),
                **ballot_columns(vote.ballot),
            }
            for vote in drawn.ballots
        ]
        await yearbook.insert_all(connection, tables.ballots, rows)
    await service.live_campaigns.refresh()
    return drawn.year
