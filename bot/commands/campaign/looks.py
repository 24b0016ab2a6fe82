"""What a campaign looks like, and which words its raters searched in vain."""

from __future__ import annotations

import argparse
from typing import Any

from aggregation.disclosure.rounding import round_down
from bot.campaigns.summaries import list_campaigns, show_campaign
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.service.installation_keys import open_keys
from bot.storage.database import reading
from bot.terminal.auditing import READS_ONLY
from bot.terminal.words import say
from survey_flows.errors import Message


def register(parts: Any) -> None:
    """Add the actions."""
    searches = parts.add_parser("searches", help=Message("help-campaign-searches"))
    searches.add_argument("id", metavar="CAMPAIGN")
    searches.set_defaults(run=run_searches, audit=READS_ONLY)
    show = parts.add_parser("show", help=Message("help-campaign-show"))
    show.add_argument("id", nargs="?", metavar="CAMPAIGN")
    show.set_defaults(run=run_show, audit=READS_ONLY)


async def run_searches(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the words that ten people or more searched in vain."""
    from bot.fieldwork.monitoring.search_misses import PEOPLE, read_missed_words

    async with open_store(settings) as database:
        keys = (await open_keys(settings, database)).gate
        summary = await show_campaign(database, chosen.id)
        async with reading(database) as connection:
            found = await read_missed_words(connection, keys, summary.id)
    for one in found:
        people = round_down(one.people, PEOPLE) or PEOPLE
        say(Message("campaign-searched", word=one.word, people=people))
    if not found:
        say(Message("campaign-nothing-missed"))
    return 0


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print one campaign or all."""
    from bot.terminal.campaign_listing import print_campaign

    async with open_store(settings) as database:
        found = (
            [await show_campaign(database, chosen.id)]
            if chosen.id
            else await list_campaigns(database)
        )
    for summary in found:
        print_campaign(summary, settings)
    if not found:
        say(Message("campaign-none"))
    return 0
