"""``minping verify``: check a bundle. Needs no database and no network."""

from __future__ import annotations

import argparse
import asyncio
import gc
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from survey_flows.errors import BadInput


def register(commands: Any) -> None:
    """Add the command."""
    text = "check the bundle of a campaign: signatures, entries, a receipt, scores; one line for each check"
    parser = commands.add_parser("verify", help=text, description=text)
    parser.add_argument("bundle", metavar="BUNDLE.zip", type=Path)
    parser.add_argument(
        "--key", action="append", default=[], metavar="VKEY", help="the log's public key"
    )
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="VKEY",
        help="a witness whose signature has to be there",
    )
    parser.add_argument("--receipt", default="", metavar="CODE", help="a receipt: is it included?")
    parser.add_argument(
        "--since",
        type=Path,
        metavar="FILE",
        help="an older checkpoint: did the log only grow since?",
    )
    parser.add_argument(
        "--inclusion", type=Path, metavar="FILE", help="a proof of inclusion that the service gave"
    )
    parser.set_defaults(run=run)


async def run(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each check; 1 when any of them fails."""
    return await asyncio.to_thread(_verify, chosen)


def _verify(chosen: argparse.Namespace) -> int:
    from bot.verification.bundle_format import unpack
    from bot.verification.bundle_reader import VerificationRequest
    from bot.verification.verifier import verify
    from survey_flows.signed_notes import read_key

    gc.disable()  # a million ballots are kept until the end: walking through them again and again doubles the time
    wanted = VerificationRequest(
        keys=[read_key(key) for key in chosen.key],
        witnesses=[read_key(key) for key in chosen.witness],
        receipt=chosen.receipt,
        since=_read(chosen.since) if chosen.since else "",
        inclusion=_read(chosen.inclusion) if chosen.inclusion else "",
    )
    checks = verify(unpack(chosen.bundle), wanted)
    for check in checks:
        print(f"{'ok' if check.ok else 'FAIL':4}  {check.what}")
    return int(not all(check.ok for check in checks))


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise BadInput(f"the file cannot be read ({error.strerror})", str(path)) from error
    except UnicodeDecodeError as error:
        raise BadInput("this is not text in UTF-8", str(path)) from error
