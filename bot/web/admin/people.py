"""The console's pages of accounts: adding people, changing role and unit, disabling accounts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from aiohttp import web
from sqlalchemy import select

from bot.accounts.approvals import DONE, Approval
from bot.accounts.roles import ROLES
from bot.accounts.staff import (
    Account,
    end_sessions,
    find_account,
    generate_password,
    list_accounts,
    said_account,
)
from bot.core.labels import pick
from bot.core.stale_forms import StaleForm, seen_of
from bot.storage.database import reading
from bot.storage.schema.all import units
from bot.web.admin.page import Visit, no_such_button, staff_page
from bot.web.admin.sessions import list_sessions
from bot.web.shared.templates import page_words


@staff_page
async def show_people(visit: Visit) -> web.Response:
    """Shows every account, and the form for another."""
    return await _people(visit)


async def _people(
    visit: Visit, login: str = "", password: str = "", made: Approval | None = None
) -> web.Response:
    accounts = await list_accounts(visit.service.database)
    named = await _units(visit)
    return visit.render(
        "people",
        accounts=accounts,
        units=named,
        roles=ROLES,
        made=login,
        password=password,
        waits=waits(made),
    )


async def _units(visit: Visit) -> dict[str, str]:
    """Returns the names of units by code."""
    columns = units.c
    async with reading(visit.service.database) as connection:
        rows = await connection.execute(
            select(columns.code, columns.name_zh, columns.name_en).order_by(columns.code)
        )
        return {row.code: pick((row.name_zh, row.name_en), visit.lang) for row in rows}


@staff_page
async def take_person(visit: Visit) -> web.Response:
    """Adds a person; the password is shown this once."""
    login, password = visit.text("login").lower(), generate_password()
    made = await visit.service.officers.appoint(
        login, password, visit.text("role"), visit.text("unit"), visit.visitor.login
    )
    return await _people(visit, login, password, made)


@staff_page
async def show_person(visit: Visit) -> web.Response:
    """Shows one account with its forms."""
    return await _person(visit)


async def _person(
    visit: Visit,
    password: str = "",
    made: Approval | None = None,
    typed: Mapping[str, str] | None = None,
) -> web.Response:
    """Returns the page; ``typed`` is what a form said that is older than the account."""
    account = await _account(visit)
    sessions = await list_sessions(visit.service, account)
    own = account.login == visit.visitor.login
    shown: dict[str, Any] = {
        "person": account,
        "sessions": len(sessions),
        "units": await _units(visit),
        "own": own,
        "seen": seen_of(said_account(account)),
        "typed": typed,
        "differs": _differs(visit, said_account(account), typed) if typed else (),
        "status": 422 if typed else 200,
    }
    return visit.render("person", password=password, roles=ROLES, waits=waits(made), **shown)


def _differs(
    visit: Visit, now: Mapping[str, str], typed: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Returns what stands otherwise than it was typed: label, present value, typed value."""
    say = partial(page_words().say, visit.lang)
    said = [say(f"role-{it['role']}") if it["role"] in ROLES else "" for it in (now, typed)]
    rows = (("people-role", *said), ("people-unit", now["unit"], typed["unit"]))
    return [(say(label), was, mine) for label, was, mine in rows if was != mine]


async def _account(visit: Visit) -> Account:
    account = await find_account(visit.service.database, visit.path_param("login"))
    if account is None:
        raise web.HTTPNotFound
    return account


@staff_page
async def take_change(visit: Visit) -> web.Response:
    """Changes an account as the pressed button says."""
    login, act = (await _account(visit)).login, visit.text("act")
    by, officers = visit.visitor.login, visit.service.officers
    if act == "password":
        password = generate_password()
        made = await officers.reset_password(login, password, by)
        return await _person(visit, password, made)
    if act == "change":
        typed = {name: visit.text(name) for name in ("role", "unit")}
        try:
            said = (typed["role"], typed["unit"], by, visit.text("seen"))
            made = await officers.change(login, *said)
        except StaleForm:
            return await _person(visit, typed=typed)
        return _see(visit, login, "prepared" if waits(made) else "person-changed")
    if act == "disable":
        await officers.disable(login, by)
        return _see(visit, login, "person-disabled")
    if act == "enable":
        made = await officers.enable(login, by)
        return _see(visit, login, "prepared" if waits(made) else "person-enabled")
    if act == "factor":
        made = await officers.reset_factor(login, by)
        return _see(visit, login, "prepared" if waits(made) else "person-factor")
    if act == "sessions":
        await end_sessions(
            visit.service.database, login, int(visit.service.clock.now().timestamp())
        )
        return _see(visit, login, "sessions")
    raise no_such_button(act)


def waits(made: Approval | None) -> bool:
    """Returns whether something was prepared that does not hold yet."""
    return made is not None and made.state != DONE


def _see(visit: Visit, login: str, done: str) -> web.Response:
    return visit.redirect(f"/admin/people/{login}", done)
