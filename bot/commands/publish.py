"""``minping publish``: publish the results of a closed campaign, or withdraw them."""

from __future__ import annotations

import argparse
from typing import Any

from bot.core.clock import SystemClock
from bot.core.operator_needed import OperatorNeeded
from bot.core.settings import Settings, read_language
from bot.core.urls import web_chat_url
from bot.service.composition import finish_closing, open_store
from bot.service.installation_keys import open_keys
from bot.service.two_persons import open_officers
from bot.terminal.auditing import Audit, the
from bot.terminal.second_person import at_machine, say_waits
from bot.terminal.words import say
from survey_flows.errors import BadInput, Message


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-publish")
    parser = commands.add_parser("publish", help=text, description=text)
    parser.add_argument("campaign", metavar="CAMPAIGN")
    parser.add_argument("--withdraw", action="store_true", help=Message("help-publish-withdraw"))
    parser.set_defaults(run=run, audit=Audit("publish", the("campaign")))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Publish or withdraw, and print the address of the page."""
    from bot.campaigns.registered import find_registered_campaign
    from bot.publication.public_release import make_public, withdraw_publication
    from bot.verification.bundle import request_result_entry, save_bundle

    clock = SystemClock()
    async with open_store(settings) as database:
        if chosen.withdraw:
            await withdraw_publication(database, chosen.campaign)
            say(Message("publish-withdrawn", campaign=chosen.campaign))
            return 0
        campaign = await find_registered_campaign(database, chosen.campaign)
        people = await open_officers(settings, database, clock)
        if (await people.approvals.profile()).needs_two:
            waits = await request_result_entry(
                database, campaign.id, people.approvals, at_machine()
            )
            if waits is not None:
                say_waits(waits)
                return 0
        made = await make_public(database, campaign, at_machine(), clock, settings.timezone)
        address = f"{web_chat_url(settings)}/results/{made.campaign}"
        say(Message("publish-done", campaign=made.campaign, release=made.number, address=address))
        try:
            keys = await open_keys(settings, database)
            await request_result_entry(database, made.campaign, people.approvals, at_machine())
            await finish_closing(settings, database, keys.gate, clock)
            await save_bundle(database, settings.data, made.campaign, made.number)
        except OperatorNeeded:
            raise
        except BadInput as error:
            say(Message("publish-no-bundle", reason=error.render(read_language())))
    return 0
