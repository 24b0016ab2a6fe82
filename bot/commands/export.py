"""``minping export``: a year or a campaign as a workbook, CSV, Parquet and SPSS files."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from survey_flows.errors import BadInput

FORMS = ("xlsx", "csv", "parquet", "sav")


def register(commands: Any) -> None:
    """Add the command."""
    text = "write a year's appraisal, or one campaign's scores, as XLSX, CSV, Parquet and SPSS (figures, never ballots)"
    parser = commands.add_parser("export", help=text, description=text)
    parser.add_argument("--year", type=int, help="the year to export")
    parser.add_argument(
        "--campaign",
        nargs="+",
        default=[],
        metavar="ID",
        help="a closed campaign; with --year, whose scores",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="where to write; it is made if need be",
    )
    parser.add_argument("--format", choices=[*FORMS, "all"], default="all", help="default all")
    parser.add_argument(
        "--audience",
        choices=["public", "internal"],
        default="public",
        help="public (default): nothing about persons; internal: leaders, proposals and reasons too",
    )
    parser.set_defaults(run=run, fail=parser.error)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write the files and name them."""
    from bot.publication.exports import Audience, export_campaign, export_year

    if chosen.year is None and len(chosen.campaign) != 1:
        chosen.fail("give --year, or --campaign with one campaign")
    async with open_store(settings) as database:
        if chosen.year is not None:
            audience = Audience(chosen.audience)
            book = await export_year(
                database, chosen.year, audience, settings.timezone, chosen.campaign
            )
            name = f"minping-{chosen.year}" + ("-internal" if audience is Audience.INTERNAL else "")
        else:
            book = await export_campaign(database, chosen.campaign[0], settings.timezone)
            name = f"minping-{chosen.campaign[0]}"
    for path in await asyncio.to_thread(_write, chosen.out, _files(book, name, chosen.format)):
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
    return [keep_file(folder / name, data) for name, data in files.items()]


def keep_file(path: Path, data: bytes) -> Path:
    """Write a file, in a folder that is made if need be; raises `BadInput` where that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise BadInput(f"the file cannot be written ({error.strerror})", str(path)) from error
    return path
