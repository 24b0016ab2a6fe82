"""``minping notice``: public notice of a year, and the letters that tell people their result."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import finish_closing, open_store
from bot.service.installation_keys import open_keys
from bot.service.two_persons import open_officers
from bot.terminal.auditing import READS_ONLY, Audit, AuditByOption, the
from bot.terminal.files import write_file, write_new_file
from bot.terminal.parsing import add_language
from bot.terminal.second_person import office_here, say_waits
from bot.terminal.words import say, say_list
from survey_flows.errors import Message

if TYPE_CHECKING:
    from bot.appraisal.public_notices import NoticeList


GIVE = AuditByOption({"list": Audit("notice give list", the("year"))})
"""Without the digest of the list the command only reads."""


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("notice", help=Message("help-notice"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    give = _part(parts, "give", "help-notice-give")
    give.add_argument("--list", default="", metavar="DIGEST", help=Message("help-notice-list"))
    give.add_argument("--typed", default="", metavar="YEAR", help=Message("help-seal-typed"))
    give.set_defaults(run=run_give, audit=GIVE)
    show = _part(parts, "show", "help-notice-show")
    show.set_defaults(run=run_show, audit=READS_ONLY)
    order = _part(parts, "order", "help-notice-order")
    order.add_argument("whose", metavar="UNIT")
    order.set_defaults(run=run_order, audit=Audit("notice order", the("whose")))
    made = _part(parts, "print", "help-notice-print")
    made.add_argument("unit", metavar="UNIT")
    made.add_argument("--out", type=Path, required=True, metavar="FILE")
    add_language(made)
    made.set_defaults(run=run_print, audit=Audit("notice print", the("unit")))
    handed = _part(parts, "deliver", "help-notice-deliver")
    handed.add_argument("person", metavar="PERSON")
    handed.add_argument("--on", required=True, metavar="DAY", help=Message("help-notice-day"))
    handed.set_defaults(run=run_deliver, audit=Audit("notice deliver", the("person")))


def _part(parts: Any, name: str, text: str) -> Any:
    part = parts.add_parser(name, help=Message(text))
    part.add_argument("year", type=int, metavar="YEAR")
    return part


async def run_give(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the list before a notice; with its digest, give the notice from today."""
    from bot.appraisal.public_notices import NoticeOrder, give_public_notice, show_notice

    given = (chosen.year, office_here(settings), settings.public_url)
    async with open_store(settings) as database:
        if not chosen.list:
            return _say_list(await show_notice(database, *given))
        order = NoticeOrder(chosen.typed, chosen.list)
        keys = await open_keys(settings, database)
        given_at = (chosen.year, order, *given[1:])
        made = await give_public_notice(database, keys.desk, *given_at)
        await finish_closing(settings, database, keys.gate, SystemClock())
    days = {name: getattr(made, name).isoformat() for name in ("begins", "ends", "until")}
    say(Message("notice-given", year=chosen.year, **days))
    return 0


def _say_list(found: NoticeList) -> int:
    if found.days is not None:
        days = {name: getattr(found.days, name).isoformat() for name in ("begins", "ends", "until")}
        say(Message("notice-would", year=found.year, **days))
    how = Message("notice-how", year=found.year, list=found.digest)
    return say_list(found.asks, found.stops, how)


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print how far the letters of each unit have come."""
    from bot.appraisal.letters import list_letters

    async with open_store(settings) as database:
        units = await list_letters(database, chosen.year)
    for it in units:
        printed = sum(told.printed is not None for told in it.people)
        known = it.known()
        print(f"{it.unit.unit}  {len(it.people)}  {printed}  {known}")
    say(Message("notice-waiting", n=sum(len(it.waiting()) for it in units)))
    return 0


async def run_order(settings: Settings, chosen: argparse.Namespace) -> int:
    """Prepare letters."""
    from bot.appraisal.letters import prepare_letters

    office = office_here(settings)
    async with open_store(settings) as database:
        approvals = (await open_officers(settings, database, SystemClock())).approvals
        given = (database, approvals, chosen.year, chosen.whose, office)
        say_waits(await prepare_letters(*given))
    return 0


async def run_print(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write the letters that are ordered into a file that only its owner reads."""
    from bot.publication.reports.letters import print_letters

    # First of all the file: letters whose file cannot be written would be printed for nobody.
    await asyncio.to_thread(write_new_file, chosen.out, b"")
    async with open_store(settings) as database:
        keys = await open_keys(settings, database)
        given = (chosen.year, chosen.unit, office_here(settings), settings.public_url, chosen.lang)
        body = await print_letters(database, keys.gate.result_code, *given)
    await asyncio.to_thread(write_file, chosen.out, body)
    say(Message("notice-printed", file=str(chosen.out)))
    return 0


async def run_deliver(settings: Settings, chosen: argparse.Namespace) -> int:
    """Take the day of a receipt."""
    from bot.appraisal.receipts import record_delivery

    receipt = (chosen.year, chosen.person, chosen.on)
    async with open_store(settings) as database:
        await record_delivery(database, *receipt, office_here(settings))
    return 0
