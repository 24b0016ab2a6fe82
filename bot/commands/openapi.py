"""``minping openapi``: print the OpenAPI document of the interface for programs."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from bot.core.settings import Settings
from bot.terminal.auditing import READS_ONLY
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-openapi")
    parser = commands.add_parser("openapi", help=text, description=text)
    parser.set_defaults(run=run, audit=READS_ONLY)


async def run(_settings: Settings, _chosen: argparse.Namespace) -> int:
    """Print it as the service serves it."""
    from bot.web.api.openapi import written

    sys.stdout.write(written().decode())
    return 0
