"""Positions of answers in a chat are remembered until their removal, across restarts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.ballots.gate import Gate
from bot.conversations.conductor import Conductor
from bot.conversations.contract import Delivery, Incoming, Reply
from bot.conversations.store import delete_expired
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.events import Event, TopicRequested, Typed
from tests.contract.test_conductor import Road, make_road


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


async def at(road: Road, key: str, event: Event, message: int = 0) -> tuple[Incoming, Reply]:
    incoming = Incoming(key, "test", "ann", event, message)
    reply = await road.conductor.handle(incoming)
    if reply.screen:
        road.screens["ann"] = reply
    return incoming, reply


async def to_the_review(road: Road, message: int) -> None:
    """Bring ann's answers to the review, in a new message of this number."""
    await road.answer_all("ann")
    await road.press("ann", "Edit 6")
    await at(road, "comment", Typed("Shorter queues"))
    # Citizens say what should become of their words; after that the review stands again.
    incoming, reply = await at(
        road, "goes", road.button("ann", "Count them by theme only; nobody answers")
    )
    assert reply.screen is not None
    assert reply.screen.shows_answers
    await road.conductor.note(incoming, Delivery(shown=message))


async def test_answers_are_stale_once_something_else_stands_below_them(road: Road) -> None:
    await to_the_review(road, 55)
    incoming, reply = await at(road, "help", TopicRequested("help"))
    assert reply.stale == (55,)
    async with restarted(road) as again:
        _, reply = await at(again, "help", TopicRequested("help"))
        assert (reply.replayed, reply.stale) == (True, (55,))
        await again.conductor.note(incoming, Delivery(removed=(55,)))
        _, reply = await at(again, "more help", TopicRequested("help"))
        assert reply.stale == ()


async def test_a_submission_covers_the_answers_in_their_own_message(road: Road) -> None:
    await to_the_review(road, 55)
    _, reply = await at(road, "submit", road.button("ann", "Submit"), 55)
    assert (reply.covers, reply.stale) == (True, ())
    _, reply = await at(road, "help", TopicRequested("help"))
    assert (reply.covers, reply.stale) == (False, ())


async def test_a_submission_from_another_message_leaves_the_answers_stale(road: Road) -> None:
    await to_the_review(road, 55)
    _, reply = await at(road, "submit", road.button("ann", "Submit"), 7)
    assert (reply.covers, reply.stale) == (False, (55,))


async def test_erased_is_erased_and_the_answers_in_the_chat_are_still_removed(road: Road) -> None:
    await to_the_review(road, 55)
    await at(road, "delete", TopicRequested("delete"))
    incoming, reply = await at(road, "yes", road.button("ann", "Delete"), 60)
    assert reply.stale == (55,)
    person = road.keys.lobby("2026-11", "test", "ann")
    assert await sessions(road) == {person}
    await road.conductor.note(incoming, Delivery(removed=(55,)))
    assert await sessions(road) == set()


async def test_who_blocked_the_bot_is_unreachable_for_a_year(road: Road) -> None:
    incoming, _ = await at(road, "start", TopicRequested("help"))
    for _ in range(2):
        await road.conductor.note(incoming, Delivery(blocked=True))
    assert await unreachable(road) == 1
    async with writing(road.database) as connection:
        await delete_expired(connection, road.clock.now().replace(year=road.clock.now().year + 2))
    assert await unreachable(road) == 0


@asynccontextmanager
async def restarted(road: Road) -> AsyncIterator[Road]:
    """Start the same installation anew."""
    gate = Gate(road.keys, road.mixer.key)
    conductor = Conductor(road.database, road.keys, road.live_campaigns, road.clock, gate)
    running = asyncio.create_task(conductor.run())
    yield replace(road, conductor=conductor)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def sessions(road: Road) -> set[bytes]:
    async with reading(road.database) as connection:
        return {
            bytes(person)
            for person in (await connection.execute(select(tables.sessions.c.person))).scalars()
        }


async def unreachable(road: Road) -> int:
    async with reading(road.database) as connection:
        return int(
            (
                await connection.execute(select(func.count()).select_from(tables.unreachable))
            ).scalar_one()
        )
