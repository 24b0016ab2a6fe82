"""``minping calendar``: the holidays that deadlines are counted with."""

from __future__ import annotations

import argparse
import asyncio
from datetime import date
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import open_store


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("calendar", help="holidays, and weekend days that are worked")
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    text = "replace the holidays of the years in a table; columns: day, kind (off or work), name"
    add = parts.add_parser(
        "import", help="replace the holidays of the years in a table", description=text
    )
    add.add_argument("file", type=Path, metavar="FILE")
    add.set_defaults(run=run_import)
    show = parts.add_parser(
        "show", help="list a year's holidays and the weekend days that are worked"
    )
    show.add_argument("year", type=int, metavar="YEAR")
    show.set_defaults(run=run_show)


async def run_import(settings: Settings, chosen: argparse.Namespace) -> int:
    """Store the days."""
    from bot.commands.import_ import read_file
    from bot.records.working_days import import_calendar

    data = await asyncio.to_thread(read_file, chosen.file)
    async with open_store(settings) as database:
        years = await import_calendar(database, chosen.file.name, data)
    for year, count in sorted(years.items()):
        print(f"{year}: {count} days")
    return 0


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the days that are not as their weekday is."""
    from bot.records.working_days import read_calendar

    async with open_store(settings) as database:
        calendar = await read_calendar(database)
    if not calendar.knows(chosen.year):
        print(
            f"{chosen.year}: no holidays are known, only weekends are days off; `minping calendar import FILE`"
        )
    for day in sorted(calendar.off | calendar.worked):
        if day.year == chosen.year:
            print(f"{day}  {_weekday(day)}  {'work' if day in calendar.worked else 'off'}")
    return 0


def _weekday(day: date) -> str:
    return ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day.weekday()]
