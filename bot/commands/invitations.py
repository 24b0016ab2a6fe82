"""``minping invitations``: make the invitations of a sample, and count the responses."""

from __future__ import annotations

import argparse
from typing import Any

from aggregation.disclosure.rounding import part_at_least
from bot.campaigns.summaries import show_campaign
from bot.commands.contacts import print_left_out, today
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.service.installation_keys import open_keys
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.words import rounded_count, say
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("invitations", help=Message("help-invitations"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    make = parts.add_parser("make", help=Message("help-invitations-make"))
    make.add_argument("campaign", metavar="CAMPAIGN")
    make.set_defaults(run=run_make, audit=Audit("invitations make", the("campaign")))
    count = parts.add_parser("count", help=Message("help-invitations-count"))
    count.add_argument("campaign", metavar="CAMPAIGN")
    count.set_defaults(run=run_count, audit=READS_ONLY)


async def run_make(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make them."""
    from bot.fieldwork.audience.invitations import make_invitations

    async with open_store(settings) as database:
        keys = await open_keys(settings, database)
        made = await make_invitations(
            database, keys.gate, keys.desk, chosen.campaign, today(settings), SystemClock()
        )
    say(
        Message(
            "invitations-made",
            campaign=chosen.campaign,
            invitations=made.invitations,
            people=made.people,
        )
    )
    print_left_out(made.left_out)
    return 0


async def run_count(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print how many were invited, and rounded counts of those who opened and answered."""
    from bot.fieldwork.audience.invitations import count_responses

    async with open_store(settings) as database:
        summary = await show_campaign(database, chosen.campaign)
        found = await count_responses(database, chosen.campaign)
    for response in found:
        opened, answered = (
            rounded_count(part_at_least(count, response.invited, summary.cell), summary.cell)
            for count in (response.opened, response.answered)
        )
        counts = Message(
            "invitations-cell",
            cell=str(response.cell),
            invited=response.invited,
            opened=opened,
            answered=answered,
        )
        say(counts)
    invited, answered_in_all = (
        sum(getattr(r, part) for r in found) for part in ("invited", "answered")
    )
    least = part_at_least(answered_in_all, invited, summary.cell)
    if least:
        say(Message("invitations-all", invited=invited, rate=100 * least // invited))
    if not found:
        say(Message("invitations-none"))
    return 0
