"""``minping table``: a table of a year as it stands, to be changed and brought in again by ``minping import``."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.commands.export import keep_file
from bot.core.settings import Settings
from bot.service.composition import open_store

LANGUAGES = ("zh-Hans", "en")


def register(commands: Any) -> None:
    """Add the command."""
    from bot.appraisal.import_tables import TABLES

    text = "write a table as it stands, as XLSX with the codes to choose from, for `minping import`"
    parser = commands.add_parser("table", help=text, description=text)
    parser.add_argument(
        "kind", choices=TABLES, help="; ".join(f"{kind}: {it.help}" for kind, it in TABLES.items())
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--year", type=int, default=0, help="the year that is appraised; units need none"
    )
    parser.add_argument(
        "--scheme", type=Path, help="whose codes are listed; default: that of the year's campaign"
    )
    parser.add_argument(
        "--lang",
        choices=LANGUAGES,
        default="zh-Hans",
        help="of headings and names; default zh-Hans",
    )
    parser.set_defaults(run=run)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write the file and name it."""
    from bot.appraisal.import_tables import table_workbook
    from bot.campaigns.scheme_files import load_scheme_file

    scheme = await asyncio.to_thread(load_scheme_file, chosen.scheme) if chosen.scheme else None
    async with open_store(settings) as database:
        body = await table_workbook(database, chosen.kind, chosen.year, chosen.lang, scheme)
    print(await asyncio.to_thread(keep_file, chosen.out, body))
    return 0
