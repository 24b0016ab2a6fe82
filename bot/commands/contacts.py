"""``minping contacts``: who may be invited, and who does not want to be."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.commands.import_ import read_file
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.crypto.contact_keys import load_contact_keys
from bot.fieldwork.audience.contacts import REASONS, count_contacts
from bot.service.composition import open_store
from bot.storage.database import reading


def register(commands: Any) -> None:
    """Add the command and its parts."""
    from bot.fieldwork.audience.contact_file import FIELDS, WHO

    parser = commands.add_parser(
        "contacts", help="people who may be invited: import, count, opt out"
    )
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    columns = ", ".join(f"[{field.name}]" if field.optional else field.name for field in FIELDS)
    text = f"add contacts or change them; all rows or none; columns (CSV or XLSX): {columns}"
    add = parts.add_parser(
        "import", help="add contacts or change them; all rows or none", description=text
    )
    add.add_argument("file", type=Path, metavar="FILE")
    add.add_argument("--dry-run", action="store_true", help="check all and store nothing")
    add.set_defaults(run=run_import)
    count = parts.add_parser(
        "count", help="how many can be invited by group, and how many cannot and why"
    )
    count.add_argument("--fatigue-days", type=int, metavar="N", help="default: the settings'")
    count.set_defaults(run=run_count)
    out = f"invite the people in a table no more, for good; columns: {', '.join(field.name for field in WHO)}"
    leave = parts.add_parser(
        "opt-out", help="invite the people in a table no more, for good", description=out
    )
    # A file, because a command line is kept by shells and shown to other accounts.
    leave.add_argument("file", type=Path, metavar="FILE")
    leave.set_defaults(run=run_opt_out)


def today(settings: Settings) -> date:
    """The present day in the city."""
    return SystemClock().now().astimezone(ZoneInfo(settings.timezone)).date()


async def run_import(settings: Settings, chosen: argparse.Namespace) -> int:
    """Store a list."""
    from bot.fieldwork.audience.contact_file import import_contacts

    data = await asyncio.to_thread(read_file, chosen.file)
    keys = load_contact_keys(settings.data / "keys")
    async with open_store(settings) as database:
        done = await import_contacts(
            database, keys, chosen.file.name, data, today(settings), chosen.dry_run
        )
    would = " would be" if chosen.dry_run else ""
    print(f"contacts:{would} {done.new} new, {done.changed} changed, {done.unchanged} as they were")
    if done.opted_out:
        print(f"  {done.opted_out} have opted out and stay so")
    return 0


async def run_count(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the counts."""
    from bot.accounts.preferences import preferences_in

    async with open_store(settings) as database, reading(database) as connection:
        days = (
            (await preferences_in(connection)).fatigue_days
            if chosen.fatigue_days is None
            else chosen.fatigue_days
        )
        found = await count_contacts(connection, today(settings), days)
    print(f"{sum(found.groups.values())} can be invited")
    for group, number in found.groups.items():
        print(f"  {group}: {number}")
    print_left_out(found.left_out)
    return 0


def print_left_out(left_out: Mapping[str, int]) -> None:
    """Print how many were left out, by reason."""
    print(f"{sum(left_out.values())} cannot")
    for reason, number in left_out.items():
        if number:
            print(f"  {REASONS[reason]}: {number}")


async def run_opt_out(settings: Settings, chosen: argparse.Namespace) -> int:
    """Opt people out."""
    from bot.fieldwork.audience.contact_file import import_opt_outs

    data = await asyncio.to_thread(read_file, chosen.file)
    keys = load_contact_keys(settings.data / "keys")
    async with open_store(settings) as database:
        rows, new = await import_opt_outs(database, keys, chosen.file.name, data, today(settings))
    print(f"{rows} have opted out, {rows - new} of them before")
    return 0
