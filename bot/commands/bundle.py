"""``minping bundle``: what anybody needs to check a campaign that is over."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.ballots.remote_mixer import RemoteMixer
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.crypto.gate_keys import load_gate_keys
from bot.service.composition import finish_closing, make_mixer, open_store
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
    """Put the result into the log, write the file, and name it and the log's key."""
    from bot.verification.bundle import make_bundle, pack, request_result_entry

    keys = load_gate_keys(settings.data / "keys")
    async with open_store(settings) as database:
        mixer = make_mixer(settings, database, keys, SystemClock())
        await request_result_entry(database, chosen.campaign)
        await finish_closing(settings, database, keys, SystemClock())
        if isinstance(mixer, RemoteMixer) and not await mixer.wait(0):
            raise BadInput(
                "the mixer has not put the result into the log; see that it runs, and try again",
                "mixer",
            )
        files = await make_bundle(database, chosen.campaign, chosen.openings)
    await asyncio.to_thread(_write, chosen.file, await asyncio.to_thread(pack, files))
    print(chosen.file)
    print(f"check it: minping verify {chosen.file} --key {mixer.key.write()}")
    return 0


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise BadInput(f"the file cannot be written ({error.strerror})", str(path)) from error
