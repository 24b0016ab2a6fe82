"""``minping material``: what was handed in for a year, and the close of the year's material."""

from __future__ import annotations

import argparse
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.service.two_persons import open_officers
from bot.storage.database import reading
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.second_person import office_here, say_waits
from bot.terminal.words import say, worded
from survey_flows.errors import Message

SHOWN = 20
"""So many changed rows of a filing are printed."""


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("material", help=Message("help-material"))
    parts = parser.add_subparsers(required=True, metavar="WHAT")
    show = parts.add_parser("show", help=Message("help-material"))
    show.add_argument("year", type=int, metavar="YEAR")
    show.set_defaults(run=run_show, audit=READS_ONLY)
    close = parts.add_parser("close", help=Message("help-material-close"))
    close.add_argument("year", type=int, metavar="YEAR")
    close.add_argument("--typed", default="", metavar="YEAR", help=Message("help-material-typed"))
    close.set_defaults(run=run_close, audit=Audit("material close", the("year")))


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the filings of a year, the newest first, each with old and new values."""
    from bot.records.filings import is_material_closed, read_filings

    async with open_store(settings) as database, reading(database) as connection:
        filings = await read_filings(connection, chosen.year)
        closed = await is_material_closed(connection, chosen.year)
    if not filings:
        say(Message("material-none"))
    for filing in filings:
        said = {"kind": filing.kind, "file": filing.file, "by": filing.by or "–"}
        say(Message("material-filing", number=filing.number, count=len(filing.changes), **said))
        if filing.reason:
            why = Message(
                "material-cleared", by=filing.approved_by or filing.by, reason=filing.reason
            )
            print("  " + worded(why))
        for change in filing.changes[:SHOWN]:
            print(f"  {change.key}: {' → '.join(change.told)}")
    if closed:
        say(Message("material-closed", year=chosen.year))
    return 0


async def run_close(settings: Settings, chosen: argparse.Namespace) -> int:
    """Close the material of a year, or prepare it for a second person."""
    from bot.appraisal.filing_decisions import prepare_close

    office = office_here(settings)
    async with open_store(settings) as database:
        people = await open_officers(settings, database, office.clock)
        made = await prepare_close(people.approvals, chosen.year, chosen.typed, office)
    say_waits(made)
    if made.state == "done":
        say(Message("material-closed", year=chosen.year))
    return 0
