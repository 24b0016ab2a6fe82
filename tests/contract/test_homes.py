"""Where conversations are stored, and what is left of them when their time is over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.links import create_link
from bot.conversations.homes import (
    campaign_end,
    destroy_old_secrets,
    lobby_end,
    month_before,
    month_of,
)
from bot.conversations.key_rotation import KeyRotation
from bot.conversations.store import delete_expired
from bot.conversations.stored_conversation import read_conversation
from bot.crypto.gate_keys import make_gate_keys
from bot.crypto.keyrings import Keyring
from bot.service.composition import run_mixer_once
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.campaign_definition import Link
from survey_flows.events import Returned, Started, TopicRequested
from survey_flows.session import Session
from tests.contract.test_conductor import NOW, Road, draft, make_road
from tests.desk import DESK

HOUR = timedelta(hours=1)


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


async def stored(road: Road) -> list[Any]:
    async with reading(road.database) as connection:
        return list(await connection.execute(select(tables.sessions)))


async def rotate(road: Road) -> None:
    await KeyRotation(road.database, road.keys, road.clock, road.live_campaigns).rotate()


async def session(road: Road) -> Session:
    (row,) = await stored(road)
    found = read_conversation(road.keys.unseal(bytes(row.person), bytes(row.body))).session
    assert found is not None
    return found


def end(road: Road) -> int:
    definition = road.live_campaigns.get("year")
    assert definition is not None
    return campaign_end(definition)


async def test_rows_of_a_campaign_say_the_same_whenever_their_citizens_came(road: Road) -> None:
    for minute in range(0, 180, 45):
        road.clock.time = NOW + timedelta(minutes=minute)
        await rotate(road)
        await road.rate(f"citizen-{minute}")
    said = {(row.campaign, row.until, row.hour) for row in await stored(road)}
    assert said == {("year", end(road), int(road.clock.time.timestamp()) // 3600)}


async def test_a_close_takes_rows_and_key_and_the_next_word_makes_neither(
    road: Road, tmp_path: Path
) -> None:
    ring = tmp_path / "keys" / "conversations"
    await road.rate("ann")
    assert Keyring(ring).names() == ["year"]
    await road.close("year")
    await run_mixer_once(road.mixer, road.database, road.keys)
    # This process has not heard of the close yet, and stores one more row.
    await road.send("ben", Started(link=road.link.token, unit="TAX", lang="en"))
    assert len(await stored(road)) == 1
    await run_mixer_once(road.mixer, road.database, road.keys)
    await road.live_campaigns.refresh()
    for event in (TopicRequested("help"), Returned()):
        assert (await road.send("ann", event)).screen is not None
    assert await stored(road) == []
    assert Keyring(ring).names() == []


async def test_who_goes_to_another_campaign_leaves_no_row_in_the_first(road: Road) -> None:
    await create_campaign(road.database, draft("next"), road.clock)
    link = await create_link(road.database, "next", "deputy", "", DESK, road.clock)
    await road.open("next")
    await road.live_campaigns.refresh()
    for token in (road.link.token, link.token):
        await road.send("ann", Started(link=token, unit="TAX", lang="en"))
    assert [row.campaign for row in await stored(road)] == ["next"]
    await road.press("ann", "Used a service")
    assert [row.campaign for row in await stored(road)] == ["next"]


async def test_a_conversation_of_an_older_version_goes_on_and_moves_to_its_campaign(
    road: Road,
) -> None:
    await rotate(road)
    await road.send("ann", Started(link=road.link.token, unit="TAX", lang="en"))
    (row,) = await stored(road)
    old = road.keys.person("test", "ann")
    body = road.keys.seal(old, road.keys.unseal(bytes(row.person), bytes(row.body)))
    async with writing(road.database) as connection:
        await connection.execute(tables.sessions.delete())
        values = {"person": old, "campaign": "", "until": 2**40, "body": body, "hour": 0}
        await connection.execute(tables.sessions.insert(), [values])
    await rotate(road)
    (row,) = await stored(road)
    assert (bytes(row.person), row.campaign, row.until) == (old, "year", end(road))
    await road.press("ann", "Used a service")
    (row,) = await stored(road)
    assert bytes(row.person) == road.keys.conversation("year", "test", "ann")


async def test_an_hour_later_a_conversation_says_no_second_no_round_and_no_link(
    road: Road,
) -> None:
    # Links are found in the order of their tokens; hers is not the first.
    tokens = [
        (await create_link(road.database, "year", "deputy", "", DESK, road.clock)).token
        for _ in range(3)
    ]
    await road.live_campaigns.refresh()
    road.link = Link(max(tokens), "deputy", "invited", "")
    await road.rate("ann")
    before = await session(road)
    assert (before.round, before.seen, before.link) == (1, int(NOW.timestamp()), max(tokens))
    assert before.receipt
    button = road.button("ann", "another")
    road.clock.time += 2 * HOUR
    await rotate(road)
    after = await session(road)
    assert after == Session(nonce=after.nonce, seen=0, lang="en", link=min(tokens))
    assert after.nonce != before.nonce
    reply = await road.send("ann", button)
    assert reply.screen is not None
    assert (reply.screen.step, len(reply.notices)) == ("unit", 1)
    await road.rate("ann", overall="Dissatisfied")
    assert [ratings for _, _, ratings in await road.ballots()] == ["D VS VS VS"]


async def test_an_unfinished_rating_keeps_its_place_after_an_hour(road: Road) -> None:
    await road.answer_all("ann")
    before = await session(road)
    road.clock.time += 2 * HOUR
    await rotate(road)
    assert await session(road) == before
    reply = await road.press("ann", "Submit")
    assert reply.screen is not None
    assert reply.screen.step == "receipt"


async def test_the_lobby_ends_with_the_next_month_and_its_key_with_it(
    road: Road, tmp_path: Path
) -> None:
    ring = Keyring(tmp_path / "keys" / "lobbies")
    road.keys.lobby("2026-11", "test", "ann")
    row = {"person": b"p", "campaign": "", "until": lobby_end(NOW), "body": b"", "hour": 0}
    async with writing(road.database) as connection:
        await connection.execute(tables.sessions.insert(), [row])
    for moment, left in (
        (datetime(2026, 12, 31, 23, tzinfo=UTC), 1),
        (datetime(2027, 1, 1, 1, tzinfo=UTC), 0),
    ):
        destroy_old_secrets(road.keys, moment)
        async with writing(road.database) as connection:
            await delete_expired(connection, moment)
        assert (len(ring.names()), len(await stored(road))) == (left, left)
    assert (month_of(NOW), month_before(NOW)) == ("2026-11", "2026-10")


def test_keys_of_taken_updates_last_two_days(tmp_path: Path) -> None:
    keys, sent = make_gate_keys(tmp_path), int(NOW.timestamp())
    name = keys.update("openid and second", sent)
    assert make_gate_keys(tmp_path).update("openid and second", sent) == name
    destroy_old_secrets(keys, NOW + timedelta(days=2))
    assert keys.update("openid and second", sent) == name
    destroy_old_secrets(keys, NOW + timedelta(days=3))
    assert keys.update("openid and second", sent) != name
