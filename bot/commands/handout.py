"""``minping handout``: files with invitations, for letters or for another sender."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.commands.contacts import today
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.fieldwork.outreach.handouts import (
    FORMS,
    SEALED,
    HandoutRequest,
    count_waiting,
    drop_handout,
    list_handouts,
    prepare_handout,
)
from bot.fieldwork.outreach.returns import FIELDS, take_returns
from bot.service.composition import finish_closing, open_store
from bot.service.installation_keys import open_keys
from bot.service.two_persons import open_officers
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.files import read_file, write_new_file
from bot.terminal.second_person import at_machine, say_waits
from bot.terminal.words import say, word, worded
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("handout", help=Message("help-handout"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    show = parts.add_parser("show", help=Message("help-handout-show"))
    show.add_argument("campaign", metavar="CAMPAIGN")
    show.set_defaults(run=run_show, audit=READS_ONLY)
    ask = parts.add_parser("ask", help=Message("help-handout-ask"))
    ask.add_argument("campaign", metavar="CAMPAIGN")
    ask.add_argument(
        "--form", choices=tuple(FORMS), required=True, help=Message("help-handout-form")
    )
    ask.add_argument("--kind", choices=FORMS[SEALED], help=Message("help-handout-kind"))
    ask.add_argument(
        "--recipient", default="", metavar="age1…", help=Message("help-handout-recipient")
    )
    ask.add_argument(
        "--purpose", required=True, metavar="TEXT", help=Message("help-handout-purpose")
    )
    ask.set_defaults(run=run_ask, audit=Audit("handout ask", the("campaign")))
    make = parts.add_parser("make", help=Message("help-handout-make"))
    make.add_argument("campaign", metavar="CAMPAIGN")
    make.add_argument("number", type=int, metavar="NUMBER")
    make.add_argument("--out", type=Path, required=True, metavar="FILE")
    make.set_defaults(run=run_make, audit=Audit("handout make", the("campaign")))
    drop = parts.add_parser("drop", help=Message("help-handout-drop"))
    drop.add_argument("campaign", metavar="CAMPAIGN")
    drop.add_argument("number", type=int, metavar="NUMBER")
    drop.set_defaults(run=run_drop, audit=Audit("handout drop", the("campaign")))
    columns = tuple(field.name for field in FIELDS)
    text = Message("help-handout-returns-columns", columns=columns)
    back = parts.add_parser("returns", help=Message("help-handout-returns"), description=text)
    back.add_argument("campaign", metavar="CAMPAIGN")
    back.add_argument("file", type=Path, metavar="FILE")
    back.set_defaults(run=run_returns, audit=Audit("handout returns", the("campaign")))


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the files of a campaign, and whom only a file can reach."""
    async with open_store(settings) as database:
        found = await list_handouts(database, chosen.campaign)
        waiting = await count_waiting(database, chosen.campaign)
    for one in found:
        say(
            Message(
                "handout-line",
                number=one.step,
                form=word(one.form),
                kind=word(one.kind),
                people=one.people,
                state=word(one.state),
                account=one.asked_by,
                purpose=one.purpose,
            )
        )
    for kind, people in waiting.items():
        print("  " + worded(Message("handout-waiting", kind=word(kind), people=people)))
    if not found and not waiting:
        say(Message("handout-none"))
    return 0


async def run_ask(settings: Settings, chosen: argparse.Namespace) -> int:
    """Ask for a file."""
    kind = chosen.kind or FORMS[chosen.form][0]
    asked = HandoutRequest(chosen.campaign, chosen.form, kind, chosen.purpose, chosen.recipient)
    async with open_store(settings) as database:
        people = await open_officers(settings, database, SystemClock())
        made = await prepare_handout(people.approvals, asked, at_machine())
    say_waits(made)
    return await run_show(settings, chosen)


async def run_make(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write an allowed file."""
    from bot.publication.reports.handout_files import HandoutMaker

    clock = SystemClock()
    async with open_store(settings) as database:
        keys = await open_keys(settings, database)
        on = (database, keys.gate, keys.contacts, keys.desk, clock)
        maker = HandoutMaker(*on, settings.public_url, settings.timezone)
        made = await maker.make(chosen.campaign, chosen.number, at_machine())
        await asyncio.to_thread(write_new_file, chosen.out, made.data)
        await finish_closing(settings, database, keys.gate, clock)
    say(Message("handout-written", file=str(chosen.out), people=made.people))
    return 0


async def run_drop(settings: Settings, chosen: argparse.Namespace) -> int:
    """Give a file up."""
    async with open_store(settings) as database:
        await drop_handout(database, chosen.campaign, chosen.number, at_machine())
    return await run_show(settings, chosen)


async def run_returns(settings: Settings, chosen: argparse.Namespace) -> int:
    """Store what came of letters and sent files."""
    data = await asyncio.to_thread(read_file, chosen.file)
    async with open_store(settings) as database:
        keys = (await open_keys(settings, database)).gate
        given = (chosen.campaign, chosen.file.name, data, today(settings))
        counts = await take_returns(database, keys, *given)
    say(Message("handout-returned", **counts))
    return 0
