"""``minping posters``: a poster for each service counter, to be printed."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.campaigns.live_campaigns import load_definition
from bot.campaigns.organiser import organiser_in
from bot.campaigns.states import OVER
from bot.campaigns.summaries import show_campaign
from bot.core.settings import Settings, variable
from bot.core.shipped_files import shipped_words
from bot.core.urls import citizen_urls
from bot.service.composition import open_store
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.terminal.auditing import READS_ONLY
from bot.terminal.files import read_file, write_file
from bot.terminal.words import say
from survey_flows.campaign_definition import EVERYONE, Link
from survey_flows.errors import BadInput, Message, Place

PLACES = ("web", "telegram")


def register(commands: Any) -> None:
    """Add the command."""
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
            organiser = await organiser_in(connection)
    if summary.state in OVER:
        raise BadInput(Message("posters-campaign-closed"), Place(subject=summary.id))
    definition = load_definition(
        row, list(summary.links), shipped_words(), ZoneInfo(settings.timezone)
    )
    # A draft is told of as it will be registered.
    definition = replace(definition, organiser=definition.organiser or organiser)
    if definition.organiser is None:
        raise BadInput(Message("posters-organiser-missing"))
    counters = read_counters(sheet, definition.units)
    # Everybody can use a poster, so it must vouch for nobody: only the open link is printed.
    # A pilot's poster leads into the pilot; every other outlives its campaign.
    everybody = not definition.aim.pilot and definition.door == EVERYONE
    link = Link("") if everybody else next(x for x in summary.links if x.source == "open")
    leads = {
        counter.unit: citizen_urls(settings, link, counter.unit)[PLACES.index(chosen.to)]
        for counter in counters
    }
    [file] = await asyncio.to_thread(render_posters, definition, counters, leads)
    await asyncio.to_thread(write_file, chosen.out, file)
    say(Message("posters-written", file=str(chosen.out), count=len(counters)))
    return 0


def _check_settings(settings: Settings, place: str) -> None:
    name = "public_url" if place == "web" else "telegram_name"
    if not getattr(settings, name):
        raise BadInput(Message("posters-address-unset"), Place(field=variable(name)))
