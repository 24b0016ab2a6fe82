"""``minping staff``: who can sign in to the administrator's pages."""

from __future__ import annotations

import argparse
from typing import Any

from bot.accounts.roles import ROLES
from bot.accounts.second_factor import reset_factor
from bot.accounts.staff import (
    add_staff,
    change_staff,
    disable_staff,
    end_sessions,
    find_account,
    generate_password,
    initial_password_expiry,
    list_accounts,
    set_password,
)
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import open_store
from survey_flows.errors import BadInput

UNIT = "the unit this person belongs to; barred from its cases"


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("staff", help="add people who can sign in, and give new passwords")
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    add = parts.add_parser("add", help="let a person sign in; prints the password once")
    add.add_argument("login", help="1 to 64 characters: a–z, 0–9, dot, - and _")
    add.add_argument("--role", choices=ROLES, default=ROLES[0], help=f"default: {ROLES[0]}")
    add.add_argument("--unit", default="", metavar="CODE", help=UNIT)
    add.set_defaults(run=run_add)
    password = parts.add_parser(
        "password", help="give a person a new password, printed once; their sessions end"
    )
    password.add_argument("login")
    password.set_defaults(run=run_password)
    change = parts.add_parser(
        "change", help="give a person another role or unit, from their next click on"
    )
    change.add_argument("login")
    change.add_argument("--role", choices=ROLES, help="default: as it is")
    change.add_argument(
        "--unit", metavar="CODE", help=f"{UNIT}; default: as it is, and '' for none"
    )
    change.set_defaults(run=run_change)
    for name, run, text in (
        ("disable", run_disable, "close a person's account, which ends their sessions"),
        ("enable", run_enable, "open a closed account again"),
        ("sign-out", run_sign_out, "end every session of a person"),
        (
            "reset-factor",
            run_reset_factor,
            "forget a second factor, when telephone and codes are lost",
        ),
    ):
        part = parts.add_parser(name, help=text)
        part.add_argument("login")
        part.set_defaults(run=run)
    show = parts.add_parser("show", help="list who can sign in")
    show.set_defaults(run=run_show)


async def run_add(settings: Settings, chosen: argparse.Namespace) -> int:
    """Add one person."""
    password = generate_password()
    async with open_store(settings) as database:
        await add_staff(
            database,
            chosen.login,
            password,
            chosen.role,
            chosen.unit,
            initial_password_expiry(SystemClock()),
        )
    print(f"{chosen.login} ({chosen.role}), password (shown only now): {password}")
    return 0


async def run_password(settings: Settings, chosen: argparse.Namespace) -> int:
    """Give one person a new password."""
    password = generate_password()
    async with open_store(settings) as database:
        await set_password(database, chosen.login, password, initial_password_expiry(SystemClock()))
    print(f"{chosen.login}, password (shown only now): {password}")
    return 0


async def run_change(settings: Settings, chosen: argparse.Namespace) -> int:
    """Change a person's role and unit."""
    async with open_store(settings) as database:
        account = await find_account(database, chosen.login)
        if account is None:
            raise BadInput("nobody has this login", chosen.login)
        unit = account.unit if chosen.unit is None else chosen.unit
        await change_staff(database, account.login, chosen.role or account.role, unit)
    print(f"{account.login}: {chosen.role or account.role}{f', unit {unit}' if unit else ''}")
    return 0


async def run_disable(settings: Settings, chosen: argparse.Namespace) -> int:
    """Close an account."""
    async with open_store(settings) as database:
        await disable_staff(database, chosen.login)
    print(f"{chosen.login}: closed")
    return 0


async def run_enable(settings: Settings, chosen: argparse.Namespace) -> int:
    """Open an account again."""
    async with open_store(settings) as database:
        await disable_staff(database, chosen.login, disabled=False)
    print(f"{chosen.login}: open")
    return 0


async def run_sign_out(settings: Settings, chosen: argparse.Namespace) -> int:
    """End a person's sessions."""
    async with open_store(settings) as database:
        await end_sessions(database, chosen.login, int(SystemClock().now().timestamp()))
    print(f"{chosen.login}: signed out everywhere")
    return 0


async def run_reset_factor(settings: Settings, chosen: argparse.Namespace) -> int:
    """Forget a person's second factor; the sessions end, for they may be somebody else's."""
    async with open_store(settings) as database:
        await end_sessions(database, chosen.login, int(SystemClock().now().timestamp()))
        done = await reset_factor(database, chosen.login)
    print(
        f"{chosen.login}: {'the second factor is forgotten' if done else 'there was no second factor'}"
    )
    return 0


async def run_show(settings: Settings, _chosen: argparse.Namespace) -> int:
    """List everyone."""
    async with open_store(settings) as database:
        for account in await list_accounts(database):
            unit = f"unit {account.unit}" if account.unit else ""
            told = (
                unit,
                "second factor" if account.has_second_factor else "",
                "closed" if account.disabled else "",
            )
            print("  ".join((account.login, account.role, *filter(None, told))))
    return 0
