"""A check holds the close of one campaign; it goes on once every check has let it go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.campaigns.held import held_for, hold, release
from bot.campaigns.lifecycle import close_campaign
from bot.campaigns.summaries import show_campaign
from bot.storage.database import reading, writing
from survey_flows.errors import BadInput, Message
from survey_flows.events import TopicRequested
from tests.contract.test_conductor import Road, make_road
from tests.desk import DESK

FIRST = Message("campaign-unknown-units", year="2026", units=("TAX", "EDU"))
SECOND = Message("campaign-bad-grades")


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


async def state(road: Road) -> str:
    return (await show_campaign(road.database, "year")).state


async def reasons(road: Road) -> tuple[Message, ...]:
    async with reading(road.database) as connection:
        return await held_for(connection, "year")


async def test_a_campaign_is_held_until_its_last_reason_goes(road: Road) -> None:
    await close_campaign(road.database, "year", DESK, road.clock, "for a test")
    async with writing(road.database) as connection:
        await hold(connection, "year", Message("campaign-unknown-units", year="2025", units=()))
        await hold(connection, "year", FIRST)
        await hold(connection, "year", SECOND)
    assert (await state(road), await reasons(road)) == ("held", (SECOND, sorted_values(FIRST)))
    async with writing(road.database) as connection:
        assert not await release(connection, "year", SECOND.id)
    assert (await state(road), await reasons(road)) == ("held", (sorted_values(FIRST),))
    async with writing(road.database) as connection:
        assert await release(connection, "year", FIRST.id)
    assert (await state(road), await reasons(road)) == ("closing", ())


def sorted_values(message: Message) -> Message:
    return Message(message.id, **dict(sorted(message.values)))


async def test_only_a_campaign_that_closes_is_held(road: Road) -> None:
    with pytest.raises(BadInput, match="the campaign's state is open"):
        async with writing(road.database) as connection:
            await hold(connection, "year", FIRST)
    with pytest.raises(BadInput, match="the campaign's state is open"):
        async with writing(road.database) as connection:
            await release(connection, "year", FIRST.id)
    with pytest.raises(BadInput, match="there is no such campaign"):
        async with writing(road.database) as connection:
            await hold(connection, "none", FIRST)
    assert (await state(road), await reasons(road)) == ("open", ())


async def test_citizens_read_that_it_is_closed_and_being_checked(road: Road) -> None:
    await road.answer_all("ann")
    await close_campaign(road.database, "year", DESK, road.clock, "for a test")
    async with writing(road.database) as connection:
        await hold(connection, "year", FIRST)
    await road.live_campaigns.refresh()
    reply = await road.press("ann", "Submit")
    assert reply.screen is not None
    assert reply.screen.text == (
        "“Public evaluation” is closed and being checked. Thank you for your interest."
    )
    assert await road.ballots() == []
    again = await road.send("ann", TopicRequested("help"))
    assert again.screen is not None
    assert again.screen.step == "closed"
