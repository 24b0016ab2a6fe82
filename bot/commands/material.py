"""``minping material``: what was handed in for a year, what is missing, and the year's close."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.service.two_persons import open_officers
from bot.storage.database import reading
from bot.terminal.auditing import READS_ONLY, Audit, AuditByOption, the
from bot.terminal.second_person import office_here, say_waits
from bot.terminal.words import say, say_list, worded
from survey_flows.errors import Message

if TYPE_CHECKING:
    from bot.appraisal.collecting import CloseList
    from bot.appraisal.organ_reports import Report

SHOWN = 20
"""So many changed rows of a filing are printed."""
CLOSE = AuditByOption({"list": Audit("material close list", the("year"))})
"""Without the digest of the list the command only reads."""


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
    close.add_argument("--list", default="", metavar="DIGEST", help=Message("help-notice-list"))
    close.set_defaults(run=run_close, audit=CLOSE)
    none = parts.add_parser("none", help=Message("help-material-none"))
    none.add_argument("year", type=int, metavar="YEAR")
    none.add_argument("kind", metavar="KIND", help=Message("help-material-kind"))
    none.add_argument("--organ", required=True, help=Message("help-material-organ"))
    none.add_argument("--document", required=True, help=Message("help-material-document"))
    none.add_argument("--take-back", action="store_true", help=Message("help-material-take-back"))
    none.set_defaults(run=run_none, audit=Audit("material none", the("kind")))


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the filings of a year, the newest first, each with old and new values."""
    from bot.appraisal.organ_reports import read_reports
    from bot.records.filings import is_material_closed, read_filings

    async with open_store(settings) as database, reading(database) as connection:
        for report in await read_reports(connection, chosen.year):
            _say_report(report)
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
    """Print the list before the close of a year's material; with its digest close it."""
    from bot.appraisal.collecting import CloseOrder, show_close
    from bot.appraisal.filing_decisions import prepare_close

    office = office_here(settings)
    async with open_store(settings) as database:
        if not chosen.list:
            return _say_list(await show_close(database, chosen.year))
        people = await open_officers(settings, database, office.clock)
        order = CloseOrder(chosen.typed, chosen.list)
        made = await prepare_close(people.approvals, chosen.year, order, office)
    say_waits(made)
    if made.state == "done":
        say(Message("material-closed", year=chosen.year))
    return 0


def _say_report(report: Report) -> None:
    from bot.appraisal.organ_reports import KINDS

    print(f"{report.kind}  {worded(KINDS[report.kind])}: {worded(_told(report))}")


def _told(report: Report) -> Message:
    """Return what became of a kind of the material."""
    if report.rows:
        return Message("material-report-handed-in", rows=report.rows)
    if report.organ:
        return Message("material-report-none", organ=report.organ, document=report.document)
    return Message("material-report-missing")


def _say_list(found: CloseList) -> int:
    for report in found.reports:
        _say_report(report)
    how = Message("material-close-how", year=found.year, digest=found.digest)
    return say_list(found.asks, found.stops, how)


async def run_none(settings: Settings, chosen: argparse.Namespace) -> int:
    """Record that an organ has nothing to report of a kind, or take that back."""
    from bot.appraisal.organ_reports import read_reports, say_none

    office = office_here(settings)
    said = (chosen.year, chosen.kind, chosen.organ, chosen.document, office, chosen.take_back)
    async with open_store(settings) as database:
        await say_none(database, *said)
        async with reading(database) as connection:
            for report in await read_reports(connection, chosen.year):
                if report.kind == chosen.kind:
                    _say_report(report)
    return 0
