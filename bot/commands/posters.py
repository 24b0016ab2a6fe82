"""``minping posters``: a poster for each service counter, to be printed."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.auditing import READS_ONLY
from bot.terminal.files import read_file, write_file
from bot.terminal.words import say
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command."""
    from bot.publication.reports.campaign_posters import PLACES
    from bot.publication.reports.counter_file import FIELDS

    columns = ", ".join(f"[{field.name}]" if field.optional else field.name for field in FIELDS)
    text = Message("help-posters")
    parser = commands.add_parser(
        "posters",
        help=text,
        description=Message("help-posters-columns", columns=columns),
    )
    parser.add_argument("campaign", metavar="CAMPAIGN")
    parser.add_argument("file", type=Path, metavar="FILE", help=Message("help-posters-file"))
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
    parser.add_argument(
        "--to", choices=PLACES, default=PLACES[0], help=Message("help-posters-to", place=PLACES[0])
    )
    parser.set_defaults(run=run, audit=READS_ONLY)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write the PDF."""
    from bot.publication.reports.campaign_posters import campaign_posters
    from bot.spreadsheets.reader import read_sheet

    data = await asyncio.to_thread(read_file, chosen.file)
    sheet = await asyncio.to_thread(read_sheet, chosen.file.name, data)
    async with open_store(settings) as database:
        file, count = await campaign_posters(database, settings, chosen.campaign, sheet, chosen.to)
    await asyncio.to_thread(write_file, chosen.out, file)
    say(Message("posters-written", file=str(chosen.out), count=count))
    return 0
