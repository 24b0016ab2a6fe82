"""``minping table``: a stored table of a year as XLSX, to be changed and imported again."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.auditing import READS_ONLY
from bot.terminal.files import write_file
from survey_flows.errors import Message

LANGUAGES = ("zh-Hans", "en")


def register(commands: Any) -> None:
    """Add the command."""
    from bot.appraisal.table_kinds import TABLES

    text = Message("help-table")
    parser = commands.add_parser("table", help=text, description=text)
    kinds = tuple(
        Message("help-table-kind", kind=kind, help=table.help) for kind, table in TABLES.items()
    )
    parser.add_argument(
        "kind", choices=TABLES, metavar="TABLE", help=Message("help-table-kinds", kinds=kinds)
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--year", type=int, default=0, help=Message("help-table-year"))
    parser.add_argument("--scheme", type=Path, help=Message("help-table-scheme"))
    parser.add_argument(
        "--lang",
        choices=LANGUAGES,
        default="zh-Hans",
        help=Message("help-table-lang"),
    )
    parser.set_defaults(run=run, audit=READS_ONLY)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write the file and name it."""
    from bot.appraisal.import_tables import table_workbook
    from bot.campaigns.scheme_files import load_scheme_file

    scheme = await asyncio.to_thread(load_scheme_file, chosen.scheme) if chosen.scheme else None
    async with open_store(settings) as database:
        body = await table_workbook(database, chosen.kind, chosen.year, chosen.lang, scheme)
    print(await asyncio.to_thread(write_file, chosen.out, body, make_folder=True))
    return 0
