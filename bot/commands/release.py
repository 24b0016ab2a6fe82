"""``minping release``: make a new release of a closed campaign's scores."""

from __future__ import annotations

import argparse
from typing import Any

from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.auditing import Audit, the
from bot.terminal.words import say, worded
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-release")
    parser = commands.add_parser("release", help=text, description=text)
    parser.add_argument("campaign", metavar="CAMPAIGN")
    parser.add_argument(
        "--correct",
        nargs="+",
        default=[],
        metavar="UNIT",
        help=Message("help-release-correct"),
    )
    parser.add_argument("--by", default="", metavar="NAME", help=Message("help-release-by"))
    parser.add_argument("--reason", default="", help=Message("help-release-reason"))
    parser.set_defaults(run=run, audit=Audit("release", the("campaign")))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make the release, and print the units whose change it withholds."""
    from bot.campaigns.registered import find_registered_campaign
    from bot.results.releases import publish_release

    async with open_store(settings) as database:
        campaign = await find_registered_campaign(database, chosen.campaign)
        corrections = dict.fromkeys(chosen.correct, (chosen.by, chosen.reason))
        outcome = await publish_release(database, campaign, SystemClock(), corrections)
    release, floor = outcome.release, campaign.scheme.min_n.publish_cell
    made = Message("release-new", campaign=release.campaign, number=release.number)
    same = Message("release-unchanged", campaign=release.campaign, number=release.number)
    say(made if outcome.is_new else same)
    for unit in outcome.withheld:
        print("  " + worded(Message("release-withheld", unit=unit, floor=floor)))
    if outcome.withheld:
        print("  " + worded(Message("release-correct-hint")))
    for unit, correction in release.corrections.items():
        corrected = Message(
            "release-corrected", unit=unit, reason=correction.reason, by=correction.by
        )
        print("  " + worded(corrected))
    return 0
