"""Codes of the second factor: taken once, within their time, from their owner."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.second_factor import (
    FactorKeys,
    _totp,
    begin_factor,
    check_factor,
    confirm_factor,
    pending_uri,
    renew_codes,
    reset_factor,
)
from bot.accounts.staff import add_staff, find_account
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.storage.database import reading
from bot.storage.schema.all import recovery_codes, second_factors
from survey_flows.errors import BadInput, BadSession
from tests.desk import roster_of

KEYS = FactorKeys(bytes(range(32)))
NOW = 1_800_000_000.0
STEP = 30


@pytest.fixture
async def store(tmp_path: Path, store_url: str) -> AsyncIterator[AsyncEngine]:
    async with open_store(Settings(data=tmp_path, database_url=store_url)) as database:
        await add_staff(roster_of(database), "zhou", "correct horse battery", "administrator")
        yield database


async def code(database: AsyncEngine, at: float) -> str:
    async with reading(database) as connection:
        sealed = (await connection.execute(select(second_factors.c.sealed))).scalar_one()
    return _totp(KEYS.unseal("zhou", bytes(sealed))).generate(int(at)).decode()


async def enrol(database: AsyncEngine, at: float = NOW) -> list[str]:
    await begin_factor(database, KEYS, "zhou")
    return await confirm_factor(roster_of(database), KEYS, "zhou", await code(database, at), at)


@pytest.mark.parametrize(
    ("at", "shown"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]
)
def test_codes_are_those_of_rfc_6238(at: int, shown: str) -> None:
    assert _totp(b"12345678901234567890").generate(at).decode() == shown


async def test_a_factor_counts_once_its_first_code_was_given(store: AsyncEngine) -> None:
    await begin_factor(store, KEYS, "zhou")
    assert "secret=" in await pending_uri(store, KEYS, "zhou", "Minping")
    account = await find_account(store, "zhou")
    assert account is not None
    assert not account.has_second_factor
    assert await confirm_factor(roster_of(store), KEYS, "zhou", "000000", NOW) == []
    assert (
        len(await confirm_factor(roster_of(store), KEYS, "zhou", await code(store, NOW), NOW)) == 8
    )
    account = await find_account(store, "zhou")
    assert account is not None
    assert account.has_second_factor
    assert await pending_uri(store, KEYS, "zhou", "Minping") == ""
    with pytest.raises(BadInput):
        await begin_factor(store, KEYS, "zhou")


async def test_a_code_is_taken_once_and_none_before_it(store: AsyncEngine) -> None:
    await enrol(store)
    assert not await check_factor(store, KEYS, "zhou", await code(store, NOW), NOW), (
        "the one that confirmed"
    )
    later = NOW + 5 * STEP
    now, before = await code(store, later), await code(store, later - STEP)
    assert await check_factor(store, KEYS, "zhou", now, later)
    assert not await check_factor(store, KEYS, "zhou", now, later)
    assert not await check_factor(store, KEYS, "zhou", before, later)


async def test_a_clock_may_be_off_by_half_a_minute_and_no_more(store: AsyncEngine) -> None:
    await enrol(store)
    later = NOW + 10 * STEP
    assert not await check_factor(store, KEYS, "zhou", await code(store, later - 2 * STEP), later)
    assert not await check_factor(store, KEYS, "zhou", await code(store, later + 2 * STEP), later)
    assert await check_factor(store, KEYS, "zhou", await code(store, later - STEP), later)
    assert await check_factor(store, KEYS, "zhou", await code(store, later + STEP), later)


async def test_a_recovery_code_opens_once_and_new_ones_replace_it(store: AsyncEngine) -> None:
    first = await enrol(store)
    assert await check_factor(store, KEYS, "zhou", f" {first[0].upper()} ", NOW)
    assert not await check_factor(store, KEYS, "zhou", first[0], NOW)
    second = await renew_codes(store, KEYS, "zhou")
    assert not await check_factor(store, KEYS, "zhou", first[1], NOW)
    assert not await check_factor(store, KEYS, "li", second[0], NOW)
    assert await check_factor(store, KEYS, "zhou", second[0], NOW)


async def test_neither_secret_nor_codes_are_stored_as_they_are(store: AsyncEngine) -> None:
    codes = await enrol(store)
    async with reading(store) as connection:
        sealed = bytes((await connection.execute(select(second_factors.c.sealed))).scalar_one())
        marks = [bytes(row.code) for row in await connection.execute(select(recovery_codes.c.code))]
    assert KEYS.unseal("zhou", sealed) not in sealed
    assert sorted(marks) == sorted(KEYS.mark("zhou", code) for code in codes)
    with pytest.raises(BadSession):
        KEYS.unseal("li", sealed)
    with pytest.raises(BadSession):
        FactorKeys(bytes(32)).unseal("zhou", sealed)


async def test_a_reset_forgets_all(store: AsyncEngine) -> None:
    codes = await enrol(store)
    assert await reset_factor(roster_of(store), "zhou")
    assert not await check_factor(store, KEYS, "zhou", codes[0], NOW)
    assert not await reset_factor(roster_of(store), "zhou")
