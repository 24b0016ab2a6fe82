"""The states of a campaign: open, pause, close; what is decided of it then; and its check."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.approvals import Approval
from bot.ballots.mixer import Mixer
from bot.campaigns.choices import prepare_choice, prepare_void
from bot.campaigns.held import held_for
from bot.campaigns.lifecycle import (
    close_campaign,
    pause_campaign,
    resume_campaign,
)
from bot.campaigns.opening_decision import prepare_opening
from bot.core.clock import Clock, SystemClock
from bot.core.operator_needed import OperatorNeeded
from bot.core.settings import Settings
from bot.crypto.gate_keys import GateKeys
from bot.service.composition import finish_closing, make_mixer, open_store
from bot.service.installation_keys import InstallationKeys, open_keys
from bot.service.two_persons import open_officers
from bot.storage.database import reading
from bot.terminal.auditing import Audit, the
from bot.terminal.second_person import at_machine, say_waits
from bot.terminal.words import say
from bot.transparency.desk import Desk
from survey_flows.errors import Message, Place, Problem, gathered


def register(parts: Any) -> None:
    """Add the actions."""
    _register_states(parts)
    _register_choices(parts)
    check = parts.add_parser("check", help=Message("help-campaign-check"))
    check.add_argument("id")
    check.set_defaults(run=run_check, audit=Audit("campaign check", the("id")))


def _register_states(parts: Any) -> None:
    for name, help_text, move in (
        ("pause", Message("help-campaign-pause"), _with_clock(pause_campaign)),
        ("resume", Message("help-campaign-resume"), _with_clock(resume_campaign)),
    ):
        part = parts.add_parser(name, help=help_text)
        part.add_argument("id", metavar="CAMPAIGN")
        part.set_defaults(run=run_move, audit=Audit(f"campaign {name}", the("id")), move=move)
    opened = parts.add_parser("open", help=Message("help-campaign-open"))
    opened.add_argument("id", metavar="CAMPAIGN")
    opened.add_argument(
        "--name", default="", metavar="CAMPAIGN", help=Message("help-campaign-name")
    )
    opened.add_argument("--list", default="", metavar="DIGEST", help=Message("help-campaign-list"))
    opened.set_defaults(run=run_open, audit=Audit("campaign open", the("id")))
    close = parts.add_parser("close", help=Message("help-campaign-close"))
    close.add_argument("id", metavar="CAMPAIGN")
    close.add_argument("--reason", default="", help=Message("help-campaign-close-reason"))
    close.set_defaults(run=run_close, audit=Audit("campaign close", the("id")))


def _register_choices(parts: Any) -> None:
    counts = parts.add_parser("count", help=Message("help-campaign-count"))
    counts.add_argument("id", metavar="CAMPAIGN")
    counts.add_argument("counts", choices=("yes", "no"))
    counts.add_argument("--reason", default="", help=Message("help-campaign-choice-reason"))
    counts.set_defaults(run=run_choice, audit=Audit("campaign count", the("id")))
    void = parts.add_parser("void", help=Message("help-campaign-void"))
    void.add_argument("id", metavar="CAMPAIGN")
    void.add_argument("--name", default="", metavar="CAMPAIGN", help=Message("help-campaign-name"))
    void.add_argument("--reason", default="", help=Message("help-campaign-choice-reason"))
    void.set_defaults(run=run_void, audit=Audit("campaign void", the("id")))


def _with_clock(move: Callable[[AsyncEngine, str, Desk, Clock], Awaitable[None]]) -> Any:
    async def moved(database: AsyncEngine, campaign: str, keys: InstallationKeys) -> None:
        await move(database, campaign, keys.desk, SystemClock())

    return moved


async def run_open(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print what is looked at before a counting campaign is opened; open one that was confirmed."""
    from bot.campaigns.opening import show_opening
    from bot.terminal.campaign_listing import print_opening

    async with open_store(settings) as database:
        opening = await show_opening(database, chosen.id)
        if opening.counts and not chosen.list:
            print_opening(opening)
            return 0
        approvals = (await open_officers(settings, database, SystemClock())).approvals
        made = await prepare_opening(approvals, chosen.id, at_machine(), chosen.name, chosen.list)
        say_waits(made)
        keys = await open_keys(settings, database)
        return await _finish(settings, database, keys.gate, chosen.id)


async def run_close(settings: Settings, chosen: argparse.Namespace) -> int:
    """Close a campaign for good; before its planned end with a reason."""
    async with open_store(settings) as database:
        keys = await open_keys(settings, database)
        await close_campaign(database, chosen.id, keys.desk, SystemClock(), chosen.reason)
        say(Message("campaign-copies", campaign=chosen.id))
        return await _finish(settings, database, keys.gate, chosen.id)


async def run_choice(settings: Settings, chosen: argparse.Namespace) -> int:
    """Decide whether a closed campaign counts in its year, or prepare it."""
    async with open_store(settings) as database:
        approvals = (await open_officers(settings, database, SystemClock())).approvals
        counts, by = chosen.counts == "yes", at_machine()
        made = await prepare_choice(approvals, chosen.id, counts, chosen.reason, by)
        return await _chosen(settings, database, chosen.id, made)


async def run_void(settings: Settings, chosen: argparse.Namespace) -> int:
    """Withdraw a closed campaign for good, or prepare it."""
    async with open_store(settings) as database:
        approvals = (await open_officers(settings, database, SystemClock())).approvals
        by = at_machine()
        made = await prepare_void(approvals, chosen.id, chosen.name, chosen.reason, by)
        return await _chosen(settings, database, chosen.id, made)


async def _chosen(settings: Settings, database: AsyncEngine, campaign: str, made: Approval) -> int:
    say_waits(made)
    keys = await open_keys(settings, database)
    return await _finish(settings, database, keys.gate, campaign)


async def run_move(settings: Settings, chosen: argparse.Namespace) -> int:
    """Pause or resume."""
    async with open_store(settings) as database:
        keys = await open_keys(settings, database)
        await chosen.move(database, chosen.id, keys)
        return await _finish(settings, database, keys.gate, chosen.id)


async def run_check(settings: Settings, chosen: argparse.Namespace) -> int:
    """Compare the ballots with the log, and let a held campaign go on when they agree."""
    from bot.results.proven_releases import check_again

    async with open_store(settings) as database:
        keys = (await open_keys(settings, database)).gate
        mixer = make_mixer(settings, database, keys, SystemClock())
        guard = mixer.log.guard if isinstance(mixer, Mixer) else None
        await check_again(database, chosen.id, guard)
        say(Message("campaign-checked", campaign=chosen.id))
        return await _finish(settings, database, keys, chosen.id)


async def _finish(settings: Settings, database: AsyncEngine, keys: GateKeys, campaign: str) -> int:
    """Let the mixer do its part, and print the campaign; a held one needs a person."""
    from bot.terminal.campaign_listing import show_stored_campaign

    await finish_closing(settings, database, keys, SystemClock())
    await show_stored_campaign(database, campaign, settings)
    async with reading(database) as connection:
        reasons = await held_for(connection, campaign)
    if reasons:
        place = Place(subject=campaign)
        raise gathered([Problem(reason, place) for reason in reasons], kind=OperatorNeeded)
    return 0
