"""The door of codes: a fetched address uses nothing, and guesses wait."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.campaigns.lifecycle import create_campaign
from bot.core.identity import Address
from bot.core.settings import Settings
from bot.fieldwork.audience.contact_store import store_contacts
from bot.fieldwork.audience.contacts import Contact
from bot.fieldwork.audience.invitations import make_invitations
from bot.fieldwork.audience.sampling import SampleRequest, draw_campaign_sample, plan_sample
from bot.service.composition import build
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.web.public import code_guard
from bot.web.server import make_web
from tests.openings import open_campaign
from tests.unit.bot.web.test_public import Browser
from tests.web_city import City, Clock, make_draft

TODAY = date(2026, 11, 23)
PEOPLE = 12
PREVIEWS = 1000
DEPUTIES = [
    Contact(Address("sms", f"+86138000000{n:02}"), "en", "deputy", "", "", "2026-01-02", "")
    for n in range(PEOPLE)
]


@pytest.fixture
async def browser(tmp_path: Path, valkey_url: str) -> AsyncIterator[Browser]:
    async with (
        invited_city(tmp_path, valkey_url) as town,
        TestClient(TestServer(make_web(town.service))) as client,
    ):
        yield Browser(client, town)


@asynccontextmanager
async def invited_city(
    folder: Path, redis_url: str, contacts: Sequence[Contact] = DEPUTIES
) -> AsyncIterator[City]:
    """The small city, whose campaign has invited everybody on a list, such as twelve deputies."""
    clock = Clock()
    async with build(Settings(data=folder, redis_url=redis_url), clock) as service:
        link = await create_campaign(service.database, make_draft(), clock)
        async with writing(service.database) as connection:
            await store_contacts(connection, service.contact_keys, contacts)
        asked = SampleRequest(size=len(contacts))
        await plan_sample(service.database, service.contact_keys, "2026", asked, TODAY)
        await open_campaign(service.database, "2026", service.keys, service.desk)
        await service.mixer.turn()
        await draw_campaign_sample(service.database, "2026")
        on = (service.database, service.keys, service.desk)
        assert (await make_invitations(*on, "2026", TODAY, clock)).people == len(contacts)
        await service.mixer.turn()
        await service.live_campaigns.refresh()
        yield City(service, clock, link.token)


async def codes(browser: Browser) -> list[str]:
    service = browser.city.service
    async with reading(service.database) as connection:
        rows = (await connection.execute(select(tables.frames))).all()
    return [service.keys.invitation("2026", row.number, row.turn) for row in rows if row.drawn]


async def used(browser: Browser) -> int:
    async with reading(browser.city.service.database) as connection:
        holders = (await connection.execute(select(tables.invitations.c.holder))).scalars()
        return sum(holder is not None for holder in holders)


async def test_a_thousand_previews_use_no_invitation_and_tell_nothing(browser: Browser) -> None:
    known = await codes(browser)
    unknown = "0" * 10
    pages = set()
    for number in range(PREVIEWS):
        code = known[number % PEOPLE] if number % 2 else unknown
        path = f"/{code}" if number % 3 else f"/r/{code}"
        async with browser.client.request("GET" if number % 5 else "HEAD", path) as response:
            assert (response.status, response.cookies) == (200, {})
            if number % 5 and number % 3:
                text = (await response.text()).replace(code, "CODE")
                pages.add(re.sub(r'name="id" value="[^"]*"', "", text))
    assert len(pages) == 1, "the page of a code that is none is the same"
    assert "deputy" not in pages.pop()
    assert (await used(browser), await browser.city.conversations()) == (0, 0)


async def test_the_button_begins_by_the_invitation_and_uses_it_once(browser: Browser) -> None:
    first, second, *_ = await codes(browser)
    await browser.open(f"/{first.lower()}")
    assert "Run by Qingshui Appraisal Office" in browser.page
    await browser.post("/k", browser.hidden())
    assert (await used(browser), await browser.city.conversations()) == (1, 1)
    await browser.open(f"/{first}")
    await browser.post("/k", browser.hidden())
    assert await used(browser) == 1
    browser.client.session.cookie_jar.clear()
    await browser.open("/k")
    await browser.post("/k", {**browser.hidden(), "code": f"{second[:5]} {second[5:]}"})
    assert await used(browser) == 2


async def test_wrong_codes_wait_at_every_door_and_refuse_nobody(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    async def waiting(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(code_guard, "pause", waiting)
    await browser.open("/k")
    form = browser.hidden()
    for number in range(code_guard.FREE):
        code = f"{number:010}"
        await browser.post("/k", {**form, "code": code})
        assert "This code is not valid" in browser.page
    assert waits == []
    await browser.post("/start", {**form, "l": "ZZZZZZZZZZ"})
    await browser.post("/k", {**form, "code": "9" * 10})
    assert waits == [code_guard.PAUSE] * 2
    await browser.post("/k", {**form, "code": (await codes(browser))[0]})
    assert await used(browser) == 1
    before = len(waits)
    await browser.post("/start", {**form, "l": browser.city.link})
    assert len(waits) == before, "a link from a poster is no guess"
    code_guard.wrong_codes.clear()
