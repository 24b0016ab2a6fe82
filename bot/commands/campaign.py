"""``minping campaign``: create, open, pause, close and show campaigns, and make links into them."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.disclosure.rounding import round_down
from bot.accounts.approvals import Approval
from bot.ballots.mixer import Mixer
from bot.campaigns.choices import prepare_choice, prepare_void
from bot.campaigns.definition import read_definition
from bot.campaigns.draft_changes import change_draft, read_draft, take_over_quotas
from bot.campaigns.held import held_for
from bot.campaigns.lifecycle import (
    CampaignDraft,
    close_campaign,
    create_campaign,
    list_campaigns,
    pause_campaign,
    resume_campaign,
    show_campaign,
)
from bot.campaigns.links import create_link
from bot.campaigns.opening_decision import prepare_opening
from bot.campaigns.registered import find_registered_campaign
from bot.campaigns.states import DRAFT, OVER
from bot.core.clock import Clock, SystemClock
from bot.core.operator_needed import OperatorNeeded
from bot.core.settings import Settings, read_language
from bot.core.urls import citizen_urls
from bot.crypto.gate_keys import GateKeys
from bot.service.composition import finish_closing, make_mixer, open_store
from bot.service.installation_keys import InstallationKeys, open_keys
from bot.service.two_persons import open_officers
from bot.storage.database import reading
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.second_person import at_machine, office_here, say_waits
from bot.terminal.words import say, worded
from bot.transparency.desk import Desk
from survey_flows.campaign_definition import DOORS
from survey_flows.errors import Message, Place, Problem, gathered
from survey_flows.halves import HALVES


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("campaign", help=Message("help-campaign"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    _register_create(parts)
    _register_link(parts)
    _register_states(parts)
    _register_choices(parts)
    _register_looks(parts)


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
    create.add_argument("--pilot", action="store_true", help=Message("help-campaign-create-pilot"))
    create.add_argument("--door", choices=DOORS, help=Message("help-campaign-create-door"))
    create.add_argument(
        "--halves",
        nargs="+",
        choices=HALVES,
        default=(),
        help=Message("help-campaign-create-halves"),
    )
    create.set_defaults(run=run_create, audit=Audit("campaign create", the("id")))
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


def _register_states(parts: Any) -> None:
    for name, help_text, action in (
        ("pause", Message("help-campaign-pause"), _with_clock(pause_campaign)),
        ("resume", Message("help-campaign-resume"), _with_clock(resume_campaign)),
    ):
        part = parts.add_parser(name, help=help_text)
        part.add_argument("id", metavar="CAMPAIGN")
        part.set_defaults(run=run_move, audit=Audit(f"campaign {name}", the("id")), action=action)
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


def _register_looks(parts: Any) -> None:
    check = parts.add_parser("check", help=Message("help-campaign-check"))
    check.add_argument("id")
    check.set_defaults(run=run_check, audit=Audit("campaign check", the("id")))
    searches = parts.add_parser("searches", help=Message("help-campaign-searches"))
    searches.add_argument("id", metavar="CAMPAIGN")
    searches.set_defaults(run=run_searches, audit=READS_ONLY)
    show = parts.add_parser("show", help=Message("help-campaign-show"))
    show.add_argument("id", nargs="?", metavar="CAMPAIGN")
    show.set_defaults(run=run_show, audit=READS_ONLY)


def _with_clock(move: Callable[[AsyncEngine, str, Desk, Clock], Awaitable[None]]) -> Any:
    async def moved(database: AsyncEngine, campaign: str, keys: InstallationKeys) -> None:
        await move(database, campaign, keys.desk, SystemClock())

    return moved


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
            pilot=chosen.pilot,
            door=chosen.door or "",
            halves=chosen.halves,
        )
        if like and chosen.leaders:
            await _take_over_leaders(settings, database, chosen.year, like.year)
        await create_campaign(database, draft, SystemClock())
        if like:
            await take_over_quotas(database, like.id, draft.id)
        await _show(database, chosen.id, settings)
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
            pilot=said.pilot,
            door=said.said_door,
            halves=list(said.halves),
        )
        await change_draft(database, draft, seen)
        await _show(database, chosen.id, settings)
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
        await chosen.action(database, chosen.id, keys)
        return await _finish(settings, database, keys.gate, chosen.id)


async def _finish(settings: Settings, database: AsyncEngine, keys: GateKeys, campaign: str) -> int:
    """Let the mixer do its part, and print the campaign; a held one needs a person."""
    await finish_closing(settings, database, keys, SystemClock())
    await _show(database, campaign, settings)
    async with reading(database) as connection:
        reasons = await held_for(connection, campaign)
    if reasons:
        place = Place(subject=campaign)
        raise gathered([Problem(reason, place) for reason in reasons], kind=OperatorNeeded)
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


def _count(text: str) -> int:
    """Reads a number of units; raises ValueError, which argparse reports."""
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise ValueError(text)
    return int(text)


async def _show(database: AsyncEngine, campaign: str, settings: Settings) -> None:
    """Print a campaign and, until it closes, the reasons why its year cannot be appraised."""
    from bot.campaigns.drafting import find_scheme_misfits
    from bot.campaigns.opening import show_opening
    from bot.campaigns.registered import read_registered_campaigns
    from bot.terminal.campaign_listing import print_campaign

    summary = await show_campaign(database, campaign)
    print_campaign(summary, settings)
    if summary.state not in OVER and not summary.pilot:
        scheme = next(
            one.scheme
            for one in await read_registered_campaigns(database, summary.year)
            if one.id == campaign
        )
        if summary.state == DRAFT:
            problems = list((await show_opening(database, campaign)).stops)
        else:
            problems = await find_scheme_misfits(database, scheme, summary.year)
        for problem in problems:
            text = problem.render(read_language())
            print("  " + worded(Message("campaign-misfit", year=summary.year, problem=text)))
