"""Online checks at the gate, with real counters.

A risk is sealed with its ballot, and every ballot is taken.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from bot.ballots.gate import Gate
from bot.ballots.screening import Screening
from bot.campaigns.links import create_link
from bot.crypto.gate_keys import pseudonym
from bot.service.composition import run_mixer_once
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.events import Pressed
from survey_flows.submission_risk import codes
from tests.conftest import Backend
from tests.contract.test_conductor import Road, make_road
from tests.desk import DESK


@pytest.fixture
async def road(backend: Backend, tmp_path: Path) -> AsyncIterator[Road]:
    redis = Redis.from_url(backend.redis_url)
    async with make_road(backend.database_url, tmp_path) as made:
        screening = Screening(redis, made.keys, made.live_campaigns)
        made.conductor._gate = Gate(made.keys, made.mixer.key, screening)
        yield made
    await redis.aclose()


def on_disk(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*.key")]


async def risks(road: Road) -> list[tuple[str, ...]]:
    await road.mix()
    async with reading(road.database) as connection:
        rows = await connection.execute(
            select(tables.ballots.c.risk).order_by(tables.ballots.c.position)
        )
        return sorted(codes(row.risk) for row in rows)


async def test_who_takes_a_minute_is_not_risky_and_who_takes_none_is(road: Road) -> None:
    await road.answer_all("ann")
    road.clock.time += timedelta(minutes=1)
    await road.press("ann", "Submit")
    await road.rate("ben")
    assert await risks(road) == [(), ("too_fast",)]


async def test_stale_buttons_are_counted_for_this_rating_alone(road: Road) -> None:
    for unit, stale in (("TAX", 9), ("EDU", 2)):
        await road.answer_all("ann", unit)
        for _ in range(stale):
            await road.send("ann", Pressed("button of another rating"))
        road.clock.time += timedelta(minutes=1)
        await road.press("ann", "Submit")
    assert await risks(road) == [(), ("stale_presses",)]


async def test_a_person_who_sends_many_is_noticed_and_every_ballot_is_kept(road: Road) -> None:
    for _ in range(12):
        await road.answer_all("ann")
        road.clock.time += timedelta(minutes=1)
        await road.press("ann", "Submit")
    await road.mix()
    async with reading(road.database) as connection:
        kept = len((await connection.execute(select(tables.superseded))).all())
    assert (kept, await risks(road)) == (11, [("user_rate",)])


async def test_a_link_that_more_people_use_than_it_is_meant_for_is_noticed_and_every_ballot_is_kept(
    road: Road,
) -> None:
    road.link = await create_link(
        road.database, "year", "deputy", "", DESK, road.clock, max_people=2
    )
    await road.live_campaigns.refresh()
    for user in ("ann", "ben", "ann", "cyd"):
        await road.answer_all(user, "EDU" if user == "cyd" else "TAX")
        road.clock.time += timedelta(minutes=1)
        await road.press(user, "Submit")
    assert await risks(road) == [(), (), ("shared_link",)]


async def test_the_people_of_a_link_are_forgotten_at_the_close(road: Road) -> None:
    road.link = await create_link(
        road.database, "year", "deputy", "", DESK, road.clock, max_people=2
    )
    await road.live_campaigns.refresh()
    for user in ("ann", "ben", "ann"):
        await road.rate(user)
    assert await road.count("link_people") == 2
    await road.close("year")
    await run_mixer_once(road.mixer, road.database, road.keys)
    assert await road.count("link_people") == 0


async def test_no_key_on_a_disk_names_the_counters_of_a_known_person(
    road: Road, backend: Backend, tmp_path: Path
) -> None:
    people = [f"471147114{n}" for n in range(5)]
    for user in people:
        await road.rate(user)
    async with Redis.from_url(backend.redis_url) as redis:
        counters = b" ".join([key async for key in redis.scan_iter()])

    def found(secrets: Iterable[bytes]) -> int:
        parts = [
            one
            for user in people
            for one in (("counter", "person", f"test {user}"), ("counter", "year", "test", user))
        ]
        names = [pseudonym(secret, *part)[:16] for secret in secrets for part in parts]
        return sum(name in counters for name in names)

    assert found(on_disk(tmp_path)) == 0
    assert found([road.keys.passing.secret()]) == len(people), "the attacker knows the names"


async def test_without_counters_ballots_are_taken_and_say_so(road: Road) -> None:
    away = Redis.from_url("unix:///nowhere/at/all")
    road.conductor._gate = Gate(
        road.keys, road.mixer.key, Screening(away, road.keys, road.live_campaigns)
    )
    await road.answer_all("ann")
    road.clock.time += timedelta(minutes=1)
    await road.press("ann", "Submit")
    assert await risks(road) == [("unchecked",)]
    await away.aclose()


async def test_no_counter_bears_a_name_that_the_database_knows(
    road: Road, backend: Backend
) -> None:
    for user in ("4711471147", "4711471148"):
        await road.rate(user)
    await road.mix()
    async with Redis.from_url(backend.redis_url) as redis:
        names = b" ".join([key async for key in redis.scan_iter()])
        values = repr([await redis.dump(key) for key in names.split(b" ")]).encode()
    async with reading(road.database) as connection:
        known = [
            bytes(x) for x in (await connection.execute(select(tables.ballots.c.voter))).scalars()
        ]
        known += [
            bytes(x) for x in (await connection.execute(select(tables.sessions.c.person))).scalars()
        ]
    assert len(known) == 4
    for name in (*known, b"4711471147", b"4711471148", b"TAX", road.link.token.encode()):
        assert name not in names
        assert name not in values
        assert name[:16] not in names
