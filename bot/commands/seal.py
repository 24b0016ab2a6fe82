"""``minping seal``: what a year's seal would hold, sealing, lifting a seal, and comparing it."""

from __future__ import annotations

import argparse
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.settings import Settings
from bot.service.composition import finish_closing, open_store
from bot.service.installation_keys import open_keys
from bot.service.two_persons import open_officers
from bot.terminal.auditing import Audit, AuditByOption, the
from bot.terminal.parsing import add_language
from bot.terminal.second_person import office_here, say_waits
from bot.terminal.words import say, worded
from survey_flows.errors import Message

AUDIT = AuditByOption(
    {"seen": Audit("seal seen", the("year")), "lift": Audit("seal lift", the("year"))}
)
"""Without these the command only reads."""


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-seal")
    parser = commands.add_parser("seal", help=text, description=text)
    parser.add_argument("year", type=int, metavar="YEAR")
    parser.add_argument(
        "--campaign", nargs="+", default=[], metavar="ID", help=Message("help-closed-campaigns")
    )
    add_language(parser)
    parser.add_argument("--organ", default="", help=Message("help-seal-organ"))
    parser.add_argument("--document", default="", help=Message("help-seal-document"))
    parser.add_argument("--decided-on", default="", metavar="DAY", help=Message("help-seal-day"))
    parser.add_argument("--typed", default="", metavar="YEAR", help=Message("help-seal-typed"))
    parser.add_argument("--reason", default="", help=Message("help-seal-reason"))
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--seen", default="", metavar="DIGEST", help=Message("help-seal-seen"))
    action.add_argument("--lift", action="store_true", help=Message("help-seal-lift"))
    action.add_argument("--compare", action="store_true", help=Message("help-seal-compare"))
    parser.set_defaults(run=run, audit=AUDIT)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Do what was asked, or print what would be sealed."""
    async with open_store(settings) as database:
        if chosen.compare:
            await _compare(database, chosen)
        elif chosen.seen or chosen.lift:
            await _order(settings, database, chosen)
        else:
            return await _preview(database, chosen)
    return 0


async def _preview(database: AsyncEngine, chosen: argparse.Namespace) -> int:
    from bot.appraisal.sealing import preview_seal
    from bot.terminal.listings import print_appraisal

    preview = await preview_seal(database, chosen.year, chosen.campaign)
    year = preview.appraised
    print_appraisal(year.result, year.inputs.scheme, False, chosen.lang)
    for obstacle in preview.obstacles:
        print(worded(obstacle))
    if preview.obstacles:
        return 1
    say(Message("seal-how", year=chosen.year, seen=preview.seen))
    return 0


async def _order(settings: Settings, database: AsyncEngine, chosen: argparse.Namespace) -> None:
    from bot.appraisal.sealing import SealOrder, prepare_lifting, prepare_seal

    office = office_here(settings)
    approvals = (await open_officers(settings, database, office.clock)).approvals
    if chosen.lift:
        given = (chosen.year, chosen.reason, chosen.typed, office)
        made = await prepare_lifting(database, approvals, *given)
    else:
        order = SealOrder(
            chosen.organ, chosen.document, chosen.decided_on, chosen.seen, chosen.typed
        )
        made = await prepare_seal(database, approvals, chosen.year, order, office, chosen.campaign)
    say_waits(made)
    if made.state == "done":
        say(Message("seal-lifted" if chosen.lift else "seal-done", year=chosen.year))
        keys = await open_keys(settings, database)
        await finish_closing(settings, database, keys.gate, office.clock)


async def _compare(database: AsyncEngine, chosen: argparse.Namespace) -> None:
    from bot.appraisal.sealing import compare_with_seal
    from bot.terminal.seal_listing import print_differences_of_seal

    found = await compare_with_seal(database, chosen.year)
    print_differences_of_seal(chosen.year, found, chosen.lang)
