"""``minping held``: campaigns whose close a check holds, and their close with what is missing."""

from __future__ import annotations

import argparse
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ballots.settlement import HeldClose, prepare_settlement, show_held
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import finish_closing, open_store
from bot.service.installation_keys import open_keys
from bot.service.two_persons import open_officers
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.second_person import at_machine, say_waits
from bot.terminal.words import say, word
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("held", help=Message("help-held"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    show = parts.add_parser("show", help=Message("help-held-show"))
    show.add_argument("id", metavar="CAMPAIGN")
    show.set_defaults(run=run_show, audit=READS_ONLY)
    settle = parts.add_parser("settle", help=Message("help-held-settle"))
    settle.add_argument("id", metavar="CAMPAIGN")
    settle.add_argument(
        "--missing",
        type=int,
        required=True,
        metavar="N",
        help=Message("help-held-settle-missing"),
    )
    settle.add_argument("--reason", required=True, help=Message("help-held-settle-reason"))
    settle.set_defaults(run=run_settle, audit=Audit("held settle", the("id")))


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Tell what holds a campaign and what is missing."""
    async with open_store(settings) as database:
        _say(chosen.id, await show_held(database, chosen.id))
    return 0


async def run_settle(settings: Settings, chosen: argparse.Namespace) -> int:
    """Close a held campaign with what is missing, or prepare it for a second person."""
    async with open_store(settings) as database:
        _say(chosen.id, await show_held(database, chosen.id))
        approvals = (await open_officers(settings, database, SystemClock())).approvals
        made = await prepare_settlement(
            approvals, chosen.id, chosen.missing, at_machine(), chosen.reason
        )
        say_waits(made)
        keys = (await open_keys(settings, database)).gate
        await finish_closing(settings, database, keys, SystemClock())
        await _say_state(database, chosen.id)
    return 0


async def _say_state(database: AsyncEngine, campaign: str) -> None:
    from bot.campaigns.summaries import show_campaign

    state = (await show_campaign(database, campaign)).state
    say(Message("held-state-now", campaign=campaign, state=word(state)))


def _say(campaign: str, held: HeldClose) -> None:
    for reason in held.reasons:
        say(Message("held-for", campaign=campaign, reason=reason))
