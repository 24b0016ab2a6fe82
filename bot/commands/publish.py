"""``minping publish``: let anybody read the results of a campaign that is over."""

from __future__ import annotations

import argparse
import getpass
from typing import Any

from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.core.urls import web_chat_url
from bot.crypto.gate_keys import load_gate_keys
from bot.service.composition import finish_closing, open_store
from survey_flows.errors import BadInput


def register(commands: Any) -> None:
    """Add the command."""
    text = "make a closed campaign's last release public: its page, open data and bundle; until then nobody reads them"
    parser = commands.add_parser("publish", help=text, description=text)
    parser.add_argument("campaign", metavar="CAMPAIGN")
    parser.add_argument(
        "--withdraw", action="store_true", help="take the results off the public pages"
    )
    parser.set_defaults(run=run)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make public or withdraw, and say where the page is."""
    from bot.campaigns.registered import find_registered_campaign
    from bot.publication.public_release import make_public, withdraw_publication
    from bot.verification.bundle import request_result_entry, save_bundle

    clock = SystemClock()
    async with open_store(settings) as database:
        if chosen.withdraw:
            await withdraw_publication(database, chosen.campaign)
            print(f"{chosen.campaign}: not public any more")
            return 0
        campaign = await find_registered_campaign(database, chosen.campaign)
        made = await make_public(
            database, campaign, f"cli:{getpass.getuser()}", clock, settings.timezone
        )
        print(
            f"{made.campaign}: release {made.number} is public at {web_chat_url(settings)}/results/{made.campaign}"
        )
        try:
            await request_result_entry(database, made.campaign)
            await finish_closing(settings, database, load_gate_keys(settings.data / "keys"), clock)
            await save_bundle(database, settings.data, made.campaign, made.number)
        except BadInput as error:
            print(f"there is no bundle to check it with: {error}")
    return 0
