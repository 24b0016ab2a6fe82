"""``minping mixer``: the mixer as a process of its own, with keys that the service does not have."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path
from typing import Any

from bot.ballots.mixer import Mixer
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.crypto.gate_keys import SIZE, Keyring, load_gate_keys
from bot.service.composition import MIX_SECONDS, PATIENCE, open_store, repeat, running
from survey_flows.errors import BadInput


def register(commands: Any) -> None:
    """Add the command and its parts."""
    text = "run the mixer apart from the service, with keys of its own"
    parser = commands.add_parser("mixer", help=text, description=text)
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    gate = parts.add_parser("gate", help="where the service runs: print the gate's public key")
    gate.set_defaults(run=run_gate)
    key = parts.add_parser(
        "key", help="where the mixer runs: print the log's public key, for MINPING_LOG_KEY"
    )
    work = parts.add_parser("run", help="where the mixer runs: mix until SIGTERM or SIGINT")
    for part in (key, work):
        part.add_argument(
            "--keys", type=Path, required=True, metavar="FOLDER", help="the mixer's own secrets"
        )
    work.add_argument(
        "--gate",
        required=True,
        metavar="KEY",
        help="the gate's public key, from `minping mixer gate`",
    )
    key.set_defaults(run=run_key)
    work.set_defaults(run=run_mixer)


async def run_gate(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Print what the mixer knows the gate by."""
    print(load_gate_keys(settings.data / "keys").public().hex())
    return 0


async def run_key(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print what everybody knows the log by; makes the key if there is none."""
    async with open_store(settings) as database:
        print(
            Mixer(
                database, Keyring(chosen.keys), b"", settings.log_origin, SystemClock()
            ).key.write()
        )
    return 0


async def run_mixer(settings: Settings, chosen: argparse.Namespace) -> int:
    """Mix until told to stop. A batch that is being written is written, or nothing of it."""
    gate = read_gate(chosen.gate)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_store(settings, PATIENCE) as database:
        mixer = Mixer(database, Keyring(chosen.keys), gate, settings.log_origin, SystemClock())
        async with running(repeat(mixer.turn, MIX_SECONDS)):
            print(f"mixing for the log {mixer.key.write()}", flush=True)
            await stop.wait()
    return 0


def read_gate(text: str) -> bytes:
    """The gate's public key.

    Raises:
        BadInput: not 64 hexadecimal digits.
    """
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != SIZE:
        raise BadInput(
            "this is no key of a gate; `minping mixer gate` prints it where the service runs",
            "--gate",
        )
    return key
