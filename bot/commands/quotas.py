"""``minping quotas``: set the response quotas of a draft, and show how far they are filled."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.files import read_file
from bot.terminal.words import rounded_count, say
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command and its parts."""
    from bot.campaigns.quota_file import FIELDS

    parser = commands.add_parser("quotas", help=Message("help-quotas"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    columns = ", ".join(f"[{field.name}]" if field.optional else field.name for field in FIELDS)
    text = Message("help-quotas-set-columns", columns=columns)
    give = parts.add_parser("set", help=Message("help-quotas-set"), description=text)
    give.add_argument("campaign", metavar="CAMPAIGN")
    give.add_argument("file", type=Path, metavar="FILE")
    give.set_defaults(run=run_set, audit=Audit("quotas set", the("campaign")))
    show = parts.add_parser("show", help=Message("help-quotas-show"))
    show.add_argument("campaign", metavar="CAMPAIGN")
    show.set_defaults(run=run_show, audit=READS_ONLY)


async def run_set(settings: Settings, chosen: argparse.Namespace) -> int:
    """Store the quotas of a table."""
    from bot.campaigns.quotas import set_quotas

    data = await asyncio.to_thread(read_file, chosen.file)
    async with open_store(settings) as database:
        count = await set_quotas(database, chosen.campaign, chosen.file.name, data)
    say(Message("quotas-set", count=count))
    return 0


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the quotas."""
    from bot.campaigns.quotas import show_quotas

    async with open_store(settings) as database:
        found = await show_quotas(database, chosen.campaign)
    for fill in found:
        cell = fill.cell
        named = "/".join(filter(None, (cell.unit, cell.group, cell.stratum, cell.source)))
        full = fill.full and fill.taken != 0
        taken = Message("quotas-full") if full else rounded_count(fill.taken)
        say(Message("quotas-fill", cell=named, taken=taken, capacity=fill.capacity))
    if not found:
        say(Message("quotas-none"))
    return 0
