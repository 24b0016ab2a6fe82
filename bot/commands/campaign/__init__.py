"""``minping campaign``: create, open, pause, close and show campaigns, and make links into them."""

from __future__ import annotations

from typing import Any

from bot.commands.campaign import drafts, looks, states
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("campaign", help=Message("help-campaign"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    for part in (drafts, states, looks):
        part.register(parts)
