"""``minping witness``: watch a log and sign its checkpoints for as long as it only grows."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import time
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from survey_flows.errors import BadInput


def register(commands: Any) -> None:
    """Add the command."""
    text = "watch a log and sign its checkpoints for as long as it only grows (run it elsewhere than the service)"
    parser = commands.add_parser("witness", help=text, description=text)
    parser.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="the witness's secret key"
    )
    parser.add_argument(
        "--name", help="make a key of this name, e.g. witness.example/1, and print its public key"
    )
    parser.add_argument("--log", metavar="URL", help="the service whose log is watched")
    parser.add_argument("--log-key", metavar="VKEY", help="the log's public key")
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help="remembers the last checkpoint that was signed"
    )
    parser.add_argument(
        "--every",
        type=int,
        default=0,
        metavar="SECONDS",
        help="look again and again; default: once",
    )
    parser.set_defaults(run=run, fail=parser.error)


async def run(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Make a key, or watch. A log that was rolled back or rewritten ends it with exit code 1."""
    from bot.crypto.note_signatures import public_key, read_secret, write_secret
    from bot.verification.witness import Witness, WitnessClient
    from survey_flows.signed_notes import COSIGNATURE, good_name, read_key

    if chosen.name:
        if not good_name(chosen.name):
            raise BadInput("a name has no spaces and no plus signs", chosen.name)
        await asyncio.to_thread(
            _make, chosen.key, write_secret(secrets.token_bytes(32), chosen.name)
        )
    name, seed = read_secret(await asyncio.to_thread(_read, chosen.key))
    if not chosen.log:
        print(public_key(seed, name, COSIGNATURE).write())
        return 0
    if not chosen.log_key or not chosen.state:
        chosen.fail("give --log-key and --state too")
    witness = Witness(name, seed, read_key(chosen.log_key))
    await _watch(
        WitnessClient(witness, chosen.log, chosen.state, lambda: int(time.time())), chosen.every
    )
    return 0


async def _watch(watch: Any, every: int) -> None:
    import aiohttp

    from bot.verification.witness import LogForked

    async with aiohttp.ClientSession() as session:
        while True:
            try:
                outcome = await watch.check_growth(session)
                print(
                    f"{'signed' if outcome.signed else 'nothing new'}: {outcome.size} entries",
                    flush=True,
                )
            except LogForked:
                raise
            except BadInput as error:
                if not every:
                    raise
                print(f"{error}; trying again in {every} s", flush=True)
            if not every:
                return
            await asyncio.sleep(every)


def _make(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadInput(
            "there is a key already; name another file, or leave out --name", str(path)
        ) from None
    except OSError as error:
        raise BadInput(f"the file cannot be written ({error.strerror})", str(path)) from error
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("the key cannot be read; make one with --name", str(path)) from error
