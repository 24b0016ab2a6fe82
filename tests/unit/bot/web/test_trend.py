"""Totals over the years: what is drawn, and what an earlier year says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from aggregation.model.facts import Grade, PastGrade
from bot.appraisal.past_units import PastUnit, past_mark, read_past_units
from bot.core.settings import Settings
from bot.records import store
from bot.service.composition import build
from bot.storage.database import reading, writing
from bot.web.server import make_web
from bot.web.shared.trend import FOOT, HEAD, HEIGHT, make_trend
from tests.console import YEAR, Console, make_sealed, texts
from tests.web_city import Clock


def past(year: int, total: str | None) -> PastUnit:
    return PastUnit(year, None if total is None else Decimal(total), None, 0, None)


def test_a_gap_of_a_year_is_not_bridged_and_one_year_is_no_trend() -> None:
    assert make_trend([past(2010, "80")]) is None
    assert make_trend([past(2009, None), past(2010, "80")]) is None
    found = make_trend([past(2006, "80"), past(2007, "84.5"), past(2008, None), past(2009, "70")])
    assert found is not None
    assert [point.year for point in found.points] == [2006, 2007, 2009]
    assert [(a.year, b.year) for a, b in found.lines] == [(2006, 2007)]
    assert [point.x for point in found.points] == [8.0, 36.0, 92.0]
    assert [point.y for point in found.points][1:] == [HEAD, HEIGHT - FOOT]


def test_a_small_change_looks_small() -> None:
    found = make_trend([past(2009, "80.00"), past(2010, "80.10")])
    assert found is not None
    rise = found.points[0].y - found.points[1].y
    assert 0 < rise < 0.05 * HEIGHT


@pytest.fixture
async def console(tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    folder = tmp_path / "data"
    await asyncio.to_thread(make_sealed, folder, valkey_url)
    async with (
        build(Settings(data=folder, redis_url=valkey_url), Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        yield Console(client, service)


async def test_the_page_of_a_unit_shows_earlier_years_and_no_later_one(console: Console) -> None:
    database = console.service.database
    async with reading(database) as connection:
        before, mark = await read_past_units(connection, 2011), await past_mark(connection)
        assert [row.year for row in before["CME"]] == [2009, 2010] or [
            row.year for row in before["CME"]
        ] == [2010]
        assert before["CME"][-1].total is not None
        assert all(row.year < 2010 for row in (await read_past_units(connection, 2010))["CME"])
    await console.sign_in()
    said = texts(await console.open(f"{YEAR}/explain/CME"))
    assert "Totals and grades over the years" in said
    async with writing(database) as connection:
        line = PastGrade(2007, "CME", Grade.THIRD, True)
        await store.append_history(connection, [line], {"CME"})
        assert await past_mark(connection) != mark
    said = texts(await console.open(f"{YEAR}/explain/CME"))
    assert "2007 – – " in said, said
