"""``minping staff``: who can sign in to the administrator's pages."""

from __future__ import annotations

import argparse
from typing import Any

from sqlalchemy import select

from bot.app import open_store
from bot.settings import Settings
from bot.store import tables
from bot.store.database import reading
from bot.web.auth import add_staff, generate_password, set_password
from bot.web.rights import ROLES


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("staff", help="add people who can sign in, and give new passwords")
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    add = parts.add_parser("add", help="let a person sign in; prints the password once")
    add.add_argument("login", help="1 to 64 characters: a–z, 0–9, dot, - and _")
    add.add_argument("--role", choices=ROLES, default=ROLES[0], help=f"default: {ROLES[0]}")
    add.add_argument(
        "--unit", default="", metavar="CODE", help="the unit this person belongs to; barred from its cases"
    )
    add.set_defaults(run=run_add)
    password = parts.add_parser("password", help="give a person a new password, printed once; their sessions end")
    password.add_argument("login")
    password.set_defaults(run=run_password)
    show = parts.add_parser("show", help="list who can sign in")
    show.set_defaults(run=run_show)


async def run_add(settings: Settings, chosen: argparse.Namespace) -> int:
    """Add one person."""
    password = generate_password()
    async with open_store(settings) as database:
        await add_staff(database, chosen.login, password, chosen.role, chosen.unit)
    print(f"{chosen.login} ({chosen.role}), password (shown only now): {password}")
    return 0


async def run_password(settings: Settings, chosen: argparse.Namespace) -> int:
    """Give one person a new password."""
    password = generate_password()
    async with open_store(settings) as database:
        await set_password(database, chosen.login, password)
    print(f"{chosen.login}, password (shown only now): {password}")
    return 0


async def run_show(settings: Settings, _chosen: argparse.Namespace) -> int:
    """List everyone."""
    columns = tables.staff.c
    async with open_store(settings) as database, reading(database) as connection:
        for login, role in await connection.execute(select(columns.login, columns.role).order_by(columns.login)):
            print(f"{login}  {role}")
    return 0
