"""``minping publish``: publish the results of a closed campaign, or withdraw them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from bot.accounts.approvals import DONE
from bot.core.clock import SystemClock
from bot.core.operator_needed import OperatorNeeded
from bot.core.settings import Settings, read_language
from bot.core.urls import web_chat_url
from bot.service.composition import finish_closing, open_store
from bot.service.installation_keys import open_keys
from bot.service.two_persons import open_officers
from bot.terminal.auditing import Audit, the
from bot.terminal.second_person import at_machine, office_here, say_waits
from bot.terminal.words import say
from survey_flows.errors import BadInput, Message, Place

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.accounts.approvals import Approvals
    from bot.campaigns.registered import RegisteredCampaign
    from bot.core.identity import Office


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-publish")
    parser = commands.add_parser("publish", help=text, description=text)
    parser.add_argument("campaign", metavar="CAMPAIGN")
    parser.add_argument("--withdraw", action="store_true", help=Message("help-publish-withdraw"))
    early = Message("help-publish-unsettled")
    parser.add_argument("--unsettled", action="store_true", help=early)
    parser.add_argument("--reason", default="", metavar="TEXT", help=Message("help-publish-reason"))
    typed = Message("help-publish-typed")
    parser.add_argument("--typed", default="", metavar="CAMPAIGN", help=typed)
    seen = Message("help-publish-seen")
    parser.add_argument("--seen", default="", metavar="DIGEST", help=seen)
    parser.set_defaults(run=run, audit=Audit("publish", the("campaign")))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Publish or withdraw, and print the address of the page."""
    from bot.campaigns.registered import find_registered_campaign
    from bot.publication.public_release import make_public, withdraw_publication
    from bot.verification.bundle import request_result_entry

    clock = SystemClock()
    async with open_store(settings) as database:
        if chosen.withdraw:
            await withdraw_publication(database, chosen.campaign)
            say(Message("publish-withdrawn", campaign=chosen.campaign))
            return 0
        campaign = await find_registered_campaign(database, chosen.campaign)
        people = await open_officers(settings, database, clock)
        if chosen.unsettled and not chosen.seen:
            return await _say_unsettled(database, campaign, office_here(settings))
        if (await people.approvals.profile()).needs_two:
            waits = await request_result_entry(
                database, campaign.id, people.approvals, at_machine()
            )
            if waits is not None:
                say_waits(waits)
                return 0
        if chosen.unsettled:
            number = await _publish_early(settings, database, people.approvals, campaign, chosen)
            if number is None:
                return 0
        else:
            made = await make_public(database, campaign, at_machine(), clock, settings.timezone)
            number = made.number
        await _tell(settings, database, people.approvals, campaign.id, number)
    return 0


async def _say_unsettled(
    database: AsyncEngine, campaign: RegisteredCampaign, office: Office
) -> int:
    """Print which units are not settled, and how their results are published all the same."""
    from bot.publication.early_publication import show_early
    from bot.publication.public_release import check_notice

    await check_notice(database, campaign.year, office.today)
    found = await show_early(database, campaign, office.today)
    if found is None:
        raise BadInput(Message("publication-all-settled"), Place(subject=campaign.id))
    say(Message("publish-unsettled", n=len(found.units), names=found.units))
    say(Message("publish-unsettled-how", campaign=campaign.id, seen=found.digest))
    return 0


async def _publish_early(
    settings: Settings,
    database: AsyncEngine,
    approvals: Approvals,
    campaign: RegisteredCampaign,
    chosen: argparse.Namespace,
) -> int | None:
    """Return the number of the release that is public now; None while it waits for a signature."""
    from bot.publication.early_publication import EarlyOrder, prepare_early

    order = EarlyOrder(chosen.reason, chosen.typed, chosen.seen)
    made = await prepare_early(database, approvals, campaign, order, office_here(settings))
    say_waits(made)
    return int(made.details["release"]) if made.state == DONE else None


async def _tell(
    settings: Settings, database: AsyncEngine, approvals: Approvals, campaign: str, number: int
) -> None:
    """Print the address of the page, and keep the bundle by which everybody checks it."""
    from bot.verification.bundle import request_result_entry, save_bundle

    address = f"{web_chat_url(settings)}/results/{campaign}"
    say(Message("publish-done", campaign=campaign, release=number, address=address))
    try:
        keys = await open_keys(settings, database)
        await request_result_entry(database, campaign, approvals, at_machine())
        await finish_closing(settings, database, keys.gate, SystemClock())
        await save_bundle(database, settings.data, campaign, number)
    except OperatorNeeded:
        raise
    except BadInput as error:
        say(Message("publish-no-bundle", reason=error.render(read_language())))
