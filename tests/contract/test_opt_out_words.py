"""Opting out by words, and the way back, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.ballots.gate import Gate
from bot.conversations.conductor import Conductor
from bot.conversations.contract import Delivery, Incoming, Reply
from bot.core.identity import WEB, Address
from bot.fieldwork.audience.contact_store import store_contacts
from bot.fieldwork.audience.contacts import Contact, set_unreachable
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.events import Event, Pressed, Started, TopicRequested, Typed
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_sampling import KEYS

ANN = Address("test", "ann")


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    """A running campaign and one invited contact, Ann."""
    async with make_road(store_url, tmp_path) as road:
        gate = Gate(road.keys, road.mixer.key)
        live = road.live_campaigns
        conductor = Conductor(road.database, road.keys, live, road.clock, gate, KEYS)
        road.conductor._wishes = conductor._wishes  # the road has no keys of contacts
        road.conductor._contact_keys = KEYS
        listed = Contact(ANN, "en", "resident", "430102", "", "2026-01-02", "list")
        async with writing(road.database) as connection:
            await store_contacts(connection, KEYS, [listed])
            await connection.execute(update(tables.persons).values(invited="2026-11-20"))
        yield road


async def contact(road: Road, address: Address = ANN) -> Any:
    query = (
        select(tables.persons, tables.addresses.c.sealed, tables.addresses.c.unreachable)
        .join(tables.addresses, tables.addresses.c.person == tables.persons.c.lookup)
        .where(tables.addresses.c.lookup == KEYS.lookup(address))
    )
    async with reading(road.database) as connection:
        return (await connection.execute(query)).first()


async def has_opted_out(road: Road, address: Address = ANN) -> bool:
    row = await contact(road, address)
    return bool(row and row.opted_out)


@pytest.mark.parametrize("words", ["退订", "TD", "STOP", "Unsubscribe。", "不要再发了", "别再发了"])
@pytest.mark.parametrize("begun", ["nothing", "list", "rating"])
async def test_strong_words_opt_out_wherever_no_words_are_asked_for(
    road: Road, words: str, begun: str
) -> None:
    if begun != "nothing":
        unit = "TAX" if begun == "rating" else ""
        await road.send("ann", Started(link=road.link.token, unit=unit, lang="en"))
    reply = await road.send("ann", Typed(words))
    assert "START" in "\n".join(reply.notices)
    assert ("to end it, press “Stop”" in reply.notices[0]) == (begun == "rating")
    assert await has_opted_out(road)
    assert (reply.screen is None) == (begun == "nothing")


@pytest.mark.parametrize("words", ["T", "取消", "0000", "cancel"])
async def test_weak_words_opt_out_who_was_invited_and_rates_nothing(road: Road, words: str) -> None:
    await road.send("ann", Typed(words))
    assert await has_opted_out(road)
    told = await road.send("ben", Typed(words))
    assert not await has_opted_out(road, Address("test", "ben"))
    assert "退订" in "\n".join(told.notices)


async def test_weak_words_inside_a_rating_mean_the_rating(road: Road) -> None:
    await road.send("ann", Started(link=road.link.token, unit="TAX", lang="zh-Hans"))
    for words in ("T", "N", "0000"):
        reply = await road.send("ann", Typed(words))
        assert reply.screen
        assert reply.screen.step == "q:contact"
    reply = await road.send("ann", Typed("停止"))
    assert reply.screen
    assert reply.screen.step == "unit"
    assert not await has_opted_out(road)


@pytest.mark.parametrize("words", ["恢复", "START"])
async def test_who_opted_out_comes_back_by_a_word_from_the_same_address(
    road: Road, words: str
) -> None:
    await road.send("ann", Typed("退订"))
    assert (await contact(road)).sealed is None
    await road.send("ben", Typed(words))
    assert await has_opted_out(road)
    reply = await road.send("ann", Typed(words))
    assert "You may be invited again" in "\n".join(reply.notices)
    row = await contact(road)
    assert (row.opted_out, row.consent) == ("", road.clock.now().date().isoformat())
    assert KEYS.unseal(KEYS.lookup(ANN), bytes(row.sealed)) == ANN


async def test_start_without_an_opt_out_begins(road: Road) -> None:
    reply = await road.send("ann", Typed("START"))
    assert reply.screen
    assert (reply.screen.step, reply.screen.lang) == ("unit", "en")
    assert not await has_opted_out(road)


@pytest.mark.parametrize("words", ["退订", "STOP", "恢复"])
@pytest.mark.parametrize("begun", [True, False])
async def test_a_browser_is_told_that_it_has_no_address_and_nothing_is_stored(
    road: Road, words: str, begun: bool
) -> None:
    """Whoever came by a poster, the front door or a personal link: none ties it to an address."""
    if begun:
        web = Incoming("web:1", WEB, "browser", Started(lang="en"))
        await road.conductor.handle(web)
    reply = await road.conductor.handle(Incoming("web:2", WEB, "browser", Typed(words)))
    said = "\n".join(reply.notices)
    assert "sends no invitations" in said
    assert "You will not be invited again" not in said
    assert "You may be invited again" not in said
    assert await contact(road, Address(WEB, "browser")) is None
    assert not await has_opted_out(road)


async def test_no_more_invitations_pressed_in_a_browsers_box_stores_nothing(road: Road) -> None:
    async def does(number: int, event: Event) -> Reply:
        return await road.conductor.handle(Incoming(f"web:{number}", WEB, "browser", event))

    def button(reply: Reply, label: str) -> Pressed:
        assert reply.screen
        found = [b for row in reply.screen.rows for b in row if b.label == label]
        return Pressed(found[0].data)

    reply = await does(0, Started(link=road.link.token, unit="TAX", lang="en"))
    labels = ["Used a service", "Satisfied", "Satisfied", "Satisfied", "Satisfied"]
    for number, label in enumerate(labels, 1):
        reply = await does(number, button(reply, label))
    reply = await does(8, Typed("unsubscribe"))
    reply = await does(9, button(reply, "No more invitations"))
    assert "sends no invitations" in reply.notices[0]
    assert reply.screen
    assert reply.screen.step == "q:comment"
    assert await contact(road, Address(WEB, "browser")) is None


async def test_the_same_words_again_are_answered_again(road: Road) -> None:
    for _ in range(2):
        reply = await road.send("ann", Typed("退订"))
        assert reply.notices


@pytest.mark.parametrize(
    "event", [Started(), Typed("hello"), TopicRequested("help"), Typed("", media="voice")]
)
async def test_any_sign_of_life_makes_reachable(road: Road, event: Event) -> None:
    async with writing(road.database) as connection:
        await set_unreachable(connection, [KEYS.lookup(ANN)], road.clock.now().date())
    await road.conductor.note(Incoming("k:1", "test", "ann", Started()), Delivery(blocked=True))
    await road.send("ann", event)
    assert (await contact(road)).unreachable == ""
    async with reading(road.database) as connection:
        assert (await connection.execute(select(tables.unreachable))).all() == []
