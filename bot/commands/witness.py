"""``minping witness``: watch a log and cosign its checkpoints for as long as it only grows."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import time
from pathlib import Path
from typing import Any

from bot.core.file_errors import unwritable
from bot.core.settings import Settings, read_language
from bot.terminal.auditing import READS_ONLY
from bot.terminal.words import say, worded
from survey_flows.errors import BadInput, Message, Place


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-witness")
    parser = commands.add_parser("witness", help=text, description=text)
    parser.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help=Message("help-witness-key")
    )
    parser.add_argument("--name", help=Message("help-witness-name"))
    parser.add_argument("--log", metavar="URL", help=Message("help-witness-log"))
    parser.add_argument("--log-key", metavar="VKEY", help=Message("help-witness-log-key"))
    parser.add_argument("--state", type=Path, metavar="FILE", help=Message("help-witness-state"))
    parser.add_argument(
        "--every",
        type=int,
        default=0,
        metavar="SECONDS",
        help=Message("help-witness-every"),
    )
    parser.set_defaults(run=run, audit=READS_ONLY, fail=parser.error)


async def run(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Make a key, or watch; a log that was rolled back or rewritten ends it with exit code 1."""
    from bot.crypto.note_signatures import public_key, read_secret, write_secret
    from bot.verification.witness import Witness, WitnessClient
    from survey_flows.signed_notes import COSIGNATURE, good_name, read_key

    if chosen.name:
        if not good_name(chosen.name):
            raise BadInput(Message("witness-name"), Place(subject=chosen.name))
        await asyncio.to_thread(
            _write_key, chosen.key, write_secret(secrets.token_bytes(32), chosen.name)
        )
    name, seed = read_secret(await asyncio.to_thread(_read, chosen.key))
    if not chosen.log:
        print(public_key(seed, name, COSIGNATURE).write())
        return 0
    if not chosen.log_key or not chosen.state:
        chosen.fail(worded(Message("witness-log-options")))
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
                signed = Message("witness-signed", size=outcome.size)
                say(
                    signed if outcome.signed else Message("witness-unchanged", size=outcome.size),
                    flush=True,
                )
            except LogForked:
                raise
            except BadInput as error:
                if not every:
                    raise
                reason = error.render(read_language())
                say(Message("witness-retry", reason=reason, seconds=every), flush=True)
            if not every:
                return
            await asyncio.sleep(every)


def _write_key(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadInput(Message("witness-key-exists"), Place(file=str(path))) from None
    except OSError as error:
        raise unwritable(error, path) from error
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(Message("witness-key-unreadable"), Place(file=str(path))) from error
