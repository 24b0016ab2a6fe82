"""``minping contacts``: people who may be invited, and those who opted out."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.fieldwork.audience.contacts import count_contacts
from bot.service.composition import open_store
from bot.service.installation_keys import open_keys
from bot.storage.database import reading
from bot.terminal.auditing import READS_ONLY, Audit, file_name
from bot.terminal.files import read_file
from bot.terminal.progress import bar, without_collecting
from bot.terminal.words import say, word, worded
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command and its parts."""
    from bot.fieldwork.audience.contact_file import FIELDS, WHO

    parser = commands.add_parser("contacts", help=Message("help-contacts"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    columns = ", ".join(f"[{field.name}]" if field.optional else field.name for field in FIELDS)
    text = Message("help-contacts-import-columns", columns=columns)
    add = parts.add_parser("import", help=Message("help-contacts-import"), description=text)
    add.add_argument("file", type=Path, metavar="FILE")
    add.add_argument("--dry-run", action="store_true", help=Message("help-contacts-import-dry-run"))
    add.set_defaults(run=run_import, audit=Audit("contacts import", file_name))
    count = parts.add_parser("count", help=Message("help-contacts-count"))
    count.add_argument(
        "--fatigue-days", type=int, metavar="N", help=Message("help-contacts-count-fatigue-days")
    )
    count.set_defaults(run=run_count, audit=READS_ONLY)
    out = Message("help-contacts-opt-out-columns", columns=tuple(field.name for field in WHO))
    leave = parts.add_parser("opt-out", help=Message("help-contacts-opt-out"), description=out)
    # A file, because a command line is kept by shells and shown to other accounts.
    leave.add_argument("file", type=Path, metavar="FILE")
    leave.set_defaults(run=run_opt_out, audit=Audit("contacts opt-out", file_name))


def today(settings: Settings) -> date:
    """Returns the present day in the city's time zone."""
    return SystemClock().now().astimezone(ZoneInfo(settings.timezone)).date()


async def run_import(settings: Settings, chosen: argparse.Namespace) -> int:
    """Store a list."""
    from bot.fieldwork.audience.contact_file import import_contacts

    data = await asyncio.to_thread(read_file, chosen.file)
    given = (chosen.file.name, data, today(settings), chosen.dry_run)
    words = (worded(Message("bar-rows-read")), worded(Message("bar-contacts")))
    async with open_store(settings) as database:
        keys = (await open_keys(settings, database)).contacts
        with without_collecting(), bar(words[0]) as reading, bar(words[1]) as progress:
            done = await import_contacts(database, keys, *given, progress, reading)
    counts = {"new": done.new, "changed": done.changed, "unchanged": done.unchanged}
    say(
        Message("contacts-checked", **counts)
        if chosen.dry_run
        else Message("contacts-imported", **counts)
    )
    if done.opted_out:
        print("  " + worded(Message("contacts-opted-out", count=done.opted_out)))
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
    say(Message("contacts-eligible", count=sum(found.groups.values())))
    for group, number in found.groups.items():
        print(f"  {group}: {number}")
    print_left_out(found.left_out)
    if found.kinds:
        say(Message("contacts-kinds"))
        for kind, number in found.kinds.items():
            print(f"  {kind}: {number}")
    return 0


def print_left_out(left_out: Mapping[str, int]) -> None:
    """Print how many contacts cannot be invited, by reason."""
    say(Message("contacts-left-out", count=sum(left_out.values())))
    for reason, number in left_out.items():
        if number:
            print(f"  {worded(word(reason))}: {number}")


async def run_opt_out(settings: Settings, chosen: argparse.Namespace) -> int:
    """Opt people out."""
    from bot.fieldwork.audience.contact_file import import_opt_outs

    data = await asyncio.to_thread(read_file, chosen.file)
    async with open_store(settings) as database:
        keys = (await open_keys(settings, database)).contacts
        rows, new = await import_opt_outs(database, keys, chosen.file.name, data, today(settings))
    say(Message("contacts-opt-outs", count=rows, before=rows - new))
    return 0
