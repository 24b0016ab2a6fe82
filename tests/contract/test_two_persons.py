"""Who decides alone and who does not: profiles, approvals, grants, and accounts behind our back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from bot.accounts.approvals import APPROVED, DONE, REFUSED, WAITING, WITHDRAWN, Approval
from bot.accounts.officers import Officers, alias, may_open
from bot.accounts.roster import AccountsChanged
from bot.accounts.second_factor import FactorKeys, begin_factor
from bot.accounts.staff import add_staff, find_account, find_known_account, set_password
from bot.campaigns.lifecycle import create_campaign
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.contract.test_conductor import Road, draft, make_road
from tests.desk import DESK

PASSWORD = "correct horse battery"
PEOPLE = {
    "zhou": "administrator",
    "chen": "checker",
    "wang": "checker",
    "he": "approver",
    "gu": "approver",
    "su": "auditor",
    "li": "staff",
}


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    """A road with a counting campaign that is registered, and people of every role."""
    async with make_road(store_url, tmp_path) as made:
        for login, role in PEOPLE.items():
            await add_staff(made.roster, login, PASSWORD, role)
        yield made


def officers(road: Road) -> Officers:
    return Officers(road.approvals, road.clock)


async def profile(road: Road, name: str) -> None:
    await officers(road).set_profile(name, "zhou")


async def approve(road: Road, made: Approval | None, login: str) -> Approval:
    assert made is not None
    return await road.approvals.approve(made.id, login, made.seen)


async def role_of(road: Road, login: str) -> str:
    account = await find_known_account(road.roster, login)
    return account.role if account and not account.disabled else ""


async def acts(road: Road, kind: str) -> list[dict[str, Any]]:
    await road.mixer.turn()
    columns = tables.log_entries.c
    query = select(columns.body).where(columns.kind == kind).order_by(columns.position)
    async with reading(road.database) as connection:
        return [json.loads(body) for body in (await connection.execute(query)).scalars()]


def now(road: Road) -> int:
    return int(road.clock.time.timestamp())


async def attack(road: Road) -> list[Approval | None]:
    """Today's attack 5: one administrator makes two checkers and an auditor, and grants."""
    made: list[Approval | None] = []
    for login, role in (("a", "checker"), ("b", "checker"), ("c", "auditor")):
        made.append(await officers(road).appoint(login, PASSWORD, role, "", "zhou"))
    return made


@pytest.mark.parametrize("name", ["office", "city"])
async def test_one_administrator_alone_appoints_and_grants_nothing(road: Road, name: str) -> None:
    await profile(road, name)
    for made in await attack(road):
        assert made is not None
        assert made.state == WAITING
        with pytest.raises(BadInput, match="does not sign"):
            await approve(road, made, "zhou")
    assert [await role_of(road, login) for login in "abc"] == ["", "", ""]
    made = await officers(road).grant("su", "year", 14, "zhou")
    assert made.state == WAITING
    road.clock.time += timedelta(days=3)
    assert await road.approvals.apply_due() == 0
    assert not await may_open(road.roster, "su", "year", now(road))
    assert await acts(road, "officer") == []
    assert await acts(road, "grant") == []


async def test_solo_does_it_at_once_and_the_log_says_that_nobody_else_signed(road: Road) -> None:
    for made in await attack(road):
        assert made is not None
        assert made.state == DONE
    assert [await role_of(road, login) for login in "abc"] == ["checker", "checker", "auditor"]
    await officers(road).grant("c", "year", 14, "zhou")
    assert await may_open(road.roster, "c", "year", now(road))
    assert not await may_open(road.roster, "c", "other", now(road))
    assert not await may_open(road.roster, "su", "year", now(road))
    told = await acts(road, "officer")
    assert [one["role"] for one in told] == ["checker", "checker", "auditor"]
    assert {(one["in"], one["prepared"], *one["approved"]) for one in told} == {
        ("solo", alias(DESK, "zhou"))
    }
    (granted,) = await acts(road, "grant")
    assert granted["auditor"] == alias(DESK, "c")
    assert granted["until"] - granted["from"] == 14 * 86400
    road.clock.time += timedelta(days=14)
    assert not await may_open(road.roster, "c", "year", now(road))


async def test_an_approved_appointment_is_told_in_the_log_and_holds_a_day_later(
    road: Road,
) -> None:
    await profile(road, "city")
    made = await officers(road).appoint("new", PASSWORD, "checker", "", "zhou")
    with pytest.raises(BadInput, match="does not sign"):
        await approve(road, made, "chen")
    approved = await approve(road, made, "he")
    assert (approved.state, approved.due - now(road)) == (APPROVED, 86400)
    (told,) = await acts(road, "officer")
    assert told.pop("seen") > 0
    assert told == {
        "alias": alias(DESK, "new"), "role": "checker", "from": approved.due, "in": "city",
        "prepared": alias(DESK, "zhou"), "approved": [alias(DESK, "he")],
        "kind": "officer", "campaign": "-", "name": "-",
    }  # fmt: skip
    assert "zhou" not in json.dumps(told)
    road.clock.time += timedelta(hours=23)
    assert (await road.approvals.apply_due(), await role_of(road, "new")) == (0, "")
    road.clock.time += timedelta(hours=1)
    assert (await road.approvals.apply_due(), await role_of(road, "new")) == (1, "checker")
    assert await road.approvals.apply_due() == 0
    account = await find_account(road.database, "new")
    assert account is not None
    assert account.initial_until == now(road) + 7 * 86400


async def test_in_an_office_a_checker_signs_what_an_administrator_prepared(road: Road) -> None:
    await profile(road, "office")
    made = await officers(road).grant("su", "year", 5, "zhou")
    assert (await approve(road, made, "chen")).state == APPROVED
    road.clock.time += timedelta(days=1)
    assert await road.approvals.apply_due() == 1
    assert await may_open(road.roster, "su", "year", now(road))


async def test_two_others_waive_the_wait(road: Road) -> None:
    await profile(road, "city")
    made = await officers(road).reset_password("chen", "another horse battery", "zhou")
    await approve(road, made, "he")
    assert made is not None
    for login in ("zhou", "chen", "he", "su", "li"):
        with pytest.raises(BadInput):
            await road.approvals.waive(made.id, login)
    assert (await road.approvals.waive(made.id, "gu")).state == APPROVED
    with pytest.raises(BadInput, match="has signed it already"):
        await road.approvals.waive(made.id, "gu")
    assert (await road.approvals.waive(made.id, "wang")).state == DONE
    (told,) = await acts(road, "officer")
    assert (told["reset"], told["alias"]) == ("password", alias(DESK, "chen"))


async def test_before_anything_counts_nobody_waits(store_url: str, tmp_path: Path) -> None:
    async with make_road(store_url, tmp_path) as road:
        async with writing(road.database) as connection:
            on = " ON campaigns" if connection.dialect.name == "postgresql" else ""
            await connection.exec_driver_sql("DROP TRIGGER campaigns_kept" + on)
            await connection.execute(delete(tables.campaigns))
        for login, role in PEOPLE.items():
            await add_staff(road.roster, login, PASSWORD, role)
        await create_campaign(road.database, draft("next"), road.clock)
        await profile(road, "city")
        made = await officers(road).appoint("new", PASSWORD, "auditor", "", "zhou")
        assert (await approve(road, made, "he")).state == DONE
        assert await role_of(road, "new") == "auditor"
        assert (await officers(road).set_profile("solo", "zhou")).state == DONE


async def test_two_approvers_appoint_an_approver(road: Road) -> None:
    await profile(road, "city")
    made = await officers(road).appoint("new", PASSWORD, "approver", "", "zhou")
    assert (await approve(road, made, "he")).state == WAITING
    with pytest.raises(BadInput, match="has signed it already"):
        await approve(road, made, "he")
    assert (await approve(road, made, "gu")).state == APPROVED


async def test_raising_the_profile_is_free_and_lowering_it_takes_two(road: Road) -> None:
    assert (await officers(road).set_profile("office", "zhou")).state == DONE
    assert (await officers(road).set_profile("city", "zhou")).state == DONE
    with pytest.raises(BadInput, match="holds already"):
        await officers(road).set_profile("city", "zhou")
    made = await officers(road).set_profile("solo", "zhou")
    assert (await approve(road, made, "he")).state == WAITING
    assert (await road.approvals.profile()).name == "city"
    assert (await approve(road, made, "gu")).state == DONE
    assert (await road.approvals.profile()).name == "solo"
    assert [one["profile"] for one in await acts(road, "profile")] == ["office", "city", "solo"]


async def test_a_city_without_an_approver_stays_what_it_is(store_url: str, tmp_path: Path) -> None:
    async with make_road(store_url, tmp_path) as road:
        await add_staff(road.roster, "zhou", PASSWORD, "administrator")
        for name in ("office", "city"):
            with pytest.raises(BadInput, match="there is none; add one first"):
                await officers(road).set_profile(name, "zhou")
        with pytest.raises(BadInput, match="no such profile"):
            await officers(road).set_profile("village", "zhou")


async def test_what_was_changed_since_it_was_seen_is_not_signed(road: Road) -> None:
    await profile(road, "city")
    made = await officers(road).grant("su", "year", 5, "zhou")
    with pytest.raises(BadInput, match="changed since you opened"):
        await road.approvals.approve(made.id, "he", "another")
    with pytest.raises(BadInput, match="waits for a signature already"):
        await officers(road).grant("su", "year", 9, "zhou")
    assert (await road.approvals.refuse(made.id, "he")).state == REFUSED
    again = await officers(road).grant("su", "year", 9, "zhou")
    assert (await road.approvals.refuse(again.id, "zhou")).state == WITHDRAWN
    with pytest.raises(BadInput, match="not wait for a signature"):
        await approve(road, again, "he")


MEANWHILE: dict[str, tuple[Any, Any, str]] = {
    "who prepared it is disabled": (
        lambda on: on.grant("su", "year", 5, "zhou"),
        {"zhou": {"disabled": True}},
        "zhou, who prepared this, may not do so any more",
    ),
    "who prepared it only observes now": (
        lambda on: on.appoint("new", PASSWORD, "checker", "", "zhou"),
        {"zhou": {"role": "observer"}},
        "zhou, who prepared this, may not do so any more",
    ),
    "who is raised is disabled": (
        lambda on: on.change("li", "checker", "", "zhou"),
        {"li": {"disabled": True}},
        "the account li has changed since this was prepared",
    ),
    "who is raised has another role": (
        lambda on: on.change("li", "checker", "", "zhou"),
        {"li": {"role": "office"}},
        "the account li has changed since this was prepared",
    ),
    "the auditor of a grant is none any more": (
        lambda on: on.grant("su", "year", 5, "zhou"),
        {"su": {"role": "observer"}},
        "the account su has changed since this was prepared",
    ),
    "who signs is disabled": (
        lambda on: on.grant("su", "year", 5, "zhou"),
        {"he": {"disabled": True}},
        "this role does not sign this",
    ),
}


async def changed(road: Road, accounts: dict[str, dict[str, Any]]) -> None:
    """Change accounts as the service does it."""
    async with road.roster.change() as connection:
        for login, values in accounts.items():
            mine = tables.staff.c.login == login
            await connection.execute(update(tables.staff).where(mine).values(**values))


@pytest.mark.parametrize("what", MEANWHILE)
async def test_what_waits_is_not_signed_once_somebody_may_not_prepare_sign_or_hold_it(
    road: Road, what: str
) -> None:
    act, accounts, refusal = MEANWHILE[what]
    await add_staff(road.roster, "lu", PASSWORD, "administrator")
    await profile(road, "city")
    made = await act(officers(road))
    await changed(road, accounts)
    before = [await role_of(road, it) for it in (*PEOPLE, "new")]
    with pytest.raises(BadInput, match=refusal):
        await approve(road, made, "he")
    assert [it.state for it in await road.approvals.list()] == [WAITING], "nothing is half-signed"
    road.clock.time += timedelta(days=2)
    assert await road.approvals.apply_due() == 0
    assert [await role_of(road, it) for it in (*PEOPLE, "new")] == before
    assert await acts(road, "officer") == []
    assert await acts(road, "grant") == []
    # Somebody else refuses it, and it can be prepared anew.
    assert (await road.approvals.refuse(made.id, "gu")).state == REFUSED


async def test_of_two_approvers_the_first_still_may_sign_when_the_second_does(road: Road) -> None:
    await profile(road, "city")
    await add_staff(road.roster, "bo", PASSWORD, "approver")
    made = await officers(road).appoint("new", PASSWORD, "approver", "", "zhou")
    assert (await approve(road, made, "he")).state == WAITING
    await changed(road, {"he": {"disabled": True}})
    with pytest.raises(BadInput, match="he, who signed this before, may not do so any more"):
        await approve(road, made, "gu")
    assert await acts(road, "officer") == []


@pytest.mark.parametrize("login", ["zhou", "he", "li"])
async def test_what_waits_its_day_is_refused_once_its_people_may_not_any_more(
    road: Road, login: str
) -> None:
    """The day is there so that somebody can object: a disabled account's act does not hold."""
    await add_staff(road.roster, "lu", PASSWORD, "administrator")
    await profile(road, "city")
    made = await officers(road).change("li", "checker", "", "zhou")
    assert (await approve(road, made, "he")).state == APPROVED
    await changed(road, {login: {"disabled": True}})
    assert made is not None
    with pytest.raises(BadInput, match=r"may not do so any more|has changed since"):
        await road.approvals.waive(made.id, "wang")
    road.clock.time += timedelta(days=2)
    assert await road.approvals.apply_due() == 0
    assert await road.approvals.list() == []
    assert [it.state for it in await road.approvals.list((REFUSED,))] == [REFUSED]
    assert await role_of(road, "li") == ("" if login == "li" else "staff")


@pytest.mark.parametrize(
    ("act", "role"),
    [
        (lambda on: on.change("li", "checker", "", "zhou"), "staff"),
        (lambda on: on.reset_factor("chen", "zhou"), "checker"),
        (lambda on: on.reset_password("su", PASSWORD, "zhou"), "auditor"),
    ],
)
async def test_raising_and_resetting_wait_too(road: Road, act: Any, role: str) -> None:
    await profile(road, "office")
    made = await act(officers(road))
    assert made.state == WAITING
    assert await role_of(road, made.subject) == role
    with pytest.raises(BadInput, match="does not sign it" if made.subject == "chen" else "role"):
        await approve(road, made, made.subject)
    await approve(road, made, "wang")
    road.clock.time += timedelta(days=1)
    assert await road.approvals.apply_due() == 1


async def test_a_dismissed_officer_is_enabled_by_two(road: Road) -> None:
    await profile(road, "city")
    await officers(road).disable("chen", "zhou")
    assert await role_of(road, "chen") == ""
    made = await officers(road).enable("chen", "zhou")
    assert await role_of(road, "chen") == ""
    await approve(road, made, "he")
    road.clock.time += timedelta(days=1)
    await road.approvals.apply_due()
    assert await role_of(road, "chen") == "checker"
    ended = [one for one in await acts(road, "officer") if "until" in one]
    assert [one["alias"] for one in ended] == [alias(DESK, "chen")]


async def test_what_the_databases_owner_wrote_signs_in_as_nobody(road: Road) -> None:
    before = await read_row(road, "chen")
    async with writing(road.database) as connection:
        mine = tables.staff.c
        await connection.execute(
            update(tables.staff).where(mine.login == "li").values(role="auditor")
        )
        await connection.execute(
            tables.staff.insert(), [before | {"login": "ghost", "role": "administrator"}]
        )
    assert await find_account(road.database, "ghost") is not None
    assert [await role_of(road, login) for login in ("li", "ghost")] == ["", ""]
    assert await role_of(road, "chen") == "checker", "the others sign in"
    assert set(await road.roster.wrong(at_once=True)) == {"staff/ghost", "staff/li"}
    with pytest.raises(AccountsChanged):
        await set_password(road.roster, "li", "another horse battery")
    assert await road.roster.accept() == ("staff/ghost", "staff/li")
    assert await road.roster.wrong(at_once=True) == ()


async def test_an_old_row_put_back_signs_in_as_nobody(road: Road) -> None:
    """A dismissed officer, or an older password, lives only in an older copy of the database."""
    before = await read_row(road, "chen")
    await officers(road).disable("chen", "zhou")
    async with writing(road.database) as connection:
        mine = tables.staff.c.login == "chen"
        await connection.execute(update(tables.staff).where(mine).values(**before))
    assert await find_known_account(road.roster, "chen") is None
    assert await road.roster.wrong(at_once=True) == ("staff/chen",)


async def test_a_second_factor_taken_away_by_hand_opens_nothing(road: Road) -> None:
    await begin_factor(road.database, FactorKeys(bytes(32)), "chen")
    async with road.roster.change() as connection:
        await connection.execute(update(tables.second_factors).values(confirmed=True))
    assert await role_of(road, "chen") == "checker"
    async with writing(road.database) as connection:
        await connection.execute(delete(tables.second_factors))
    assert await role_of(road, "chen") == ""


async def test_approvals_and_grants_written_by_hand_are_not_carried_out(road: Road) -> None:
    await profile(road, "city")
    made = await officers(road).appoint("new", PASSWORD, "administrator", "", "zhou")
    assert made is not None
    async with writing(road.database) as connection:
        columns = tables.approvals.c
        signed = json.dumps([["he", "approve", now(road)]])
        await connection.execute(
            update(tables.approvals)
            .where(columns.id == made.id)
            .values(state=APPROVED, due=1, signers=signed)
        )
        grant = {"auditor": "su", "campaign": "year", "begins": 1, "ends": now(road) + 9999}
        await connection.execute(tables.grants.insert(), [grant])
    assert await road.approvals.apply_due() == 0
    assert await road.approvals.list() == []
    assert await role_of(road, "new") == ""
    assert not await may_open(road.roster, "su", "year", now(road))
    with pytest.raises(AccountsChanged):
        await road.approvals.waive(made.id, "gu")


async def test_a_change_that_is_killed_around_its_commit_leaves_nobody_out(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = 0
    real = type(road.roster)._write

    def killed(self: Any, book: Any) -> None:
        nonlocal writes
        writes += 1
        if writes == 2:
            raise ZeroDivisionError
        real(self, book)

    monkeypatch.setattr(type(road.roster), "_write", killed)
    with pytest.raises(ZeroDivisionError):  # after the commit
        await officers(road).disable("wang", "zhou")
    monkeypatch.undo()
    assert await road.roster.wrong(at_once=True) == ()
    async with road.roster.change() as connection:  # before the commit: as if it had never been
        await connection.execute(update(tables.staff).values(initial_until=1))
    assert await road.roster.wrong(at_once=True) == ()


async def read_row(road: Road, login: str) -> dict[str, Any]:
    async with reading(road.database) as connection:
        query = select(tables.staff).where(tables.staff.c.login == login)
        return dict((await connection.execute(query)).one()._mapping)
