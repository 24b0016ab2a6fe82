"""Keys of an hour: later keys, even all of them, do not open an old copy of the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.conversations.contract import Incoming
from bot.conversations.dead_letters import DeadLetterStore, seal_event
from bot.conversations.key_rotation import AT_ONCE, KeyRotation
from bot.conversations.store import keep_dead_letter
from bot.conversations.stored_conversation import read_conversation
from bot.crypto.gate_keys import make_gate_keys
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadSession
from survey_flows.events import Returned, Started, Typed
from survey_flows.session import Session
from tests.contract.test_conductor import Road, make_road

HOUR = timedelta(hours=1)


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


def resealing(road: Road) -> KeyRotation:
    return KeyRotation(road.database, road.keys, road.clock, road.live_campaigns)


async def bodies(road: Road) -> dict[bytes, bytes]:
    async with reading(road.database) as connection:
        rows = await connection.execute(select(tables.sessions.c.person, tables.sessions.c.body))
        return {bytes(person): bytes(body) for person, body in rows}


async def conversation(road: Road, user: str) -> Session:
    person = road.keys.conversation("year", "test", user)
    return read_conversation(road.keys.unseal(person, (await bodies(road))[person])).session


async def test_an_old_copy_is_closed_to_all_later_keys_and_nobody_loses_an_answer(
    road: Road, tmp_path: Path
) -> None:
    turning = resealing(road)
    await turning.rotate()
    for number in range(5):
        await road.answer_all(f"{number}")
    letter = Incoming("k", "test", "ann", Typed("what she said", "T" * 16))
    async with writing(road.database) as connection:
        await keep_dead_letter(
            connection, "k", seal_event(road.keys, letter), "KeyError", road.clock.now()
        )
    copy = await bodies(road)
    road.clock.time += 2 * HOUR
    await turning.rotate()
    assert [path.name for path in (tmp_path / "keys" / "hours").iterdir()] == [
        f"{road.keys.hours.now}.key"
    ]
    for keys in (road.keys, make_gate_keys(tmp_path / "keys")):
        for person, body in copy.items():
            with pytest.raises(BadSession):
                keys.unseal(person, body)
    for number in range(5):
        reply = await road.press(f"{number}", "Submit")
        assert reply.screen is not None
        assert reply.screen.step == "receipt"
    letters = DeadLetterStore(road.database, road.keys, road.clock)
    assert [opened.incoming for opened in await letters.open(["k"], {})] == [letter]


async def test_a_receipt_is_kept_for_an_hour_and_answers_for_three_days(road: Road) -> None:
    turning = resealing(road)
    await road.rate("ann")
    await road.answer_all("ben")
    road.clock.time += HOUR / 2
    await turning.rotate()
    assert (await conversation(road, "ann")).receipt
    road.clock.time += HOUR
    await turning.rotate()
    ann = await conversation(road, "ann")
    assert (ann.receipt, ann.place, ann.unit) == ("", "unit", "")
    assert len((await conversation(road, "ben")).answers) == 6
    again = (await road.send("ann", Returned())).screen
    assert again is not None
    assert again.step == "unit"
    road.clock.time += 71 * HOUR
    await turning.rotate()
    assert (await conversation(road, "ben")).answers == {}
    assert await road.ballots() == [("TAX", "service_user", "S VS VS VS")]


async def test_many_are_sealed_anew_and_who_is_killed_in_between_goes_on(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    await resealing(road).rotate()
    many = 2 * AT_ONCE + 3
    rows = []
    for number in range(many):
        person = road.keys.person("test", f"{number}")
        body = road.keys.seal(person, "year\n" + Session(nonce="N", seen=0, lang="en").to_json())
        row = {"person": person, "body": body, "hour": road.keys.hours.now}
        rows.append(row | {"campaign": "year", "until": 0})
    async with writing(road.database) as connection:
        await connection.execute(tables.sessions.insert(), rows)
    road.clock.time += 2 * HOUR
    first = resealing(road)
    done = first._some
    calls = 0

    async def dies(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError
        return await done(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(first, "_some", dies)
    with pytest.raises(OSError, match=r"^$"):
        await first.rotate()
    keys = make_gate_keys(road.keys.voters.folder.parent)
    await KeyRotation(road.database, keys, road.clock, road.live_campaigns).rotate()
    found = await bodies(road)
    assert len(found) == many
    assert all(keys.unseal(person, body).startswith("\x02year\n") for person, body in found.items())


async def test_what_a_citizen_does_meanwhile_counts(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    turning = resealing(road)
    await turning.rotate()
    await road.send("ann", Started(link=road.link.token, unit="TAX", lang="en"))

    @asynccontextmanager
    async def later(database: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        await road.press("ann", "Used a service")
        async with writing(database) as connection:
            yield connection

    monkeypatch.setattr("bot.conversations.key_rotation.writing", later)
    road.clock.time += 2 * HOUR
    await turning.rotate()
    assert len((await conversation(road, "ann")).answers) == 1


async def test_what_nobody_can_open_any_more_is_forgotten_and_the_citizen_begins_anew(
    road: Road,
) -> None:
    await resealing(road).rotate()
    await road.answer_all("ann")
    async with writing(road.database) as connection:
        await connection.execute(update(tables.sessions).values(body=b"\x00" * 60, hour=0))
    road.clock.time += 2 * HOUR
    await resealing(road).rotate()
    assert await bodies(road) == {}
    reply = await road.send("ann", Started(link=road.link.token, unit="TAX", lang="en"))
    assert reply.screen is not None


async def test_a_clock_that_jumps_ahead_and_back_loses_no_answer(road: Road) -> None:
    turning = resealing(road)
    await turning.rotate()
    await road.answer_all("ann")
    for jump in (24 * HOUR, -24 * HOUR, -2 * HOUR, 2 * HOUR):
        road.clock.time += jump
        await turning.rotate()
        assert len((await conversation(road, "ann")).answers) == 6
    reply = await road.press("ann", "Submit")
    assert reply.screen is not None
    assert reply.screen.step == "receipt"
