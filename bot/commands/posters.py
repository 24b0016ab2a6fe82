"""``minping posters``: a poster for each service counter, to be printed."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.campaigns.lifecycle import show_campaign
from bot.campaigns.live_campaigns import load_definition
from bot.commands.import_ import read_file
from bot.core.settings import Settings, variable
from bot.core.shipped_files import shipped_words
from bot.core.urls import citizen_urls
from bot.service.composition import open_store
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput

PLACES = ("web", "telegram")


def register(commands: Any) -> None:
    """Add the command."""
    from bot.publication.reports.counter_file import FIELDS

    columns = ", ".join(f"[{field.name}]" if field.optional else field.name for field in FIELDS)
    text = "make a PDF with a poster for each service counter, with the code that opens the rating of its unit"
    parser = commands.add_parser(
        "posters", help=text, description=f"{text}; columns (CSV or XLSX): {columns}"
    )
    parser.add_argument("campaign", metavar="CAMPAIGN")
    parser.add_argument("file", type=Path, metavar="FILE", help="the counters")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
    parser.add_argument(
        "--to", choices=PLACES, default=PLACES[0], help=f"where it opens; default: {PLACES[0]}"
    )
    parser.set_defaults(run=run)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write the PDF."""
    from bot.publication.reports.counter_file import read_counters
    from bot.publication.reports.posters import render_posters
    from bot.spreadsheets.reader import read_sheet

    _check_settings(settings, chosen.to)
    data = await asyncio.to_thread(read_file, chosen.file)
    sheet = await asyncio.to_thread(read_sheet, chosen.file.name, data)
    async with open_store(settings) as database:
        summary = await show_campaign(database, chosen.campaign)
        async with reading(database) as connection:
            query = select(tables.campaigns).where(tables.campaigns.c.id == summary.id)
            row = (await connection.execute(query)).one()
    if summary.state in ("closing", "closed"):
        raise BadInput("this campaign is over; nothing can be rated by a poster of it", summary.id)
    definition = load_definition(
        row, list(summary.links), shipped_words(), ZoneInfo(settings.timezone)
    )
    counters = read_counters(sheet, definition.units)
    # What hangs where everybody passes vouches for nobody: only the open link is ever printed.
    link = next(link for link in summary.links if link.source == "open")
    leads = {
        counter.unit: citizen_urls(settings, link, counter.unit)[PLACES.index(chosen.to)]
        for counter in counters
    }
    [file] = await asyncio.to_thread(render_posters, definition, counters, leads)
    await asyncio.to_thread(_write, chosen.out, file)
    print(f"{chosen.out}: {len(counters)} posters")
    return 0


def _check_settings(settings: Settings, place: str) -> None:
    name = "public_url" if place == "web" else "telegram_name"
    if not getattr(settings, name):
        raise BadInput("set it first: it stands in the address that is printed", variable(name))


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise BadInput(f"the file cannot be written ({error.strerror})", str(path)) from error
