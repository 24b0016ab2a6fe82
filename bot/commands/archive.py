"""``minping archive``: a closed campaign's counts in Parquet files, their check, and the scores from them alone."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.progress import bar


def register(commands: Any) -> None:
    """Add the command and its steps."""
    text = (
        "write, check and score the archive of a closed campaign: counted patterns in Parquet files"
    )
    parser = commands.add_parser("archive", help=text, description=text)
    steps = parser.add_subparsers(title="steps", required=True, metavar="STEP")
    text = "write the archive, or bring it up to date; interrupted, it goes on where it stopped"
    write = steps.add_parser("write", help=text, description=text)
    write.add_argument("campaign", metavar="CAMPAIGN")
    write.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="where; it is made if need be"
    )
    write.add_argument(
        "--auditors",
        action="store_true",
        help="single ballots with their pseudonyms and receipts' places too, for auditors (never publish this one)",
    )
    write.set_defaults(run=run_write)
    text = "verify every file of an archive, and that single ballots, if there are any, give the counts"
    check = steps.add_parser("check", help=text, description=text)
    check.add_argument("folder", type=Path, metavar="FOLDER")
    check.add_argument(
        "--engine",
        choices=["duckdb", "spark"],
        default="duckdb",
        help="what counts single ballots; default duckdb",
    )
    check.set_defaults(run=run_check)
    text = (
        "print the public scores from an archive alone, as `minping score` does from the database"
    )
    score = steps.add_parser("score", help=text, description=text)
    score.add_argument("folder", type=Path, metavar="FOLDER")
    score.add_argument("--json", action="store_true", help="print JSON, exact to four decimals")
    score.add_argument(
        "--lang", choices=["zh-Hans", "en"], default="zh-Hans", help="default zh-Hans"
    )
    score.set_defaults(run=run_score)


async def run_write(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write what is new or has changed."""
    from bot.results.archive.writer import write_archive

    with bar("ballots") as progress:
        async with open_store(settings) as database:
            done = await write_archive(
                database, chosen.campaign, chosen.out, chosen.auditors, progress
            )
    files = len(done.manifest.parts)
    print(f"{chosen.out}: {files} files of {chosen.campaign}, {len(done.read)} of them written now")
    return 0


async def run_check(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Say what was found to be so."""
    from bot.results.archive.format import check_archive
    from bot.results.scan import counts_from_parquet
    from bot.results.scan_spark import counts_from_spark

    scan = counts_from_spark if chosen.engine == "spark" else counts_from_parquet
    with bar("ballots") as progress:
        found = await asyncio.to_thread(check_archive, chosen.folder, scan, progress)
    manifest = found.manifest
    print(f"{chosen.folder}: the archive of {manifest.campaign} is as it was written")
    print(f"  {len(manifest.parts)} files, SHA-256 of the manifest {found.digest}")
    if manifest.size:
        print(f"  at the log's checkpoint of {manifest.size} entries")
    if found.scanned:
        print(f"  its single ballots, counted with {chosen.engine}, give the counts")
    return 0


async def run_score(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the table, best first; units with too few answers are not ranked and stand last."""
    from bot.commands.score import print_scored
    from bot.results.archive.scores import score_archive

    found = await asyncio.to_thread(score_archive, chosen.folder)
    print_scored(found.scored, chosen.json, chosen.lang)
    return 0
