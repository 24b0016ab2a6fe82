"""Passwords, throttle and sessions of administrators, on the real database and Valkey."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request
from redis.exceptions import RedisError
from sqlalchemy import delete, select

from bot.store.database import reading, writing
from bot.store.tables import staff
from bot.web import auth
from bot.web.auth import (
    TooManyTries,
    Visitor,
    add_staff,
    generate_password,
    has_staff,
    read_visitor,
    set_password,
    sign_in,
    sign_out,
)
from survey_flows.errors import BadInput
from tests.web_city import City, city

PASSWORD = "correct horse battery"


@pytest.fixture
async def town(tmp_path: Path, valkey_url: str) -> AsyncIterator[City]:
    async with city(tmp_path, valkey_url) as made:
        await add_staff(made.service.database, "zhou", PASSWORD, "administrator")
        yield made


async def enter(town: City, login: str = "zhou", password: str = PASSWORD, address: str = "10.0.0.1") -> str | None:
    return await sign_in(town.service, login, password, address)


async def visitor(town: City, token: str | None) -> Visitor | None:
    request = make_mocked_request("GET", "/admin", headers={"Cookie": f"staff={token}"})
    return await read_visitor(request, town.service)


async def test_a_password_opens_a_session(town: City) -> None:
    found = await visitor(town, await enter(town, " Zhou "))
    assert found is not None
    assert (found.login, found.role, found.may_act) == ("zhou", "administrator", True)


@pytest.mark.parametrize(("login", "password"), [("zhou", "wrong"), ("zhou", ""), ("nobody", PASSWORD), ("", "")])
async def test_what_does_not_fit_opens_nothing(town: City, login: str, password: str) -> None:
    assert await enter(town, login, password) is None


async def test_nothing_readable_is_stored(town: City) -> None:
    token = await enter(town)
    async with reading(town.service.database) as connection:
        stored = (await connection.execute(select(staff.c.password))).scalar_one()
    keys = [key.decode() for key in await town.service.redis.keys("*")]
    assert stored.startswith("$argon2id$")
    assert token is not None
    assert not [key for key in keys if token in key or "zhou" in key or "10.0.0.1" in key]


async def test_a_login_is_closed_after_ten_failures_even_for_the_right_password(town: City) -> None:
    for number in range(auth.TRIES_FOR_LOGIN):
        assert await enter(town, password="wrong", address=f"10.0.0.{number}") is None
    with pytest.raises(TooManyTries):
        await enter(town, address="10.0.9.9")
    assert await town.service.redis.delete(auth._tries(town.service, "login", "zhou")) == 1
    assert await enter(town, address="10.0.9.9") is not None


async def test_an_address_is_closed_after_thirty_failures(town: City) -> None:
    for number in range(auth.TRIES_FROM_ADDRESS):
        assert await enter(town, login=f"nobody{number}") is None
    with pytest.raises(TooManyTries):
        await enter(town)
    assert await enter(town, address="10.0.0.2") is not None


async def test_success_does_not_count_as_a_try(town: City) -> None:
    for _ in range(auth.TRIES_FROM_ADDRESS + 1):
        assert await enter(town) is not None


async def test_a_session_ends_after_an_hour_without_use(town: City) -> None:
    token = await enter(town)
    town.clock.time += timedelta(minutes=59)
    assert await visitor(town, token) is not None
    town.clock.time += timedelta(minutes=59)
    assert await visitor(town, token) is not None
    town.clock.time += timedelta(minutes=60)
    assert await visitor(town, token) is None


async def test_a_session_ends_after_twelve_hours_of_use(town: City) -> None:
    token = await enter(town)
    seen = []
    for _ in range(25):
        town.clock.time += timedelta(minutes=30)
        seen.append(await visitor(town, token) is not None)
    assert seen == [True] * 23 + [False] * 2


async def test_signing_out_ends_this_session_alone(town: City) -> None:
    first, second = await enter(town), await enter(town)
    found = await visitor(town, first)
    assert found is not None
    await sign_out(town.service, found)
    assert await visitor(town, first) is None
    assert await visitor(town, second) is not None


async def test_another_password_ends_every_session(town: City) -> None:
    token = await enter(town)
    await set_password(town.service.database, "zhou", "another long password")
    assert await visitor(town, token) is None
    assert await enter(town) is None
    assert await enter(town, password="another long password") is not None


async def test_who_is_removed_is_out_at_once(town: City) -> None:
    token = await enter(town)
    async with writing(town.service.database) as connection:
        await connection.execute(delete(staff))
    assert await visitor(town, token) is None
    assert not await has_staff(town.service.database)


@pytest.mark.parametrize(
    ("login", "password", "role"),
    [
        ("zhou", PASSWORD, "observer"),
        ("Zhou!", PASSWORD, "observer"),
        ("li", "too short", "observer"),
        ("li", "x" * 257, "observer"),
        ("li", PASSWORD, "king"),
    ],
)
async def test_staff_that_cannot_be(town: City, login: str, password: str, role: str) -> None:
    with pytest.raises(BadInput):
        await add_staff(town.service.database, login, password, role)


async def test_nobody_gets_another_password_for_an_unknown_login(town: City) -> None:
    with pytest.raises(BadInput):
        await set_password(town.service.database, "li", PASSWORD)


def test_generated_passwords_differ_and_are_long_enough() -> None:
    made = {generate_password() for _ in range(50)}
    assert len(made) == 50
    assert {len(password) for password in made} == {24}


async def test_without_redis_nobody_signs_in(town: City) -> None:
    await town.service.redis.aclose()
    town.service.redis.connection_pool.connection_kwargs["path"] = "/nowhere"
    with pytest.raises(RedisError):
        await enter(town)
