"""Tokens of programs on both databases: shown once, kept as a hash, limited, ended for good."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.api_tokens import (
    GIVEN,
    ApiToken,
    create_token,
    find_token,
    list_tokens,
    revoke_token,
)
from bot.storage.database import open_database, reading
from bot.storage.migrate import migrate
from bot.storage.schema.api import tokens
from survey_flows.errors import BadInput
from tests.desk import roster_of
from tests.web_city import Clock

ZONE = "Asia/Shanghai"


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_database(store_url)
    await migrate(engine)
    yield engine
    await engine.dispose()


async def made(database: AsyncEngine, clock: Clock, name: str = "portal", days: int = 30) -> str:
    return await create_token(
        roster_of(database), name, ["results:read", "campaigns:read"], days, "zhou", clock
    )


async def test_a_token_is_found_by_itself_and_by_nothing_near_it(database: AsyncEngine) -> None:
    clock = Clock()
    given, other = await made(database, clock), await made(database, clock, "other")
    found = await find_token(roster_of(database), given, clock, ZONE)
    assert found is not None
    assert (found.name, found.scopes, found.created_by) == (
        "portal",
        ("campaigns:read", "results:read"),
        "zhou",
    )
    id_, secret = GIVEN.fullmatch(given).groups()  # type: ignore[union-attr]
    near = [
        f"minping_{id_}_{GIVEN.fullmatch(other)[2]}",
        f"minping_{id_}_{secret[:-1]}",
        secret,
        "",
        given + "x",
    ]  # type: ignore[index]
    near += [given.swapcase(), f"minping_{'a' * 10}_{secret}"]
    for wrong in near:
        assert await find_token(roster_of(database), wrong, clock, ZONE) is None, wrong


async def test_the_secret_is_nowhere_in_the_database(database: AsyncEngine) -> None:
    clock = Clock()
    given = await made(database, clock)
    await find_token(roster_of(database), given, clock, ZONE)
    secret = GIVEN.fullmatch(given)[2]  # type: ignore[index]
    async with reading(database) as connection:
        rows = str((await connection.execute(select(tokens))).all())
    assert len(secret) == 43
    assert secret not in rows


async def test_a_token_ends_by_its_date_and_by_being_revoked(database: AsyncEngine) -> None:
    clock = Clock()
    short, long = await made(database, clock, "short", 1), await made(database, clock, "long", 366)
    clock.time += timedelta(days=1)
    assert await find_token(roster_of(database), short, clock, ZONE) is None
    assert await find_token(roster_of(database), long, clock, ZONE) is not None
    await revoke_token(roster_of(database), "long", clock)
    assert await find_token(roster_of(database), long, clock, ZONE) is None
    states = {
        token.name: token.state(clock.now().timestamp()) for token in await list_tokens(database)
    }
    assert states == {"long": "revoked", "short": "expired"}
    with pytest.raises(BadInput, match="revoked before"):
        await revoke_token(roster_of(database), "long", clock)


async def test_use_is_noted_by_the_day_and_no_finer(database: AsyncEngine) -> None:
    clock = Clock()
    given = await made(database, clock)

    async def used() -> str:
        (token,) = await list_tokens(database)
        assert isinstance(token, ApiToken)
        return token.last_used_on

    assert await used() == ""
    await find_token(roster_of(database), given, clock, ZONE)
    assert await used() == "2026-11-23"
    clock.time += timedelta(hours=16)  # past midnight in the city, not in UTC
    await find_token(roster_of(database), given, clock, ZONE)
    assert await used() == "2026-11-24"


@pytest.mark.parametrize(
    ("name", "scopes", "days", "complaint"),
    [
        ("Portal", ["results:read"], 30, "1 to 32 characters"),
        ("portal", ["results:read"], 30, "had this name already"),
        ("new", [], 30, "choose among the scopes"),
        ("new", ["results:write"], 30, "choose among the scopes"),
        ("new", ["results:read"], 367, "1 to 366 days"),
    ],
)
async def test_what_is_wrong_is_told_and_nothing_stored(
    database: AsyncEngine, name: str, scopes: list[str], days: int, complaint: str
) -> None:
    clock = Clock()
    await made(database, clock)
    await revoke_token(roster_of(database), "portal", clock)  # a name is not given again, even then
    with pytest.raises(BadInput, match=complaint):
        await create_token(roster_of(database), name, scopes, days, "zhou", clock)
    assert [token.name for token in await list_tokens(database)] == ["portal"]
