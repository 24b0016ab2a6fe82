"""``minping staff``: the accounts of the console."""

from __future__ import annotations

import argparse
from typing import Any

from bot.accounts.roles import ROLES
from bot.accounts.staff import (
    end_sessions,
    find_account,
    generate_password,
    list_accounts,
)
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.service.two_persons import open_officers
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.second_person import at_machine, say_waits
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
    check = parts.add_parser("check", help=Message("help-staff-check"))
    check.set_defaults(run=run_check, audit=READS_ONLY)
    accept = parts.add_parser("accept", help=Message("help-staff-accept"))
    accept.set_defaults(run=run_accept, audit=Audit("staff accept"))
    show = parts.add_parser("show", help=Message("help-staff-show"))
    show.set_defaults(run=run_show, audit=READS_ONLY)


async def run_add(settings: Settings, chosen: argparse.Namespace) -> int:
    """Add one person, or prepare it."""
    password = generate_password()
    async with open_store(settings) as database:
        officers = (await open_officers(settings, database, SystemClock())).officers
        made = await officers.appoint(
            chosen.login, password, chosen.role, chosen.unit, at_machine()
        )
    role = word(chosen.role)
    say(Message("staff-added", login=chosen.login, role=role, password=password))
    say_waits(made)
    return 0


async def run_password(settings: Settings, chosen: argparse.Namespace) -> int:
    """Give one person a new password, or prepare it."""
    password = generate_password()
    async with open_store(settings) as database:
        officers = (await open_officers(settings, database, SystemClock())).officers
        made = await officers.reset_password(chosen.login, password, at_machine())
    say(Message("staff-password", login=chosen.login, password=password))
    say_waits(made)
    return 0


async def run_change(settings: Settings, chosen: argparse.Namespace) -> int:
    """Change a person's role and unit, or prepare it."""
    async with open_store(settings) as database:
        account = await find_account(database, chosen.login)
        if account is None:
            raise BadInput(Message("staff-login-unknown"), Place(subject=chosen.login))
        unit = account.unit if chosen.unit is None else chosen.unit
        officers = (await open_officers(settings, database, SystemClock())).officers
        role = chosen.role or account.role
        made = await officers.change(account.login, role, unit, at_machine())
    said = {"login": account.login, "role": word(role)}
    say(
        Message("staff-changed-unit", unit=unit, **said)
        if unit
        else Message("staff-changed", **said)
    )
    say_waits(made)
    return 0


async def run_disable(settings: Settings, chosen: argparse.Namespace) -> int:
    """Disable an account."""
    async with open_store(settings) as database:
        officers = (await open_officers(settings, database, SystemClock())).officers
        await officers.disable(chosen.login, at_machine())
    say(Message("staff-closed", login=chosen.login))
    return 0


async def run_enable(settings: Settings, chosen: argparse.Namespace) -> int:
    """Enable an account, or prepare it."""
    async with open_store(settings) as database:
        officers = (await open_officers(settings, database, SystemClock())).officers
        made = await officers.enable(chosen.login, at_machine())
    say(Message("staff-open", login=chosen.login))
    say_waits(made)
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
        account = await find_account(database, chosen.login)
        officers = (await open_officers(settings, database, SystemClock())).officers
        made = await officers.reset_factor(chosen.login, at_machine())
    had = account is not None and account.has_second_factor
    say(Message("staff-factor-removed" if had else "staff-no-factor", login=chosen.login))
    say_waits(made)
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


async def run_check(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Name accounts, tokens and approvals that the service did not write; 1 when there are any."""
    async with open_store(settings) as database:
        roster = (await open_officers(settings, database, SystemClock())).roster
        await roster.book()
        wrong = await roster.wrong(at_once=True)
    for name in wrong:
        say(Message("staff-row-changed", name=name))
    if not wrong:
        say(Message("staff-rows-known"))
    return int(bool(wrong))


async def run_accept(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Take over all rows as they stand, as after a restore of an older database."""
    async with open_store(settings) as database:
        wrong = await (await open_officers(settings, database, SystemClock())).roster.accept()
    for name in wrong:
        say(Message("staff-row-accepted", name=name))
    if not wrong:
        say(Message("staff-rows-known"))
    return 0
