"""Campaigns before they open: drafts are created and changed, and get links."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.definition import read_definition
from bot.campaigns.draft_changes import change_draft, read_draft, take_over_quotas
from bot.campaigns.lifecycle import (
    CampaignDraft,
    create_campaign,
)
from bot.campaigns.links import create_link
from bot.campaigns.registered import find_registered_campaign
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.core.urls import citizen_urls
from bot.service.composition import open_store
from bot.service.installation_keys import open_keys
from bot.service.two_persons import open_officers
from bot.terminal.auditing import Audit, the
from bot.terminal.second_person import office_here
from survey_flows.campaign_aim import ABOUT, ASKS, PURPOSES, Aim
from survey_flows.campaign_definition import DOORS
from survey_flows.errors import Message
from survey_flows.halves import HALVES
from survey_flows.identity_kinds import IDENTITY_KINDS


def register(parts: Any) -> None:
    """Add the actions."""
    _register_create(parts)
    _register_change(parts)
    _register_link(parts)


def _register_create(parts: Any) -> None:
    create = parts.add_parser("create", help=Message("help-campaign-create"))
    create.add_argument("id", metavar="CAMPAIGN", help=Message("help-campaign-create-id"))
    create.add_argument(
        "--year", type=int, required=True, help=Message("help-campaign-create-year")
    )
    create.add_argument("--title-zh", required=True, help=Message("help-campaign-create-title-zh"))
    create.add_argument("--title-en", required=True, help=Message("help-campaign-create-title-en"))
    create.add_argument("--opens", required=True, help=Message("help-campaign-create-opens"))
    create.add_argument("--closes", required=True, help=Message("help-campaign-create-closes"))
    create.add_argument(
        "--units", nargs="+", metavar="CODE", help=Message("help-campaign-create-units")
    )
    create.add_argument(
        "--questionnaire",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help=Message("help-campaign-create-questionnaire"),
    )
    create.add_argument("--scheme", type=Path, help=Message("help-campaign-create-scheme"))
    create.add_argument(
        "--population",
        type=Path,
        help=Message("help-campaign-create-population"),
    )
    create.add_argument(
        "--grades",
        nargs=3,
        type=_count,
        metavar=("FIRST", "SECOND", "THIRD"),
        help=Message("help-campaign-create-grades"),
    )
    create.add_argument("--like", metavar="CAMPAIGN", help=Message("help-campaign-create-like"))
    words = Message("help-campaign-create-leaders")
    create.add_argument("--leaders", action="store_true", help=words)
    for name, known, words in (
        ("purpose", PURPOSES, Message("help-campaign-create-purpose")),
        ("about", ABOUT, Message("help-campaign-create-about")),
        ("asks", ASKS, Message("help-campaign-create-asks")),
    ):
        create.add_argument(f"--{name}", choices=known, default=known[0], help=words)
    create.add_argument("--door", choices=DOORS, help=Message("help-campaign-create-door"))
    create.add_argument(
        "--halves",
        nargs="+",
        choices=HALVES,
        default=(),
        help=Message("help-campaign-create-halves"),
    )
    create.add_argument(
        "--identity",
        nargs="+",
        choices=IDENTITY_KINDS,
        default=(),
        help=Message("help-campaign-create-identity"),
    )
    create.set_defaults(run=run_create, audit=Audit("campaign create", the("id")))


def _register_change(parts: Any) -> None:
    change = parts.add_parser("change", help=Message("help-campaign-change"))
    change.add_argument("id", metavar="CAMPAIGN")
    for name in ("title-zh", "title-en", "opens", "closes"):
        change.add_argument(f"--{name}", help=Message(f"help-campaign-create-{name}"))
    change.set_defaults(run=run_change, audit=Audit("campaign change", the("id")))


def _register_link(parts: Any) -> None:
    link = parts.add_parser("link", help=Message("help-campaign-link"))
    link.add_argument("id", metavar="CAMPAIGN")
    link.add_argument(
        "--group",
        required=True,
        help=Message("help-campaign-link-group"),
    )
    link.add_argument("--stratum", default="", help=Message("help-campaign-link-stratum"))
    link.add_argument("--people", metavar="N", help=Message("help-campaign-link-people"))
    link.set_defaults(run=run_link, audit=Audit("campaign link", the("id")))


async def run_create(settings: Settings, chosen: argparse.Namespace) -> int:
    """Store a draft."""
    from bot.campaigns.drafting import (
        chosen_questionnaires,
        chosen_scheme,
        locked_places,
        parse_moment,
        stored_units,
        units_of_year,
    )
    from bot.terminal.campaign_listing import show_stored_campaign

    async with open_store(settings) as database:
        like = await find_registered_campaign(database, chosen.like) if chosen.like else None
        shipped = like.questionnaires if like else None
        draft = CampaignDraft(
            id=chosen.id,
            year=chosen.year,
            title={"zh-Hans": chosen.title_zh, "en": chosen.title_en},
            opens_at=parse_moment(chosen.opens, settings.timezone),
            closes_at=parse_moment(chosen.closes, settings.timezone),
            units=await stored_units(database, chosen.units, chosen.year),
            questionnaires=await asyncio.to_thread(
                chosen_questionnaires, chosen.questionnaire, shipped
            ),
            scheme=await asyncio.to_thread(
                chosen_scheme,
                chosen.scheme,
                chosen.population,
                chosen.grades,
                chosen.year,
                await units_of_year(database, chosen.year),
                await locked_places(database, chosen.year),
                like.scheme if like else None,
            ),
            aim=Aim(chosen.purpose, chosen.about, chosen.asks),
            door=chosen.door or "",
            halves=chosen.halves,
            identity=chosen.identity,
        )
        if like and chosen.leaders:
            await _take_over_leaders(settings, database, chosen.year, like.year)
        await create_campaign(database, draft, SystemClock())
        if like:
            await take_over_quotas(database, like.id, draft.id)
        await show_stored_campaign(database, chosen.id, settings)
    return 0


async def _take_over_leaders(
    settings: Settings, database: AsyncEngine, year: int, before: int
) -> None:
    from bot.appraisal.import_tables import Clearance, take_over_leaders

    office = office_here(settings)
    approvals = (await open_officers(settings, database, office.clock)).approvals
    await take_over_leaders(database, year, before, office, Clearance(approvals, ""))


async def run_change(settings: Settings, chosen: argparse.Namespace) -> int:
    """Change titles and times of a draft; the console changes the rest."""
    from bot.campaigns.drafting import parse_moment
    from bot.terminal.campaign_listing import show_stored_campaign

    async with open_store(settings) as database:
        row, seen = await read_draft(database, chosen.id)
        said = read_definition(row)
        title = dict(said.title)
        title |= {"zh-Hans": chosen.title_zh} if chosen.title_zh else {}
        title |= {"en": chosen.title_en} if chosen.title_en else {}
        opens, closes = (datetime.fromtimestamp(at, UTC) for at in (row.opens_at, row.closes_at))
        draft = CampaignDraft(
            id=row.id,
            year=row.year,
            title=title,
            opens_at=parse_moment(chosen.opens, settings.timezone) if chosen.opens else opens,
            closes_at=parse_moment(chosen.closes, settings.timezone) if chosen.closes else closes,
            units=list(said.units.values()),
            questionnaires=said.questionnaire_texts,
            scheme=row.scheme,
            aim=said.aim,
            door=said.said_door,
            halves=list(said.halves),
            identity=said.identity,
        )
        await change_draft(database, draft, seen)
        await show_stored_campaign(database, chosen.id, settings)
    return 0


async def run_link(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make a link and print its addresses."""
    async with open_store(settings) as database:
        desk = (await open_keys(settings, database)).desk
        link = await create_link(
            database, chosen.id, chosen.group, chosen.stratum, desk, SystemClock(), chosen.people
        )
    print("\n".join(citizen_urls(settings, link)))
    return 0


def _count(text: str) -> int:
    """Reads a number of units; raises ValueError, which argparse reports."""
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise ValueError(text)
    return int(text)
