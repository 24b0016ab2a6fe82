"""The demonstration: whole or not at all, the same for the same seed, and something to rate now."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.link_marks import unmarked_links
from bot.campaigns.live_campaigns import LiveCampaigns
from bot.campaigns.summaries import list_campaigns
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.crypto.gate_keys import make_gate_keys
from bot.demo.fill import fill
from bot.service.composition import finish_closing, open_store
from bot.storage.bulk import count_rows
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.desk import DESK, keep_desk

BALLOTS = 17_600
KEYS = make_gate_keys(Path(mkdtemp()))


class Clock(SystemClock):
    def now(self) -> datetime:
        return datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[AsyncEngine]:
    async with open_store(Settings(database_url=sqlite_url)) as opened:
        yield opened


async def filled(database: AsyncEngine, seed: int = 7) -> str:
    """Fill a database; return a digest of its ballots and figures, without random bytes."""
    await fill(database, KEYS, DESK, Clock(), "Asia/Shanghai", seed=seed, ballots=BALLOTS)
    digest = hashlib.sha256()
    async with reading(database) as connection:
        for table in (
            tables.units,
            tables.leaders,
            tables.indicators,
            tables.findings,
            tables.decisions,
            tables.ballots,
        ):
            key = [column for column in table.c if column.primary_key]
            for row in await connection.execute(select(table).order_by(*key)):
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


async def test_an_interrupted_filling_leaves_nothing_and_can_be_started_again(
    database: AsyncEngine,
) -> None:
    told: list[tuple[int, int]] = []

    def interrupt(done: int, total: int) -> None:
        told.append((done, total))
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await fill(
            database, KEYS, DESK, Clock(), "Asia/Shanghai", ballots=BALLOTS, progress=interrupt
        )
    assert told[0] == (2000, BALLOTS)
    async with reading(database) as connection:
        left = {
            table.name: await count_rows(connection, table)
            for table in tables.metadata.sorted_tables
        }
    assert set(left.values()) == {0}
    made = await fill(database, KEYS, DESK, Clock(), "Asia/Shanghai", ballots=BALLOTS)
    assert (made.units, made.leaders, made.ballots, made.year) == (108, 835, BALLOTS, 2010)


async def test_the_open_campaign_is_what_a_citizen_meets(
    database: AsyncEngine, tmp_path: Path
) -> None:
    made = await fill(database, KEYS, DESK, Clock(), "Asia/Shanghai", ballots=BALLOTS)
    keep_desk(tmp_path)
    await finish_closing(Settings(data=tmp_path), database, KEYS, Clock())
    shown = {
        summary.id: (summary.state, summary.year, summary.units, summary.ballots)
        for summary in await list_campaigns(database)
    }
    assert shown == {
        "city-2010": ("closed", 2010, 108, BALLOTS),
        "city-2026": ("open", 2026, 108, 0),
    }
    async with reading(database) as connection:
        assert await unmarked_links(connection, DESK) == {}, "no false alarm at the first start"
    live_campaigns = LiveCampaigns(database, "Asia/Shanghai")
    await live_campaigns.refresh()
    definition = live_campaigns.current(Clock().now())
    assert definition is not None
    assert definition.campaign == "city-2026"
    assert made.link.token in definition.links
    assert definition.opens_at <= Clock().now() < definition.closes_at
    assert ("430112" in definition.units, "430122" in definition.units) == (True, False)


async def test_one_seed_makes_one_city_and_another_makes_another(tmp_path: Path) -> None:
    digests = []
    for number, seed in enumerate((7, 7, 8)):
        async with open_store(
            Settings(database_url=f"sqlite:///{tmp_path / f'{number}.sqlite3'}")
        ) as database:
            digests.append(await filled(database, seed))
    assert digests[0] == digests[1] != digests[2]


async def test_a_database_that_holds_anything_is_left_alone(database: AsyncEngine) -> None:
    await fill(database, KEYS, DESK, Clock(), "Asia/Shanghai", ballots=BALLOTS)
    with pytest.raises(BadInput, match="the demonstration needs an empty database"):
        await fill(database, KEYS, DESK, Clock(), "Asia/Shanghai", ballots=BALLOTS)
