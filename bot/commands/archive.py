"""``minping archive``: counts of a closed campaign in Parquet files; their check and scores."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.parsing import add_language
from bot.terminal.progress import bar
from bot.terminal.words import say, worded
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command and its steps."""
    text = Message("help-archive")
    parser = commands.add_parser("archive", help=text, description=text)
    steps = parser.add_subparsers(title="steps", required=True, metavar="STEP")
    text = Message("help-archive-write")
    write = steps.add_parser("write", help=text, description=text)
    write.add_argument("campaign", metavar="CAMPAIGN")
    write.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help=Message("help-folder")
    )
    write.add_argument(
        "--auditors",
        action="store_true",
        help=Message("help-archive-write-auditors"),
    )
    write.set_defaults(run=run_write, audit=Audit("archive write", the("campaign")))
    text = Message("help-archive-check")
    check = steps.add_parser("check", help=text, description=text)
    check.add_argument("folder", type=Path, metavar="FOLDER")
    check.add_argument(
        "--engine",
        choices=["duckdb", "spark"],
        default="duckdb",
        help=Message("help-archive-check-engine"),
    )
    check.set_defaults(run=run_check, audit=READS_ONLY)
    text = Message("help-archive-score")
    score = steps.add_parser("score", help=text, description=text)
    score.add_argument("folder", type=Path, metavar="FOLDER")
    score.add_argument("--json", action="store_true", help=Message("help-json-scores"))
    add_language(score)
    score.set_defaults(run=run_score, audit=READS_ONLY)


async def run_write(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write the files that are new or have changed."""
    from bot.results.archive.writer import write_archive

    with bar(worded(Message("bar-ballots"))) as progress:
        async with open_store(settings) as database:
            done = await write_archive(
                database, chosen.campaign, chosen.out, chosen.auditors, progress
            )
    say(
        Message(
            "archive-written",
            folder=str(chosen.out),
            campaign=chosen.campaign,
            files=len(done.manifest.parts),
            new=len(done.read),
        )
    )
    return 0


async def run_check(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Print each property that was verified."""
    from bot.results.archive.format import check_archive
    from bot.results.scan import counts_from_parquet
    from bot.results.scan_spark import counts_from_spark

    scan = counts_from_spark if chosen.engine == "spark" else counts_from_parquet
    with bar(worded(Message("bar-ballots"))) as progress:
        found = await asyncio.to_thread(check_archive, chosen.folder, scan, progress)
    manifest = found.manifest
    campaign, digest = manifest.campaign, found.digest
    say(Message("archive-intact", folder=str(chosen.folder), campaign=campaign))
    print("  " + worded(Message("archive-files", files=len(manifest.parts), digest=digest)))
    if manifest.size:
        print("  " + worded(Message("archive-checkpoint", size=manifest.size)))
    if found.scanned:
        print("  " + worded(Message("archive-ballots-agree", engine=chosen.engine)))
    return 0


async def run_score(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the table, best first; units with too few answers are not ranked and stand last."""
    from bot.commands.score import print_scored
    from bot.results.archive.scores import score_archive

    found = await asyncio.to_thread(score_archive, chosen.folder)
    print_scored(found.scored, chosen.json, chosen.lang)
    return 0
