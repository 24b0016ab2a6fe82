"""Two people change a setting or an account at once: the later form overwrites nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.officers import Officers
from bot.accounts.preferences import (
    Preferences,
    read_preferences,
    said_preferences,
    save_preferences,
)
from bot.accounts.staff import add_staff, find_account, said_account
from bot.campaigns.organiser import (
    chosen_organiser,
    read_organiser,
    said_organiser,
    save_organiser,
)
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.core.stale_forms import StaleForm, seen_of
from bot.service.composition import open_store
from tests.desk import roster_of
from tests.sealing import approvals_of


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[AsyncEngine]:
    async with open_store(Settings(database_url=store_url)) as opened:
        yield opened


async def outcomes(*acts: Coroutine[Any, Any, object]) -> list[str]:
    done = await asyncio.gather(*acts, return_exceptions=True)
    return sorted("stored" if it is None else type(it).__name__ for it in done)


async def test_of_two_forms_of_one_moment_one_is_stored(database: AsyncEngine) -> None:
    seen = seen_of(said_preferences(await read_preferences(database)))
    wanted = [Preferences(fatigue_days=30), Preferences(fatigue_days=60)]
    acts = (save_preferences(database, it, seen) for it in wanted)
    assert await outcomes(*acts) == ["StaleForm", "stored"]
    assert (await read_preferences(database)).fatigue_days in (30, 60)

    asks = {"phone": "0731-12345678", "privacy": "a@b.example", "country": "DE"}
    organisers = [chosen_organiser(name_zh=name, **asks) for name in ("甲", "乙")]
    seen = seen_of(said_organiser(await read_organiser(database)))
    assert await outcomes(*(save_organiser(database, it, seen) for it in organisers)) == [
        "StaleForm",
        "stored",
    ]
    assert await read_organiser(database) in organisers

    for login, role in (("zhou", "administrator"), ("wu", "staff")):
        await add_staff(roster_of(database), login, "correct horse battery", role)
    account = await find_account(database, "wu")
    assert account is not None
    seen = seen_of(said_account(account))
    officers = [Officers(approvals_of(database), SystemClock()) for _ in range(2)]
    roles = ("office", "observer")
    acts = (
        it.change("wu", role, "", "zhou", seen) for it, role in zip(officers, roles, strict=True)
    )
    assert await outcomes(*acts) == ["StaleForm", "stored"]


async def test_a_command_replaces_what_stands(database: AsyncEngine) -> None:
    await save_preferences(database, Preferences(fatigue_days=30))
    with pytest.raises(StaleForm, match="somebody has changed this since you saw it"):
        await save_preferences(database, Preferences(fatigue_days=60), seen_of({}))
    await save_preferences(database, Preferences(fatigue_days=60))
    assert (await read_preferences(database)).fatigue_days == 60
