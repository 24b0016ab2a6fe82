"""Passwords, throttle and sessions of administrators, on the real database and Valkey."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import Response
from redis.exceptions import RedisError
from sqlalchemy import delete, select

from bot.accounts import staff as staff_module
from bot.accounts.staff import (
    add_staff,
    disable_staff,
    end_sessions,
    find_account,
    generate_password,
    has_staff,
    set_password,
)
from bot.storage.database import reading, writing
from bot.storage.schema.all import staff
from bot.web.admin import login_throttle as tries
from bot.web.admin.login_throttle import (
    AttemptOrigin,
    TooManyAttempts,
    count_attempt,
    is_known_browser,
    remember_browser,
)
from bot.web.admin.sessions import (
    Visitor,
    list_sessions,
    open_session,
    read_visitor,
    revoke,
    revoke_others,
    sign_out,
)
from bot.web.admin.sign_in_checks import check_password
from survey_flows.errors import BadInput
from tests.web_city import City, city

PASSWORD = "correct horse battery"


@pytest.fixture
async def town(tmp_path: Path, valkey_url: str) -> AsyncIterator[City]:
    async with city(tmp_path, valkey_url) as made:
        await add_staff(made.service.roster, "zhou", PASSWORD, "administrator")
        yield made


async def enter(
    town: City,
    login: str = "zhou",
    password: str = PASSWORD,
    address: str = "10.0.0.1",
    browser: str = "",
) -> str | None:
    account = await check_password(town.service, login, password, AttemptOrigin(address, browser))
    return await open_session(town.service, account) if account else None


async def visitor(town: City, token: str | None) -> Visitor | None:
    request = make_mocked_request("GET", "/admin", headers={"Cookie": f"staff={token}"})
    return await read_visitor(request, town.service)


def known_browser(town: City, login: str) -> str:
    """The mark of a browser from which somebody has signed in."""
    response = Response()
    remember_browser(response, town.service, login, AttemptOrigin("10.0.0.1"))
    return response.cookies["known"].value


async def test_a_password_opens_a_session(town: City) -> None:
    found = await visitor(town, await enter(town, " Zhou "))
    assert found is not None
    assert (found.login, found.role, found.may_act) == ("zhou", "administrator", True)


@pytest.mark.parametrize(
    ("login", "password"), [("zhou", "wrong"), ("zhou", ""), ("nobody", PASSWORD), ("", "")]
)
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


async def test_an_address_has_ten_tries_for_a_login(town: City) -> None:
    for _ in range(tries.MAX_FOR_LOGIN_FROM_ADDRESS):
        assert await enter(town, password="wrong") is None
    with pytest.raises(TooManyAttempts):
        await enter(town)
    assert await enter(town, address="10.0.9.9") is not None


async def test_a_login_is_closed_to_strange_browsers_after_fifty_failures_from_anywhere(
    town: City,
) -> None:
    for number in range(tries.MAX_FOR_LOGIN):
        await count_attempt(town.service, "password", "zhou", AttemptOrigin(f"10.0.1.{number}"))
    with pytest.raises(TooManyAttempts):
        await enter(town, address="10.0.9.9")


async def test_nobody_locks_a_person_out_of_a_browser_that_is_known(town: City) -> None:
    mine = known_browser(town, "zhou")
    for number in range(tries.MAX_FOR_LOGIN + 1):
        with suppress(TooManyAttempts):
            await count_attempt(town.service, "password", "zhou", AttemptOrigin(f"10.0.2.{number}"))
    for number in range(tries.MAX_FROM_ADDRESS):
        await count_attempt(town.service, "password", f"nobody{number}", AttemptOrigin("10.0.0.1"))
    with pytest.raises(TooManyAttempts):
        await enter(town, address="10.0.9.9")
    assert await enter(town, browser=mine) is not None


async def test_a_known_browser_has_ten_tries_and_is_known_for_one_person(town: City) -> None:
    mine = known_browser(town, "zhou")
    assert is_known_browser(town.service, "zhou", mine)
    for other in (known_browser(town, "li"), "", "x.y", mine[:-1] + "~", f"x{mine}"):
        assert not is_known_browser(town.service, "zhou", other)
    for _ in range(tries.MAX_OF_BROWSER):
        assert await enter(town, password="wrong", browser=mine) is None
    with pytest.raises(TooManyAttempts):
        await enter(town, browser=mine)


async def test_an_address_is_closed_after_thirty_failures(town: City) -> None:
    for number in range(tries.MAX_FROM_ADDRESS):
        await count_attempt(town.service, "password", f"nobody{number}", AttemptOrigin("10.0.0.1"))
    with pytest.raises(TooManyAttempts):
        await enter(town)
    assert await enter(town, address="10.0.0.2") is not None


async def test_success_does_not_count_as_a_try(town: City) -> None:
    for _ in range(tries.MAX_FOR_LOGIN_FROM_ADDRESS + 1):
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
    await set_password(town.service.roster, "zhou", "another long password")
    assert await visitor(town, token) is None
    assert await enter(town) is None
    assert await enter(town, password="another long password") is not None


async def test_a_closed_account_is_out_at_once_and_stays_out(town: City) -> None:
    await add_staff(town.service.roster, "wang", PASSWORD, "staff")
    token = await enter(town, login="wang")
    await disable_staff(town.service.roster, "wang")
    assert await visitor(town, token) is None
    assert await enter(town, login="wang") is None
    await disable_staff(town.service.roster, "wang", disabled=False)
    assert await enter(town, login="wang") is not None


async def test_sessions_are_listed_and_revoked(town: City) -> None:
    first, second, third = [await enter(town) for _ in range(3)]
    account = await find_account(town.service.database, "zhou")
    assert account is not None
    present = await visitor(town, first)
    assert present is not None
    listed = await list_sessions(town.service, account)
    assert len(listed) == 3
    names = {session.name for session in listed}
    assert await revoke(town.service, "li", listed[0].name) is False
    other = next(
        name for name in sorted(names) if not present.key.endswith(name) and name not in present.key
    )
    assert await revoke(town.service, "zhou", other) is True
    assert len(await list_sessions(town.service, account)) == 2
    await revoke_others(town.service, present)
    assert [await visitor(town, token) is not None for token in (first, second, third)] == [
        True,
        False,
        False,
    ]


async def test_every_session_until_now_can_be_ended_without_redis(town: City) -> None:
    token = await enter(town)
    await end_sessions(town.service.database, "zhou", int(town.clock.now().timestamp()))
    assert await visitor(town, token) is None
    town.clock.time += timedelta(seconds=1)
    assert await visitor(town, await enter(town)) is not None


async def test_a_password_is_verified_off_the_event_loop(
    town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    verify = staff_module._verify

    def noted(hashed: str, password: str) -> bool:
        seen.append(threading.current_thread() is threading.main_thread())
        return verify(hashed, password)

    monkeypatch.setattr(staff_module, "_verify", noted)
    await asyncio.gather(enter(town), enter(town, login="nobody"))
    assert seen == [False, False]


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
        ("li", "password1234", "observer"),
        ("li", "qwertyuiop12", "observer"),
        ("li", "aaaaaaaaaaaaaaaa", "observer"),
        ("zhengping.zhou", "zhengping.zhou", "observer"),
        ("li", PASSWORD, "king"),
    ],
)
async def test_staff_that_cannot_be(town: City, login: str, password: str, role: str) -> None:
    with pytest.raises(BadInput):
        await add_staff(town.service.roster, login, password, role)


async def test_nobody_gets_another_password_for_an_unknown_login(town: City) -> None:
    with pytest.raises(BadInput):
        await set_password(town.service.roster, "li", PASSWORD)


def test_generated_passwords_differ_and_are_long_enough() -> None:
    made = {generate_password() for _ in range(50)}
    assert len(made) == 50
    assert {len(password) for password in made} == {24}


async def test_without_redis_nobody_signs_in(town: City) -> None:
    await town.service.redis.aclose()
    town.service.redis.connection_pool.connection_kwargs["path"] = "/nowhere"
    # The connections of the check of readiness know the old path.
    town.service.redis.connection_pool.reset()
    with pytest.raises(RedisError):
        await enter(town)
