"""``minping bundle``: what anybody needs to check a campaign that is over."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.app import open_store
from bot.settings import Settings
from survey_flows.errors import BadInput


def register(commands: Any) -> None:
    """Add the command."""
    text = "write the bundle by which anybody can check a closed campaign with `minping verify`"
    parser = commands.add_parser("bundle", help=text, description=text)
    parser.add_argument("campaign", metavar="CAMPAIGN")
    parser.add_argument("file", metavar="FILE.zip", type=Path)
    parser.add_argument(
        "--openings",
        action="store_true",
        help="for auditors: open every ballot and comment too (never publish this one)",
    )
    parser.set_defaults(run=run)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write the file and name it."""
    from bot.bundles import make_bundle, pack

    async with open_store(settings) as database:
        files = await make_bundle(database, chosen.campaign, chosen.openings)
    await asyncio.to_thread(_write, chosen.file, await asyncio.to_thread(pack, files))
    print(chosen.file)
    return 0


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise BadInput(f"the file cannot be written ({error.strerror})", str(path)) from error
