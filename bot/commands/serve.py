"""``minping serve``: the service with its channels and pages."""

from __future__ import annotations

import argparse
import asyncio
import signal
from typing import Any

from bot.core.settings import Settings
from bot.serving import serve
from bot.terminal.auditing import READS_ONLY
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("serve", help=Message("help-serve"))
    parser.set_defaults(run=run, audit=READS_ONLY)


async def run(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(settings, stop)
    return 0
