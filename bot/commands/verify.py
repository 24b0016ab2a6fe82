"""``minping verify``: check a bundle, without database and network."""

from __future__ import annotations

import argparse
import asyncio
import gc
from pathlib import Path
from typing import Any

from bot.core.settings import Settings, read_language
from bot.terminal.auditing import READS_ONLY
from bot.terminal.files import read_text
from bot.terminal.tables import print_check
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-verify")
    parser = commands.add_parser("verify", help=text, description=text)
    parser.add_argument("bundle", metavar="BUNDLE.zip", type=Path)
    parser.add_argument(
        "--key", action="append", default=[], metavar="VKEY", help=Message("help-verify-key")
    )
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="VKEY",
        help=Message("help-verify-witness"),
    )
    parser.add_argument(
        "--receipt", default="", metavar="CODE", help=Message("help-verify-receipt")
    )
    parser.add_argument(
        "--since",
        type=Path,
        metavar="FILE",
        help=Message("help-verify-since"),
    )
    parser.add_argument(
        "--inclusion", type=Path, metavar="FILE", help=Message("help-verify-inclusion")
    )
    parser.add_argument("--promise", type=Path, metavar="FILE", help=Message("help-verify-promise"))
    parser.set_defaults(run=run, audit=READS_ONLY)


async def run(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each check; 1 when any of them fails."""
    return await asyncio.to_thread(_verify, chosen)


def _verify(chosen: argparse.Namespace) -> int:
    from bot.verification.bundle_format import unpack
    from bot.verification.bundle_reader import VerificationRequest
    from bot.verification.verifier import verify
    from survey_flows.signed_notes import read_key

    # A million ballots stay in memory until the end: collecting garbage doubles the time.
    gc.disable()
    wanted = VerificationRequest(
        keys=[read_key(key) for key in chosen.key],
        witnesses=[read_key(key) for key in chosen.witness],
        receipt=chosen.receipt,
        since=read_text(chosen.since) if chosen.since else "",
        inclusion=read_text(chosen.inclusion) if chosen.inclusion else "",
        promise=read_text(chosen.promise) if chosen.promise else "",
    )
    checks = verify(unpack(chosen.bundle), wanted)
    for check in checks:
        print_check(check.ok, check.render(read_language()))
    return int(not all(check.ok for check in checks))
