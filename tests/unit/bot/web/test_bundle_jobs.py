"""Bundles are made one at a time for each campaign, and only whole."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.web.admin.bundle_jobs import BundleJobs
from survey_flows.errors import BadInput, Message, Place


async def test_a_bundle_is_made_once_however_often_it_is_asked_for() -> None:
    making, go, made = BundleJobs(), asyncio.Event(), []

    async def make() -> None:
        await go.wait()
        made.append("year")

    making.begin("year", make)
    making.begin("year", make)
    making.begin("other", make)
    assert set(making.tasks) == {"year", "other"}
    go.set()
    await asyncio.gather(*making.tasks.values())
    await asyncio.sleep(0)
    assert (made, making.tasks) == (["year", "year"], {})
    making.begin("year", make)
    await making.tasks["year"]
    assert len(made) == 3


async def test_why_it_failed_is_kept_until_the_next_try() -> None:
    making, go = BundleJobs(), asyncio.Event()

    async def fail() -> None:
        raise BadInput(Message("problems-more", count=3), Place(subject="year"))

    making.begin("year", fail)
    await making.tasks["year"]
    assert str(making.failed["year"]) == "year: and 3 more"
    await asyncio.sleep(0)

    async def wait() -> None:
        await go.wait()

    making.begin("year", wait)
    assert making.failed == {}
    await making.stop(web.Application())
    await asyncio.sleep(0)
    assert making.tasks == {}
