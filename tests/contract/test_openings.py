"""A counting campaign is opened by two persons who saw the same list; a pilot by one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.accounts.approvals import DONE, WAITING
from bot.accounts.officers import Officers
from bot.accounts.staff import add_staff
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.opening import show_opening
from bot.campaigns.opening_decision import prepare_opening
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.campaign_aim import Aim
from survey_flows.errors import BadInput, Message
from survey_flows.messages import render
from tests.contract.test_conductor import Road, draft, make_road

PASSWORD = "correct horse battery"


@pytest.fixture
async def road(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(sqlite_url, tmp_path) as made:
        for login, role in (("zhou", "administrator"), ("he", "approver"), ("chen", "checker")):
            await add_staff(made.roster, login, PASSWORD, role)
        await Officers(made.approvals, made.clock).set_profile("city", "zhou")
        await create_campaign(made.database, draft("next"), made.clock)
        yield made


async def state(road: Road, campaign: str) -> str:
    query = select(tables.campaigns.c.state).where(tables.campaigns.c.id == campaign)
    async with reading(road.database) as connection:
        return str((await connection.execute(query)).scalar_one())


async def test_who_prepares_an_opening_does_not_sign_it(road: Road) -> None:
    seen = (await show_opening(road.database, "next")).digest
    made = await prepare_opening(road.approvals, "next", "zhou", "next", seen)
    assert (made.state, await state(road, "next")) == (WAITING, "draft")
    for login in ("zhou", "chen"):
        with pytest.raises(BadInput):
            await road.approvals.approve(made.id, login, made.seen)
    assert (await road.approvals.approve(made.id, "he", made.seen)).state == DONE
    await road.mixer.turn()
    assert await state(road, "next") == "open"


async def test_where_two_people_decide_the_list_asks_who_keeps_the_escrow_key(road: Road) -> None:
    asked = Message("opening-ask-escrow")
    assert asked not in (await show_opening(road.database, "next")).asks, "solo, by the public log"
    await road.mixer.turn()
    found = await show_opening(road.database, "next")
    assert (asked in found.asks, found.stops) == (True, ())
    for lang in ("zh-Hans", "en"):
        assert "minping backup escrow" in render(asked, lang)


async def test_a_draft_that_changed_after_it_was_prepared_is_not_opened(road: Road) -> None:
    seen = (await show_opening(road.database, "next")).digest
    made = await prepare_opening(road.approvals, "next", "zhou", "next", seen)
    columns = tables.campaigns.c
    later = int((road.clock.time + timedelta(days=90)).timestamp())
    async with writing(road.database) as connection:
        changed = update(tables.campaigns).where(columns.id == "next")
        await connection.execute(changed.values(closes_at=later))
    with pytest.raises(BadInput, match="was not seen as it is now"):
        await road.approvals.approve(made.id, "he", made.seen)
    assert await state(road, "next") == "draft"


async def test_the_name_and_the_list_are_confirmed_before_anything_is_prepared(
    road: Road,
) -> None:
    seen = (await show_opening(road.database, "next")).digest
    for name, digest in (("", seen), ("nxt", seen), ("next", ""), ("next", "0" * 16)):
        with pytest.raises(BadInput):
            await prepare_opening(road.approvals, "next", "zhou", name, digest)
    assert await road.approvals.list() == []


async def test_a_pilot_is_opened_by_one_person(road: Road) -> None:
    await create_campaign(road.database, replace(draft("test"), aim=Aim("pilot")), road.clock)
    assert (await prepare_opening(road.approvals, "test", "zhou")).state == DONE
    await road.mixer.turn()
    assert await state(road, "test") == "open"
