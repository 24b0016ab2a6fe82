"""``minping campaign``: create, open, close and show campaigns, and make links into them."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.rounding import ROUNDING_BASE, round_down
from bot.campaigns.lifecycle import (
    CampaignDraft,
    CampaignSummary,
    close_campaign,
    create_campaign,
    list_campaigns,
    open_campaign,
    pause_campaign,
    resume_campaign,
    show_campaign,
)
from bot.campaigns.links import create_link
from bot.core.clock import Clock, SystemClock
from bot.core.settings import Settings
from bot.core.urls import citizen_urls
from bot.crypto.gate_keys import load_gate_keys
from bot.service.composition import finish_closing, open_store


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("campaign", help="create, open, close and show campaigns")
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    create = parts.add_parser(
        "create", help="make a draft from the stored units (see `minping import units`)"
    )
    create.add_argument("id", help="a short name: a–z, 0–9 and -, e.g. 2026")
    create.add_argument("--year", type=int, required=True, help="the year that is appraised")
    create.add_argument("--title-zh", required=True, help="its title in Chinese")
    create.add_argument("--title-en", required=True, help="its title in English")
    create.add_argument(
        "--opens", required=True, help="2026-11-24 or 2026-11-24T08:00, in the city's time zone"
    )
    create.add_argument(
        "--closes", required=True, help="the first moment at which no ballot is taken"
    )
    create.add_argument(
        "--units", nargs="+", metavar="CODE", help="only these units; default: all that are stored"
    )
    create.add_argument(
        "--questionnaire",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="questionnaires beside the shipped ones (YAML, or XLSForm as .xlsx)",
    )
    create.add_argument(
        "--scheme", type=Path, help="the scheme as a file; default: the shipped one"
    )
    create.add_argument(
        "--population",
        type=Path,
        help="people by stratum or margin (CSV or XLSX) that answers are weighted to",
    )
    create.add_argument(
        "--grades",
        nargs=3,
        type=_count,
        metavar=("FIRST", "SECOND", "THIRD"),
        help="how many departments get each grade, locked when it opens; default: the scheme's counts",
    )
    create.add_argument(
        "--trial", action="store_true", help="it counts in no appraisal, and citizens are told so"
    )
    create.set_defaults(run=run_create)
    link = parts.add_parser("link", help="make a link that vouches for an evaluator group")
    link.add_argument("id")
    link.add_argument(
        "--group",
        required=True,
        help="service_user, resident, enterprise, deputy, grassroots or supervisor",
    )
    link.add_argument("--stratum", default="", help="a population cell, e.g. a district")
    link.add_argument(
        "--most", type=int, metavar="N", help="how many people it is meant for; default: anyone"
    )
    link.set_defaults(run=run_link)
    for name, help_text, action in (
        ("open", "take ballots from now on, within the window", open_campaign),
        ("pause", "take no ballots for a while; the log tells of it", _with_clock(pause_campaign)),
        ("resume", "take ballots again after a pause", _with_clock(resume_campaign)),
        ("close", "take no more ballots, for good", close_campaign),
    ):
        part = parts.add_parser(name, help=help_text)
        part.add_argument("id")
        part.set_defaults(run=run_move, action=action)
    show = parts.add_parser("show", help="list campaigns, or show one with its links")
    show.add_argument("id", nargs="?")
    show.set_defaults(run=run_show)


def _with_clock(move: Callable[[AsyncEngine, str, Clock], Awaitable[None]]) -> Any:
    async def moved(database: AsyncEngine, campaign: str) -> None:
        await move(database, campaign, SystemClock())

    return moved


async def run_create(settings: Settings, chosen: argparse.Namespace) -> int:
    """Store a draft."""
    from bot.campaigns.drafting import (
        chosen_questionnaires,
        chosen_scheme,
        parse_moment,
        stored_units,
    )

    async with open_store(settings) as database:
        draft = CampaignDraft(
            id=chosen.id,
            year=chosen.year,
            title={"zh-Hans": chosen.title_zh, "en": chosen.title_en},
            opens_at=parse_moment(chosen.opens, settings.timezone),
            closes_at=parse_moment(chosen.closes, settings.timezone),
            units=await stored_units(database, chosen.units, chosen.year),
            questionnaires=await asyncio.to_thread(chosen_questionnaires, chosen.questionnaire),
            scheme=await asyncio.to_thread(
                chosen_scheme, chosen.scheme, chosen.population, chosen.grades
            ),
            pilot=chosen.trial,
        )
        await create_campaign(database, draft, SystemClock())
        await _show(database, chosen.id, settings)
    return 0


async def run_link(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make a link and print its addresses."""
    async with open_store(settings) as database:
        link = await create_link(
            database, chosen.id, chosen.group, chosen.stratum, SystemClock(), chosen.most
        )
    print("\n".join(citizen_urls(settings, link)))
    return 0


async def run_move(settings: Settings, chosen: argparse.Namespace) -> int:
    """Open or close."""
    clock = SystemClock()
    keys = load_gate_keys(settings.data / "keys")
    async with open_store(settings) as database:
        await chosen.action(database, chosen.id)
        await finish_closing(settings, database, keys, clock)
        await _show(database, chosen.id, settings)
    return 0


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print one campaign or all."""
    async with open_store(settings) as database:
        found = (
            [await show_campaign(database, chosen.id)]
            if chosen.id
            else await list_campaigns(database)
        )
    for summary in found:
        _print(summary, settings)
    if not found:
        print("there is no campaign yet; `minping campaign create --help` tells how to make one")
    return 0


def _count(text: str) -> int:
    """A number of departments. Raises ValueError, which the parser reports."""
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise ValueError(text)
    return int(text)


async def _show(database: AsyncEngine, campaign: str, settings: Settings) -> None:
    """Print a campaign, and while it takes ballots or will, what keeps its year from being appraised."""
    from bot.campaigns.drafting import find_scheme_misfits
    from bot.campaigns.registered import read_registered_campaigns

    summary = await show_campaign(database, campaign)
    _print(summary, settings)
    if summary.state not in ("closing", "closed") and not summary.pilot:
        scheme = next(
            poll.scheme
            for poll in await read_registered_campaigns(database, summary.year)
            if poll.id == campaign
        )
        for problem in await find_scheme_misfits(database, scheme, summary.year):
            print(f"  {summary.year} cannot be appraised like this: {problem}")


def told_count(summary: CampaignSummary) -> str:
    """The ballots, as they may be told."""
    count = round_down(summary.ballots, summary.cell)
    if count is None:
        return f"fewer than {max(ROUNDING_BASE, summary.cell)}"
    return f"at least {count}" if count else "0"


def _print(summary: CampaignSummary, settings: Settings) -> None:
    zone = ZoneInfo(settings.timezone)
    opens, closes = (
        datetime.fromtimestamp(t, zone).isoformat(timespec="minutes")
        for t in (summary.opens_at, summary.closes_at)
    )
    print(f"{summary.id}  {summary.title['zh-Hans']} / {summary.title['en']}")
    kind = "a trial, " if summary.pilot else ""
    print(
        f"  {kind}{summary.state}, {opens} to {closes}; {summary.units} units, {told_count(summary)} ballots"
    )
    for link in summary.links:
        limit = f", for {link.max_people} people" if link.max_people else ""
        print(
            f"  {link.group} ({link.source}{', ' + link.stratum if link.stratum else ''}{limit}):"
        )
        for address in citizen_urls(settings, link):
            print(f"    {address}")
