"""``minping invitations``: make the invitations of who was drawn, and see what came of them."""

from __future__ import annotations

import argparse
from typing import Any

from aggregation.disclosure.rounding import ROUNDING_BASE, round_down
from bot.campaigns.lifecycle import show_campaign
from bot.commands.contacts import print_left_out, today
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.crypto.gate_keys import load_gate_keys
from bot.service.composition import open_store


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser(
        "invitations", help="personal invitations of a sample: make them, count what came"
    )
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    make = parts.add_parser(
        "make", help="make an invitation for everybody who was drawn; nothing is sent"
    )
    make.add_argument("campaign", metavar="CAMPAIGN")
    make.set_defaults(run=run_make)
    count = parts.add_parser(
        "count", help="how many were invited, opened theirs, and answered, by cell"
    )
    count.add_argument("campaign", metavar="CAMPAIGN")
    count.set_defaults(run=run_count)


async def run_make(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make them."""
    from bot.fieldwork.audience.invitations import make_invitations

    keys = load_gate_keys(settings.data / "keys")
    async with open_store(settings) as database:
        made = await make_invitations(
            database, keys, chosen.campaign, today(settings), SystemClock()
        )
    print(
        f"{chosen.campaign}: {made.invitations} invitations, for {made.people} people who can be written to"
    )
    print_left_out(made.left_out)
    return 0


async def run_count(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the counts, of people who did something in whole tens only."""
    from bot.fieldwork.audience.invitations import count_responses

    async with open_store(settings) as database:
        summary = await show_campaign(database, chosen.campaign)
        found = await count_responses(database, chosen.campaign)
    for response in found:
        opened, answered = (
            _told(count, summary.cell) for count in (response.opened, response.answered)
        )
        print(
            f"{response.cell}: {response.invited} invited, {opened} opened theirs, {answered} answered"
        )
    invited, answered_in_all = (
        sum(getattr(r, part) for r in found) for part in ("invited", "answered")
    )
    least = round_down(answered_in_all, summary.cell)
    if least:
        print(f"in all: {invited} invited, response rate at least {100 * least // invited} %")
    if not found:
        print("there are no invitations; see `minping invitations make`")
    return 0


def _told(count: int, cell: int) -> str:
    least = round_down(count, cell)
    return (
        f"fewer than {max(ROUNDING_BASE, cell)}"
        if least is None
        else f"at least {least}"
        if least
        else "none"
    )
