"""``minping approvals``: what waits for a second person, who signs it at the console."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.service.two_persons import open_officers
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.second_person import at_machine, say_waits
from bot.terminal.words import PROFILES, say, word
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("approvals", help=Message("help-approvals"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    show = parts.add_parser("show", help=Message("help-approvals-show"))
    show.set_defaults(run=run_show, audit=READS_ONLY)
    grant = parts.add_parser("grant", help=Message("help-approvals-grant"))
    grant.add_argument("login", metavar="LOGIN", help=Message("help-approvals-grant-login"))
    grant.add_argument("campaign", metavar="CAMPAIGN")
    grant.add_argument("--year", action="store_true", help=Message("help-approvals-grant-year"))
    grant.add_argument(
        "--days", type=int, default=14, metavar="N", help=Message("help-approvals-grant-days")
    )
    grant.set_defaults(run=run_grant, audit=Audit("approvals grant", the("login")))
    profile = parts.add_parser("profile", help=Message("help-approvals-profile"))
    profile.add_argument(
        "profile", metavar="{solo,office,city}", help=Message("help-approvals-profile-name")
    )
    profile.set_defaults(run=run_profile, audit=Audit("approvals profile", the("profile")))


async def run_show(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Print the profile and what waits."""
    zone = ZoneInfo(settings.timezone)
    async with open_store(settings) as database:
        approvals = (await open_officers(settings, database, SystemClock())).approvals
        profile, waiting = await approvals.profile(), await approvals.list()
    say(Message("approvals-profile", profile=PROFILES[profile.name]))
    for one in waiting:
        until = datetime.fromtimestamp(one.due, zone).strftime("%Y-%m-%d %H:%M") if one.due else ""
        said = {"number": one.id, "kind": word(one.kind), "subject": one.subject}
        said |= {"account": one.prepared_by}
        until_then = Message("approvals-approved", until=until, **said)
        say(until_then if until else Message("approvals-waiting", **said))
    if not waiting:
        say(Message("approvals-none"))
    return 0


async def run_grant(settings: Settings, chosen: argparse.Namespace) -> int:
    """Let an auditor read ballots, or a year's bundle, for some days, or prepare it."""
    from bot.appraisal.year_bundle_format import read_year_name
    from bot.campaigns.summaries import show_campaign

    async with open_store(settings) as database:
        campaign = (
            read_year_name(chosen.campaign)
            if chosen.year
            else (await show_campaign(database, chosen.campaign)).id
        )
        officers = (await open_officers(settings, database, SystemClock())).officers
        made = await officers.grant(chosen.login, campaign, chosen.days, at_machine())
    if made.state == "done":
        say(Message("approvals-granted", login=chosen.login, campaign=campaign, days=chosen.days))
    say_waits(made)
    return 0


async def run_profile(settings: Settings, chosen: argparse.Namespace) -> int:
    """Change the profile, or prepare it."""
    async with open_store(settings) as database:
        officers = (await open_officers(settings, database, SystemClock())).officers
        made = await officers.set_profile(chosen.profile, at_machine())
    if made.state == "done":
        say(Message("approvals-profile", profile=PROFILES[chosen.profile]))
    say_waits(made)
    return 0
