"""Counters of arriving requests, on both kinds of server, and without any."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.ballots import rate_counters as watch
from bot.ballots.rate_counters import PREFIX, CountedSubmission, RateCounters
from bot.campaigns.fraud_rules import RateLimit, RateLimits
from survey_flows.facts import SubmissionFacts

WIDE = RateLimit(1_000_000, 3600)
ONE = CountedSubmission(b"person", b"source", b"unit", seconds=40, questions=5)


@pytest.fixture
async def redis(speed_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(speed_url) as client:
        yield client


def watching(client: Redis, **rates: RateLimit) -> RateCounters:
    return RateCounters(
        client,
        RateLimits(**({"user": WIDE, "source": WIDE, "unit": WIDE} | rates)),
        answer_within=10,
    )


def crowd(size: int) -> list[CountedSubmission]:
    return [replace(ONE, person=b"person %d" % number) for number in range(size)]


@pytest.mark.parametrize("field", ["user", "source", "unit"])
async def test_of_a_hundred_at_once_exactly_the_limit_is_within_the_rate(
    redis: Redis, field: str
) -> None:
    looking = watching(redis, **{field: RateLimit(17, 86_400)})
    answers = await asyncio.gather(*(looking.ballot_facts([ONE]) for _ in range(100)))
    assert Counter(getattr(facts, f"{field}_rate") for [facts] in answers) == {False: 17, True: 83}


async def test_a_batch_counts_like_one_after_the_other(redis: Redis) -> None:
    facts = await watching(redis, user=RateLimit(2, 86_400)).ballot_facts(
        [ONE, replace(ONE, person=b"other"), ONE, ONE]
    )
    assert [(f.ballots, f.user_rate, f.burst) for f in facts] == [
        (1, False, 1),
        (1, False, 2),
        (2, False, 3),
        (3, True, 4),
    ]


async def test_a_rate_recovers_with_time(redis: Redis) -> None:
    looking = watching(redis, user=RateLimit(1, 1))
    # In one batch, since a busy machine may take longer than the rate's second for two.
    first = [facts.user_rate for facts in await looking.ballot_facts([ONE, ONE])]
    await asyncio.sleep(1.05)
    assert (first, (await looking.ballot_facts([ONE]))[0].user_rate) == ([False, True], False)


async def test_a_batch_is_one_round_trip(redis: Redis) -> None:
    looking = watching(redis)
    await looking.ballot_facts([ONE])
    # The server is shared by all tests of a worker: only this batch is counted.
    await redis.config_resetstat()
    await looking.ballot_facts(crowd(200))
    calls = await redis.info("commandstats")
    assert calls["cmdstat_evalsha"]["calls"] == 1
    assert "cmdstat_eval" not in calls


async def test_a_replayed_update_is_not_counted_again(redis: Redis) -> None:
    again = replace(ONE, replayed=True)
    facts = await watching(redis).ballot_facts([ONE, again, ONE])
    assert [(f.ballots, f.replayed) for f in facts] == [(1, False), (1, True), (2, False)]


async def test_the_expectation_follows_the_quarters_of_an_hour(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "QUARTER", 1)
    looking = watching(redis)
    late = True
    while late:  # again, when a busy machine misses a quarter
        await redis.flushall()
        start, _ = await redis.time()
        batches, late = [], False
        for second, size in enumerate((10, 5, 1), start + 1):
            await to_second(redis, second)
            batches.append(await looking.ballot_facts(crowd(size)))
            late |= (await redis.time())[0] != second
    assert [(batch[-1].burst, batch[-1].expected) for batch in batches] == [
        (10, None),
        (5, 10.0),
        (1, 10.0 + watch.MEMORY * (5 - 10)),
    ]


async def to_second(redis: Redis, second: int) -> None:
    """Wait for a second of the server's clock; it may be over already."""
    seconds, micro = await redis.time()
    await asyncio.sleep(max(0.0, second - seconds - micro / 1e6))


async def test_every_key_expires_and_names_only_pseudonyms(redis: Redis) -> None:
    given = replace(ONE, person=b"\xff\x00P", source=b"\xfeS", unit=b"\xfdU")
    await watching(redis).ballot_facts([given])
    names = [
        b"user:\xff\x00P",
        b"source:\xfeS",
        b"unit:\xfdU",
        b"ballots:\xff\x00P",
        b"cell:2:\xfdU\xfeS",
    ]
    keys = set(await redis.keys("*"))
    # Rates last for a tenth of a second only: on a busy machine they are gone before one looks.
    assert {PREFIX + name for name in names[3:]} <= keys <= {PREFIX + name for name in names}
    never = -1
    assert [key for key in keys if await redis.ttl(key) == never] == []


async def test_without_redis_ballots_are_admitted_unchecked_and_it_is_asked_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watch, "AWAY_FOR", 3600.0)
    async with Redis(unix_socket_path=str(tmp_path / "nobody")) as client:
        looking = RateCounters(client)
        for _ in range(5):
            assert await looking.ballot_facts([replace(ONE, young=True, stale=2)]) == [
                SubmissionFacts(seconds=40, questions=5, young=True, stale=2, unchecked=True)
            ]
        looking._ask_again -= 3600.0
        await looking.ballot_facts([ONE])
    assert [text.split("(")[0] for text in caplog.messages] == [
        "ballots are admitted unchecked: Redis is away "
    ] * 2


async def test_a_redis_that_does_not_answer_holds_nobody_up(redis: Redis) -> None:
    looking = RateCounters(redis, answer_within=0.05)
    await redis.client_pause(60_000, all=False)
    stalled = await looking.ballot_facts([ONE])
    await redis.client_unpause()
    assert (stalled[0].unchecked, (await watching(redis).ballot_facts([ONE]))[0].unchecked) == (
        True,
        False,
    )
