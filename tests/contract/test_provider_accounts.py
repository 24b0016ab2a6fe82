"""Accounts that an identity provider opens, on both databases: what its word gives, what not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from bot.accounts.officers import Officers
from bot.accounts.provider_accounts import (
    GroupRole,
    ProvidedPerson,
    enter_by_provider,
    real_name,
    role_of_groups,
)
from bot.accounts.roster import AccountsChanged
from bot.accounts.staff import (
    Account,
    add_staff,
    disable_staff,
    find_account,
    find_known_account,
    list_accounts,
    set_password,
    verify_password,
)
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.contract.test_conductor import Road, make_road

PASSWORD = "correct horse battery"
ROLES = {"tax": GroupRole("unit", "CME"), "all": GroupRole("staff"), "lost": GroupRole("unit", "X")}
LI = ProvidedPerson("city", "https://id.example", "0001", "Li.Na@example.cn", "李娜", {"all"})


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        await add_staff(made.roster, "zhou", PASSWORD, "administrator")
        unit = {"code": "CME", "name_zh": "市城管局", "name_en": "City Management"}
        unit |= {"category": "C_social", "questionnaire": "general", "position": 1}
        async with writing(made.database) as connection:
            await connection.execute(insert(tables.units), [unit])
        yield made


async def enter(road: Road, person: ProvidedPerson = LI) -> Account:
    return await enter_by_provider(road.roster, person, ROLES, int(road.clock.time.timestamp()))


async def refused(road: Road, person: ProvidedPerson) -> str:
    with pytest.raises(BadInput) as error:
        await enter(road, person)
    return str(error.value)


async def test_an_account_follows_its_groups_and_has_no_password(road: Road) -> None:
    first = await enter(road)
    assert (first.login, first.role, first.unit, first.name) == ("li.na", "staff", "", "李娜")
    assert (first.provider, first.password, first.initial_until) == ("city", "", 0)
    assert not await verify_password(first.password, "")
    # Another name there, other groups, another real name: one account.
    moved = replace(LI, login="zhou", groups={"all", "tax"}, name="李娜娜")
    assert await enter(road, moved) == replace(first, role="unit", unit="CME", name="李娜娜")
    assert await enter(road, replace(moved, name="")) == await enter(road, moved)
    assert [one.login for one in await list_accounts(road.database)] == ["li.na", "zhou"]
    # It stays out of a unit that it has left.
    await enter(road)
    async with reading(road.database) as connection:
        left = (await connection.execute(select(tables.recusals.c.login))).scalars().all()
    assert left == ["li.na"]
    with pytest.raises(BadInput, match="neither a password nor the role of an officer"):
        await set_password(road.roster, "li.na", PASSWORD)
    for role in ("administrator", "approver", "checker", "auditor"):
        with pytest.raises(BadInput, match="neither a password nor the role of an officer"):
            await Officers(road.approvals, road.clock).change("li.na", role, "", "zhou")
    assert await find_known_account(road.roster, "li.na") == first


async def test_nobody_gets_an_account_that_is_another_persons(road: Road) -> None:
    zhou = await find_account(road.database, "zhou")
    several = [
        await enter(road, person)
        for person in (
            replace(LI, login="zhou"),
            replace(LI, login="ZHOU", subject="0002"),
            replace(LI, login="李娜", subject="0003"),
            replace(LI, subject="0001", issuer="https://other.example"),
            replace(LI, subject="0005", login="../admin"),
        )
    ]
    assert len({one.login for one in several}) == 5
    assert not {"zhou", ""} & {one.login for one in several}
    assert await find_account(road.database, "zhou") == zhou
    # Two first sign-ins at once make one account.
    new = replace(LI, subject="0009")
    pair = await asyncio.gather(enter(road, new), enter(road, new))
    assert pair[0] == pair[1]


async def test_who_is_closed_here_or_in_no_group_does_not_come_in(road: Road) -> None:
    assert "in no group" in await refused(road, replace(LI, groups={"others"}))
    assert "no unit «X»" in await refused(road, replace(LI, groups={"lost"}))
    assert [one.login for one in await list_accounts(road.database)] == ["zhou"]
    made = await enter(road)
    now = int(road.clock.time.timestamp())
    assert "in no group" in await refused(road, replace(LI, groups=()))
    lost = await find_known_account(road.roster, made.login)
    assert lost == replace(made, signed_out=now)
    await disable_staff(road.roster, made.login, by="zhou")
    assert "is closed" in await refused(road, replace(LI, groups={"tax"}))
    assert await find_known_account(road.roster, made.login) == replace(lost, disabled=True)


async def test_who_owns_the_database_cannot_put_a_person_into_an_account(road: Road) -> None:
    made = await enter(road)
    other = replace(LI, subject="0666")
    for change in (
        update(tables.provider_accounts).values(subject="0666"),
        update(tables.staff).where(tables.staff.c.login == made.login).values(role="observer"),
    ):
        async with writing(road.database) as connection:
            await connection.execute(change)
    assert await find_known_account(road.roster, made.login) is None
    for person in (other, replace(other, groups={"tax"})):
        with pytest.raises(AccountsChanged):
            await enter(road, person)
    # A row that binds a stranger to an administrator's account is no better.
    row = {"login": "zhou", "provider": "city", "issuer": LI.issuer, "subject": "1", "name": ""}
    async with writing(road.database) as connection:
        await connection.execute(insert(tables.provider_accounts), [row])
    with pytest.raises(BadInput):
        await enter(road, replace(LI, subject="1"))
    assert await find_known_account(road.roster, "zhou") is None


def test_names_and_groups() -> None:
    assert real_name("  李\n娜\u202e ") == "李 娜"
    assert real_name("x" * 200) == "x" * 60
    assert real_name(["李"]) == real_name(None) == ""
    assert role_of_groups(ROLES, {"all", "tax"}) == GroupRole("unit", "CME")
    assert role_of_groups(ROLES, ()) is None
