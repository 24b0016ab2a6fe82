"""``minping release``: publish anew what a closed campaign's ballots say."""

from __future__ import annotations

import argparse
from typing import Any

from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import open_store


def register(commands: Any) -> None:
    """Add the command."""
    text = "publish a closed campaign anew, after decisions changed what counts; small changes are held back"
    parser = commands.add_parser("release", help=text, description=text)
    parser.add_argument("campaign", metavar="CAMPAIGN")
    parser.add_argument(
        "--correct",
        nargs="+",
        default=[],
        metavar="UNIT",
        help="publish the score of these units all the same",
    )
    parser.add_argument("--by", default="", metavar="NAME", help="who decides on the correction")
    parser.add_argument("--reason", default="", help="why it has to be published")
    parser.set_defaults(run=run)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make the release and say what it holds back."""
    from bot.campaigns.registered import find_registered_campaign
    from bot.results.releases import publish_release

    async with open_store(settings) as database:
        campaign = await find_registered_campaign(database, chosen.campaign)
        corrections = dict.fromkeys(chosen.correct, (chosen.by, chosen.reason))
        outcome = await publish_release(database, campaign, SystemClock(), corrections)
    release, floor = outcome.release, campaign.scheme.min_n.publish_cell
    print(
        f"{release.campaign}: release {release.number}{'' if outcome.is_new else ', nothing new is told'}"
    )
    for unit in outcome.withheld:
        print(
            f"  {unit}: not changed, because fewer than {floor} people could be told apart by the difference"
        )
    if outcome.withheld:
        print(
            "  a score that must be put right: --correct UNIT --by NAME --reason TEXT (the score alone is published)"
        )
    for unit, made in release.corrections.items():
        print(f"  {unit}: score corrected: {made.reason} ({made.by})")
    return 0
