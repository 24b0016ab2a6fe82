"""``minping mixer``: the mixer as a process of its own, with keys that the service lacks."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path
from typing import Any

from bot.ballots.mixer import Mixer
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.crypto.keyrings import Keyring
from bot.crypto.secret_files import SIZE
from bot.service.composition import MIX_SECONDS, MIXING, PATIENCE, open_store, running
from bot.service.installation_keys import open_keys
from bot.service.task_states import TaskStates, repeat
from bot.terminal.auditing import READS_ONLY
from bot.terminal.words import say
from bot.verification.result_decision import result_check
from survey_flows.errors import BadInput, Message, Place


def register(commands: Any) -> None:
    """Add the command and its parts."""
    text = Message("help-mixer")
    parser = commands.add_parser("mixer", help=text, description=text)
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    gate = parts.add_parser("gate", help=Message("help-mixer-gate"))
    gate.set_defaults(run=run_gate, audit=READS_ONLY)
    desk = parts.add_parser("desk", help=Message("help-mixer-desk"))
    desk.set_defaults(run=run_desk, audit=READS_ONLY)
    key = parts.add_parser("key", help=Message("help-mixer-key"))
    work = parts.add_parser("run", help=Message("help-mixer-run"))
    for part in (key, work):
        part.add_argument(
            "--keys", type=Path, required=True, metavar="FOLDER", help=Message("help-mixer-keys")
        )
    for option, text in (
        ("--gate", Message("help-mixer-run-gate")),
        ("--desk", Message("help-mixer-run-desk")),
    ):
        work.add_argument(option, required=True, metavar="KEY", help=text)
    key.set_defaults(run=run_key, audit=READS_ONLY)
    work.set_defaults(run=run_mixer, audit=READS_ONLY)


async def run_gate(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Print the gate's public key."""
    async with open_store(settings) as database:
        print((await open_keys(settings, database)).gate.public().hex())
    return 0


async def run_desk(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Print the desk's public key."""
    async with open_store(settings) as database:
        print((await open_keys(settings, database)).desk.key.public.hex())
    return 0


async def run_key(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the log's public key; the key is made for an empty log alone."""
    async with open_store(settings) as database:
        mixer = Mixer(database, Keyring(chosen.keys), b"", b"", settings.log_origin, SystemClock())
        await mixer.start()
        print(mixer.key.write())
    return 0


async def run_mixer(settings: Settings, chosen: argparse.Namespace) -> int:
    """Mix until SIGTERM or SIGINT; a batch is written whole or not at all."""
    gate, desk = read_public_key(chosen.gate, "--gate"), read_public_key(chosen.desk, "--desk")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_store(settings, PATIENCE) as database:
        ring = Keyring(chosen.keys)
        mixer = Mixer(database, ring, gate, desk, settings.log_origin, SystemClock())
        mixer.result_check = result_check(database, mixer.log.guard)
        await mixer.start()
        async with running(repeat(mixer.turn, MIX_SECONDS, MIXING, TaskStates())):
            say(Message("mixer-runs", key=mixer.key.write()), flush=True)
            await stop.wait()
    return 0


def read_public_key(text: str, option: str) -> bytes:
    """Reads the public key of the gate or of the desk.

    Raises:
        BadInput: the text is not 64 hexadecimal digits.
    """
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != SIZE:
        raise BadInput(Message("mixer-public-key"), Place(field=option))
    return key
