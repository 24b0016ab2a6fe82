"""A small city in the midst of its campaign, as a release leaves it when the next one is installed.

Some ballots are mixed, some wait for the mixer; citizens are half way; messages are queued; an
update was put aside. All of it has to go on.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import bot.conversations.steps
from bot import __version__
from bot.accounts.staff import add_staff
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.summaries import show_campaign
from bot.conversations.contract import Reply
from bot.core.identity import Address
from bot.core.settings import Settings
from bot.fieldwork.audience.contact_store import store_contacts
from bot.fieldwork.audience.contacts import Contact
from bot.fieldwork.audience.invitations import make_invitations
from bot.fieldwork.audience.sampling import SampleRequest, draw_campaign_sample, plan_sample
from bot.fieldwork.outreach.accounts import announce_accounts
from bot.fieldwork.outreach.messenger import Account
from bot.fieldwork.outreach.push_service import begin_push
from bot.fieldwork.outreach.push_texts import plain_texts
from bot.service.composition import Service, build
from bot.storage.database import writing
from bot.storage.migrate import HEAD
from survey_flows.events import Started
from tests.contract.test_conductor import Road
from tests.openings import open_campaign
from tests.upgrade.stored import Installation, read_files, read_rows
from tests.web_city import Clock, make_draft

CAMPAIGN = "2026"
TODAY = date(2026, 11, 23)
SMS = Account("city", "sms", "gateway")
MIXED, STAGED, HALF, QUEUED = range(12), range(12, 18), range(18, 21), 10
LATE = "somebody-whose-update-was-put-aside"
LOGIN = "zhou"
RECEIPT = re.compile(r"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}")
ANSWERS = ("Submit", "Skip", "Used a service", "Very satisfied")
"""Buttons that lead to the end of every questionnaire, the last ones first."""


def phone(number: int) -> str:
    return f"+86{13800000000 + number}"


def who(number: int) -> str:
    return f"citizen-{number}"


def receipt_of(reply: Reply) -> str:
    """The code of a receipt on a citizen's screen."""
    assert reply.screen is not None
    assert reply.screen.step == "receipt"
    (code,) = RECEIPT.findall(reply.screen.text)
    return str(code)


@asynccontextmanager
async def opened(settings: Settings, now: datetime) -> AsyncIterator[tuple[Service, Road]]:
    """The service over a data folder at a moment, and the citizens' road to it."""
    clock = Clock()
    clock.time = now
    async with build(settings, clock) as service:
        yield service, await road_to(service)


async def road_to(service: Service) -> Road:
    """The road of citizens through the only campaign."""
    links = (await show_campaign(service.database, CAMPAIGN)).links
    on = (service.database, service.live_campaigns, service.conductor, service.clock)
    return Road(*on, links[0], service.keys, service.mixer)  # type: ignore[arg-type]


async def make(folder: Path, redis_url: str) -> Installation:
    """Let the present release run until the moment in which it is stopped for the next one."""
    clock = Clock()
    settings = Settings(data=folder, redis_url=redis_url)
    async with build(settings, clock) as service:
        await begin(service)
        road = await road_to(service)
        receipts = [await rate(road, who(n), "FIN") for n in MIXED]
        await road.mix()
        receipts += [await rate(road, who(n), "EDU") for n in STAGED]
        steps = {}
        for number in HALF:
            await start(road, who(number), "FIN")
            reply = await road.press(who(number), "Used a service", "Satisfied")
            assert reply.screen is not None
            steps[who(number)] = reply.screen.step
        await put_aside(road)
        rows = await read_rows(service.database)
        files = read_files(folder)
    told = {"now": clock.time.isoformat(), "receipts": receipts, "steps": steps}
    return Installation(__version__, HEAD, told, rows, files)


async def start(road: Road, user: str, unit: str) -> None:
    await road.send(user, Started(link=road.link.token, unit=unit, lang="en"))


async def rate(road: Road, user: str, unit: str) -> str:
    """Rate a unit from the first screen to the last; returns the receipt."""
    await start(road, user, unit)
    return receipt_of(await answer(road, user, "receipt"))


async def answer(road: Road, user: str, end: str) -> Reply:
    """Go on by the first button of `ANSWERS` on each screen, until a step."""
    reply = road.screens[user]
    while reply.screen is not None and reply.screen.step != end:
        labels = [button.label for row in reply.screen.rows for button in row]
        reply = await road.press(user, next(one for one in ANSWERS if one in labels))
    return reply


async def begin(service: Service) -> None:
    """Register the campaign, open it, invite some people, and queue their messages."""
    database = service.database
    await add_staff(service.roster, LOGIN, "correct horse battery", "administrator")
    await create_campaign(database, make_draft("2"), service.clock)
    people = [
        Contact(Address("sms", phone(n)), "en", "resident", "", "", "2026-01-02", "list")
        for n in range(QUEUED)
    ]
    async with writing(database) as connection:
        await store_contacts(connection, service.contact_keys, people)
        await announce_accounts(connection, [SMS])
    await plan_sample(database, service.contact_keys, CAMPAIGN, SampleRequest(size=QUEUED), TODAY)
    await open_campaign(database, CAMPAIGN, service.keys, service.desk)
    await service.mixer.turn()
    await draw_campaign_sample(database, CAMPAIGN)
    on = (database, service.keys, service.desk)
    await make_invitations(*on, CAMPAIGN, TODAY, service.clock)
    await service.mixer.turn()
    await service.live_campaigns.refresh()
    texts = await plain_texts(database, CAMPAIGN, "Asia/Shanghai")
    await begin_push(database, CAMPAIGN, texts, hours="00:00-23:59", clock=service.clock)


async def put_aside(road: Road) -> None:
    """Let a citizen's last tap meet a fault of the software."""

    def step(*_: Any) -> None:
        raise ZeroDivisionError

    await start(road, LATE, "FIN")
    await answer(road, LATE, "review")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.conversations.steps, "step", step)
        reply = await road.send(LATE, road.button(LATE, "Submit"), "test:late")
    assert reply.screen is None
