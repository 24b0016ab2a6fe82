"""``minping calendar``: the holidays that deadlines are counted with."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.auditing import READS_ONLY, Audit, file_name
from bot.terminal.files import read_file
from bot.terminal.words import say, worded
from survey_flows.errors import Message

WEEKDAYS = (
    Message("weekday-monday"),
    Message("weekday-tuesday"),
    Message("weekday-wednesday"),
    Message("weekday-thursday"),
    Message("weekday-friday"),
    Message("weekday-saturday"),
    Message("weekday-sunday"),
)


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("calendar", help=Message("help-calendar"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    text = Message("help-calendar-import-columns", columns="day, kind (off, work), name")
    add = parts.add_parser("import", help=Message("help-calendar-import"), description=text)
    add.add_argument("file", type=Path, metavar="FILE")
    add.set_defaults(run=run_import, audit=Audit("calendar import", file_name))
    show = parts.add_parser("show", help=Message("help-calendar-show"))
    show.add_argument("year", type=int, metavar="YEAR")
    show.set_defaults(run=run_show, audit=READS_ONLY)


async def run_import(settings: Settings, chosen: argparse.Namespace) -> int:
    """Store the days."""
    from bot.records.working_days import import_calendar

    data = await asyncio.to_thread(read_file, chosen.file)
    async with open_store(settings) as database:
        years = await import_calendar(database, chosen.file.name, data)
    for year, count in sorted(years.items()):
        say(Message("calendar-imported", year=year, count=count))
    return 0


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the holidays on weekdays and the weekend days that are worked."""
    from bot.records.working_days import read_calendar

    async with open_store(settings) as database:
        calendar = await read_calendar(database)
    if not calendar.knows(chosen.year):
        say(Message("calendar-unknown", year=chosen.year))
    for day in sorted(calendar.off | calendar.worked):
        if day.year == chosen.year:
            work = day in calendar.worked
            kind = Message("calendar-worked") if work else Message("calendar-off")
            print(f"{day}  {worded(WEEKDAYS[day.weekday()])}  {worded(kind)}")
    return 0
