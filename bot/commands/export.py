"""``minping export``: a year or a campaign as a workbook, CSV, Parquet and SPSS files."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.campaigns.summaries import show_campaign
from bot.campaigns.titles import file_mark
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.auditing import READS_ONLY
from bot.terminal.files import write_file
from bot.terminal.second_person import office_here
from bot.terminal.words import worded
from survey_flows.errors import Message

FORMS = ("xlsx", "csv", "parquet", "sav")


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-export")
    parser = commands.add_parser("export", help=text, description=text)
    parser.add_argument("--year", type=int, help=Message("help-export-year"))
    parser.add_argument(
        "--campaign",
        nargs="+",
        default=[],
        metavar="ID",
        help=Message("help-export-campaign"),
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FOLDER",
        help=Message("help-folder"),
    )
    parser.add_argument(
        "--format", choices=[*FORMS, "all"], default="all", help=Message("help-default-all")
    )
    parser.add_argument(
        "--audience",
        choices=["public", "internal"],
        default="public",
        help=Message("help-export-audience"),
    )
    parser.set_defaults(run=run, audit=READS_ONLY, fail=parser.error)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write the files and name them."""
    from bot.publication.exports import Audience, export_campaign, export_year

    if chosen.year is None and len(chosen.campaign) != 1:
        chosen.fail(worded(Message("export-year-or-campaign")))
    async with open_store(settings) as database:
        if chosen.year is not None:
            audience = Audience(chosen.audience)
            book = await export_year(
                database,
                chosen.year,
                audience,
                settings.timezone,
                office_here(settings).today,
                chosen.campaign,
                settings.city,
            )
            name = f"minping-{chosen.year}" + ("-internal" if audience is Audience.INTERNAL else "")
        else:
            named = (chosen.campaign[0], settings.timezone, settings.city)
            book = await export_campaign(database, *named)
            summary = await show_campaign(database, chosen.campaign[0])
            name = f"minping-{summary.id}{file_mark(summary.aim.pilot)}"
    files = _files(book, name, chosen.format)
    for path in await asyncio.to_thread(_write, chosen.out, files):
        print(path)
    return 0


def _files(book: Any, name: str, form: str) -> dict[str, bytes]:
    from bot.publication.exports import csv_files, statistical_files, workbook

    files = {}
    for chosen in FORMS if form == "all" else (form,):
        if chosen == "xlsx":
            files[f"{name}.xlsx"] = workbook(book)
        else:
            made = csv_files(book) if chosen == "csv" else statistical_files(book, chosen)
            files |= {f"{name}/{file}": data for file, data in made.items()}
    return files


def _write(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    return [write_file(folder / name, data, make_folder=True) for name, data in files.items()]
