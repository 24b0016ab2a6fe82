"""``minping verify-year``: check a sealed year by its bundle, without database and network."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.core.settings import Settings, read_language
from bot.terminal.auditing import READS_ONLY
from bot.terminal.files import read_text
from bot.terminal.tables import print_line
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-verify-year")
    parser = commands.add_parser("verify-year", help=text, description=text)
    parser.add_argument("bundle", metavar="BUNDLE.zip", type=Path)
    for name, help_text in (("--key", "help-verify-key"), ("--witness", "help-verify-witness")):
        parser.add_argument(
            name, action="append", default=[], metavar="VKEY", help=Message(help_text)
        )
    parser.add_argument("--since", type=Path, metavar="FILE", help=Message("help-verify-since"))
    parser.set_defaults(run=run, audit=READS_ONLY)


async def run(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each check, difference and open question; 1 when a check fails."""
    return await asyncio.to_thread(_verify, chosen)


def _verify(chosen: argparse.Namespace) -> int:
    from bot.appraisal.year_bundle_format import has_files_of_year
    from bot.appraisal.year_verifier import State, verify_year
    from bot.verification.bundle_format import unpack
    from bot.verification.bundle_reader import VerificationRequest
    from survey_flows.signed_notes import read_key

    wanted = VerificationRequest(
        keys=[read_key(key) for key in chosen.key],
        witnesses=[read_key(key) for key in chosen.witness],
        since=read_text(chosen.since) if chosen.since else "",
    )
    lines = verify_year(unpack(chosen.bundle, has_files_of_year), wanted)
    for line in lines:
        print_line(line.state, line.render(read_language()))
    return int(any(line.state is State.FAIL for line in lines))
