"""``minping quotas``: how many people may rate a unit, by cell: given to a draft, and how far they are filled."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from aggregation.disclosure.rounding import ROUNDING_BASE
from bot.commands.import_ import read_file
from bot.core.settings import Settings
from bot.service.composition import open_store


def register(commands: Any) -> None:
    """Add the command and its parts."""
    from bot.campaigns.quota_file import FIELDS

    parser = commands.add_parser("quotas", help="how many people may rate a unit, by cell")
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    columns = ", ".join(f"[{field.name}]" if field.optional else field.name for field in FIELDS)
    text = f"give a draft these quotas in place of those it had; columns (CSV or XLSX): {columns}"
    give = parts.add_parser("set", help="give a draft the quotas of a table", description=text)
    give.add_argument("campaign")
    give.add_argument("file", type=Path, metavar="FILE")
    give.set_defaults(run=run_set)
    show = parts.add_parser("show", help="how far each quota is filled")
    show.add_argument("campaign")
    show.set_defaults(run=run_show)


async def run_set(settings: Settings, chosen: argparse.Namespace) -> int:
    """Store the quotas of a table."""
    from bot.campaigns.quotas import set_quotas

    data = await asyncio.to_thread(read_file, chosen.file)
    async with open_store(settings) as database:
        count = await set_quotas(database, chosen.campaign, chosen.file.name, data)
    print(f"{count} quotas; the log registers them when the campaign is opened")
    return 0


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the quotas."""
    from bot.campaigns.quotas import show_quotas

    async with open_store(settings) as database:
        found = await show_quotas(database, chosen.campaign)
    for fill in found:
        cell = fill.cell
        named = "/".join(filter(None, (cell.unit, cell.group, cell.stratum, cell.source)))
        told = (
            "full"
            if fill.full
            else f"fewer than {ROUNDING_BASE}"
            if fill.taken is None
            else f"at least {fill.taken}"
        )
        print(f"{named}: {'0' if fill.taken == 0 else told} of {fill.capacity}")
    if not found:
        print("this campaign has no quotas; `minping quotas set` gives them to a draft")
    return 0
