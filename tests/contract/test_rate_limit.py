"""A 429 silences every process of the bot, with a real server between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.channels.telegram.rate_limit import NAME, RateLimitPause
from tests.waiting import until


@pytest.fixture
async def redis(speed_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(speed_url)
    yield client
    await client.aclose()


async def test_another_process_is_silent_too_and_so_is_one_that_starts_later(redis: Redis) -> None:
    one, other, later = RateLimitPause(redis), RateLimitPause(redis), RateLimitPause(redis)
    await one.begin(30)
    await other.refresh()
    assert 1 < one.seconds_left <= 30.01
    assert 1 < other.seconds_left <= 30.01
    await other.begin(5)
    await later.refresh()
    assert 5 < later.seconds_left <= 30.01, "a shorter pause does not end a longer one"


async def test_a_pause_ends(redis: Redis) -> None:
    one, other = RateLimitPause(redis), RateLimitPause(redis)
    await one.begin(0.05)
    await asyncio.sleep(0.1)
    await other.refresh()
    assert (one.seconds_left, other.seconds_left) == (0, 0)
    assert await redis.exists(f"{NAME}:") == 0


async def test_a_longer_pause_takes_the_place_of_a_shorter_one(redis: Redis) -> None:
    one, other = RateLimitPause(redis), RateLimitPause(redis)
    await one.begin(1)
    await one.begin(60)
    watching = asyncio.create_task(other.watch())
    await until(lambda: other.seconds_left)
    watching.cancel()
    assert 1 < other.seconds_left <= 60.01


async def test_without_the_server_a_process_still_heeds_what_it_was_told_itself() -> None:
    alone = RateLimitPause(Redis.from_url("redis://127.0.0.1:9"))
    await alone.begin(30)
    await alone.refresh()
    assert 1 < alone.seconds_left <= 30
