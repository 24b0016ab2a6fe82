"""``minping staff``: the accounts of the console."""

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
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.words import say, word, worded
from survey_flows.errors import BadInput, Message, Place

NAMED_ROLES = f"{{{','.join(ROLES)}}}"


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("staff", help=Message("help-staff"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    add = parts.add_parser("add", help=Message("help-staff-add"))
    add.add_argument("login", metavar="LOGIN", help=Message("help-staff-add-login"))
    add.add_argument(
        "--role",
        metavar=NAMED_ROLES,
        required=True,
        help=Message("help-staff-add-role"),
    )
    add.add_argument("--unit", default="", metavar="CODE", help=Message("help-staff-unit"))
    add.set_defaults(run=run_add, audit=Audit("staff add", the("login")))
    password = parts.add_parser("password", help=Message("help-staff-password"))
    password.add_argument("login", metavar="LOGIN")
    password.set_defaults(run=run_password, audit=Audit("staff password", the("login")))
    change = parts.add_parser("change", help=Message("help-staff-change"))
    change.add_argument("login", metavar="LOGIN")
    change.add_argument("--role", metavar=NAMED_ROLES, help=Message("help-staff-change-role"))
    change.add_argument("--unit", metavar="CODE", help=Message("help-staff-change-unit"))
    change.set_defaults(run=run_change, audit=Audit("staff change", the("login")))
    for name, run, text in (
        ("disable", run_disable, Message("help-staff-disable")),
        ("enable", run_enable, Message("help-staff-enable")),
        ("sign-out", run_sign_out, Message("help-staff-sign-out")),
        (
            "reset-factor",
            run_reset_factor,
            Message("help-staff-reset-factor"),
        ),
    ):
        part = parts.add_parser(name, help=text)
        part.add_argument("login", metavar="LOGIN")
        part.set_defaults(run=run, audit=Audit(f"staff {name}", the("login")))
    show = parts.add_parser("show", help=Message("help-staff-show"))
    show.set_defaults(run=run_show, audit=READS_ONLY)


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
    role = word(chosen.role)
    say(Message("staff-added", login=chosen.login, role=role, password=password))
    return 0


async def run_password(settings: Settings, chosen: argparse.Namespace) -> int:
    """Give one person a new password."""
    password = generate_password()
    async with open_store(settings) as database:
        await set_password(database, chosen.login, password, initial_password_expiry(SystemClock()))
    say(Message("staff-password", login=chosen.login, password=password))
    return 0


async def run_change(settings: Settings, chosen: argparse.Namespace) -> int:
    """Change a person's role and unit."""
    async with open_store(settings) as database:
        account = await find_account(database, chosen.login)
        if account is None:
            raise BadInput(Message("staff-login-unknown"), Place(subject=chosen.login))
        unit = account.unit if chosen.unit is None else chosen.unit
        await change_staff(database, account.login, chosen.role or account.role, unit)
    role = word(chosen.role or account.role)
    say(
        Message("staff-changed-unit", login=account.login, role=role, unit=unit)
        if unit
        else Message("staff-changed", login=account.login, role=role)
    )
    return 0


async def run_disable(settings: Settings, chosen: argparse.Namespace) -> int:
    """Disable an account."""
    async with open_store(settings) as database:
        await disable_staff(database, chosen.login)
    say(Message("staff-closed", login=chosen.login))
    return 0


async def run_enable(settings: Settings, chosen: argparse.Namespace) -> int:
    """Enable an account."""
    async with open_store(settings) as database:
        await disable_staff(database, chosen.login, disabled=False)
    say(Message("staff-open", login=chosen.login))
    return 0


async def run_sign_out(settings: Settings, chosen: argparse.Namespace) -> int:
    """End a person's sessions."""
    async with open_store(settings) as database:
        await end_sessions(database, chosen.login, int(SystemClock().now().timestamp()))
    say(Message("staff-signed-out", login=chosen.login))
    return 0


async def run_reset_factor(settings: Settings, chosen: argparse.Namespace) -> int:
    """Remove a person's second factor and end the sessions, which may be somebody else's."""
    async with open_store(settings) as database:
        await end_sessions(database, chosen.login, int(SystemClock().now().timestamp()))
        done = await reset_factor(database, chosen.login)
    say(
        Message("staff-factor-removed", login=chosen.login)
        if done
        else Message("staff-no-factor", login=chosen.login)
    )
    return 0


async def run_show(settings: Settings, _chosen: argparse.Namespace) -> int:
    """List everyone."""
    async with open_store(settings) as database:
        for account in await list_accounts(database):
            facts = (
                Message("staff-unit", unit=account.unit) if account.unit else "",
                Message("staff-second-factor") if account.has_second_factor else "",
                Message("staff-account-closed") if account.disabled else "",
            )
            words = (worded(fact) for fact in (word(account.role), *facts) if fact)
            print("  ".join((account.login, *words)))
    return 0
