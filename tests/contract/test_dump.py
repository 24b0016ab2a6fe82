"""All that is written, byte by byte: database, write-ahead log, Redis and logs.

It is read before and after mixing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from bot.ballots.gate import Gate
from bot.ballots.screening import Screening
from bot.conversations.key_rotation import KeyRotation
from bot.crypto.keyrings import KeyMissing
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.errors import BadSession
from survey_flows.events import Started, Typed
from tests import servers
from tests.conftest import available
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_key_rotation import HOUR
from tests.wechat import open_city

CITIZENS = [f"7310{number:06d}" for number in range(901_234, 901_294)]
"""Ids that stand nowhere by chance."""
WORDS = "Zwölfkanarien im Schacht"
REQUEST = "Kanarienflicken am Tor"
Written = Callable[[], bytes]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Written]]:
    """The address of an empty database, and a reader of all that it has written.

    The server is this test's own.
    """
    if request.param == "sqlite":
        url = str(request.getfixturevalue("sqlite_url"))
        yield (
            url,
            lambda: b"".join(
                path.read_bytes() for path in sorted(tmp_path.glob("minping.sqlite3*"))
            ),
        )
        return
    with available(servers.postgres()) as cluster, cluster.database() as url:
        yield url, cluster.files


@pytest.fixture
async def road(
    written: tuple[str, Written], valkey_url: str, tmp_path: Path
) -> AsyncIterator[tuple[Road, Written, Redis]]:
    redis = Redis.from_url(valkey_url)
    async with make_road(written[0], tmp_path / "service") as made:
        made.conductor._gate = Gate(
            made.keys, made.mixer.key, Screening(redis, made.keys, made.live_campaigns)
        )
        yield made, written[1], redis
    await redis.aclose()


async def remembered(redis: Redis) -> bytes:
    """Every name and every value in Redis."""
    names = [name async for name in redis.scan_iter()]
    return b"\n".join([*names, *[bytes(await redis.dump(name) or b"") for name in names]])


def spellings(user: str) -> tuple[bytes, bytes]:
    """An id in digits, and as a number."""
    return user.encode(), int(user).to_bytes(8, "big")


def named(everything: bytes) -> list[str]:
    """The citizens whose id stands there."""
    # All ids begin alike, and to look for that first takes a sixtieth of the time.
    digits, number = (spelling[:6] for spelling in spellings(CITIZENS[0]))
    assert {tuple(spelling[:6] for spelling in spellings(user)) for user in CITIZENS} == {
        (digits, number)
    }
    if digits not in everything and number not in everything:
        return []
    return [
        user for user in CITIZENS if any(spelling in everything for spelling in spellings(user))
    ]


async def answer(road: Road, user: str, comment: str, request: bool = False) -> None:
    """Give all answers and a comment, and do not submit."""
    await road.send(user, Started(link=road.link.token, unit="TAX", lang="en"))
    await road.press(user, "Used a service", "Satisfied", *["Very satisfied"] * 3)
    await road.send(user, Typed(comment))
    await road.press(user, "the unit does not see" if request else "Count them by theme")


async def test_no_id_is_written_anywhere_and_no_word_before_it_is_mixed(
    road: tuple[Road, Written, Redis], caplog: pytest.LogCaptureFixture
) -> None:
    made, files, redis = road
    with caplog.at_level(logging.DEBUG):
        for number, user in enumerate(CITIZENS):
            words = REQUEST if number % 10 == 1 else WORDS
            await answer(made, user, f"{words} #{number}.", number % 10 == 1)
            if number % 2:
                await made.press(user, "Submit")
        everything = files() + await remembered(redis) + caplog.text.encode()
        assert named(everything) == []
        assert WORDS.encode() not in everything
        assert REQUEST.encode() not in everything
        assert b"VS VS VS" not in everything, "no pattern of answers in clear"
        await made.mix()
        await made.mix()
        assert REQUEST.encode() not in files(), "not before its day is over"
        made.clock.time += 24 * HOUR
        await made.mixer.release_requests()
        assert WORDS.encode() not in files(), "comments come with the close"
        await made.close("year")
    everything = files() + await remembered(redis) + caplog.text.encode()
    assert named(everything) == []
    told = {int(found) for found in re.findall(WORDS.encode() + rb" #(\d+)\.", everything)}
    counted = {number for number in range(1, len(CITIZENS), 2) if number % 10 != 1}
    assert told == counted, "only what was submitted"
    left = {int(found) for found in re.findall(REQUEST.encode() + rb" #(\d+)\.", everything)}
    assert left == set(range(1, len(CITIZENS), 10))
    assert b"VS VS VS" in everything


async def test_no_id_of_wechat_or_wecom_is_written_anywhere(
    written: tuple[str, Written], valkey_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    users = [f"oZwoelfKanarien{number:02d}" for number in range(8)]
    with caplog.at_level(logging.DEBUG):
        async with open_city(tmp_path / "service", written[0], valkey_url) as city:
            for number, user in enumerate(users):
                phone = city.phone("wecom" if number % 2 else "sealed", user)
                await phone.scan(f"{city.link}-TAX", follows=False)
                for text in (
                    "1",
                    "2",
                    "1",
                    "1",
                    "1",
                    f"{WORDS} #{number}.",
                    "1",
                    *["提交"] * (number // 4),
                ):
                    await phone.type(text)
                await phone.event("unsubscribe")
                await phone.post(*phone.wrapped(f"<xml><FromUserName>{user}</FromUserName></xml>"))
                assert (await phone.post({"openid": user}, b""))[0] == 403
            redis = Redis.from_url(valkey_url)
            before = written[1]() + await remembered(redis) + caplog.text.encode()
            ballots = await city.ballots()
            after = written[1]() + await remembered(redis) + caplog.text.encode()
            await redis.aclose()
    assert WORDS.encode() not in before
    assert len(ballots) == 4
    everything = (before + after + caplog.text.encode()).lower()
    assert [user for user in users if user.lower().encode() in everything] == []


async def test_an_hour_later_nothing_unfinished_can_be_opened_with_all_the_gates_keys(
    road: tuple[Road, Written, Redis],
) -> None:
    made, files, _ = road
    turning = KeyRotation(made.database, made.keys, made.clock, made.live_campaigns)
    await turning.rotate()
    for user in CITIZENS[:20]:
        await answer(made, user, WORDS)
    async with reading(made.database) as connection:
        query = select(tables.sessions.c.person, tables.sessions.c.body)
        copy = [(bytes(person), bytes(body)) for person, body in await connection.execute(query)]
    assert all(made.keys.unseal(person, body) for person, body in copy)
    assert all(body in files() for _, body in copy), "the attacker has the bytes"
    made.clock.time += 2 * HOUR
    await turning.rotate()
    for person, body in copy:
        with pytest.raises(BadSession):
            made.keys.unseal(person, body)


async def test_after_the_close_all_keys_of_both_sides_make_no_pseudonym_of_a_ballot(
    road: tuple[Road, Written, Redis],
) -> None:
    made, files, redis = road
    for user in CITIZENS[:20]:
        await answer(made, user, WORDS)
        await made.press(user, "Submit")
    known = {user: made.keys.voter("year", "test", user) for user in CITIZENS[:20]}
    await made.close("year")
    made.keys.voters.destroy("year")
    everything = files() + await remembered(redis)
    assert not any(pseudonym in everything for pseudonym in known.values()), (
        "the gate's pseudonym is never written"
    )
    with pytest.raises(KeyMissing):
        made.keys.voter("year", "test", CITIZENS[0])
    made.keys.voters.find_or_create("year")
    again = {user: made.keys.voter("year", "test", user) for user in CITIZENS[:20]}
    assert not set(again.values()) & set(known.values()), "nobody can make it again"
