"""``minping import``: tables of a year from offices, and ballots collected elsewhere."""

from __future__ import annotations

import argparse
import asyncio
from functools import partial
from pathlib import Path
from typing import Any

from bot.accounts.profiles import SOLO
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.service.two_persons import open_officers, read_profile
from bot.terminal.auditing import Audit, file_name, the, the_or_file
from bot.terminal.files import read_file
from bot.terminal.second_person import office_here
from bot.terminal.words import say, worded
from survey_flows.errors import BadInput, Message


def register(commands: Any) -> None:
    """Add the command and its parts."""
    from bot.appraisal.table_kinds import TABLES

    parser = commands.add_parser("import", help=Message("help-import"))
    parts = parser.add_subparsers(required=True, metavar="WHAT")
    for kind, table in TABLES.items():
        columns = ", ".join(f"[{f.name}]" if f.optional else f.name for f in table.fields)
        text = Message("help-import-table-columns", help=table.help, columns=columns)
        part = parts.add_parser(kind, help=table.help, description=text)
        part.add_argument("file", type=Path, metavar="FILE")
        if table.dated:
            part.add_argument(
                "--year", type=int, required=True, help=Message("help-import-table-year")
            )
        part.add_argument(
            "--scheme",
            type=Path,
            help=Message("help-import-table-scheme"),
        )
        part.add_argument(
            "--dry-run", action="store_true", help=Message("help-import-table-dry-run")
        )
        part.add_argument("--reason", default="", help=Message("help-import-table-reason"))
        audit = Audit(f"import {kind}", the("year") if table.dated else file_name)
        part.set_defaults(run=run_table, audit=audit, kind=kind, year=0)
    ballots = parts.add_parser("ballots", help=Message("help-import-ballots"))
    ballots.add_argument("file", type=Path, metavar="FILE")
    ballots.add_argument(
        "--map",
        type=Path,
        required=True,
        metavar="MAPPING",
        help=Message("help-import-ballots-map"),
    )
    ballots.add_argument("--campaign", default="", help=Message("help-import-ballots-campaign"))
    ballots.set_defaults(run=run_ballots, audit=Audit("import ballots", the_or_file("campaign")))


async def run_table(settings: Settings, chosen: argparse.Namespace) -> int:
    """Store one table."""
    from bot.appraisal.import_tables import Clearance, import_table
    from bot.appraisal.table_kinds import DECISIONS
    from bot.campaigns.scheme_files import load_scheme_file

    data = await asyncio.to_thread(read_file, chosen.file)
    scheme = await asyncio.to_thread(load_scheme_file, chosen.scheme) if chosen.scheme else None
    office = office_here(settings)
    async with open_store(settings) as database:
        if chosen.kind == DECISIONS and await read_profile(settings, database) != SOLO:
            raise BadInput(Message("appraisal-decide-at-console"))
        given = (chosen.kind, chosen.file.name, data, chosen.year, chosen.dry_run, scheme)
        people = await open_officers(settings, database, SystemClock())
        clearance = Clearance(people.approvals, chosen.reason)
        outcome = await import_table(database, *given, office, clearance)
    table = Message("import-checked", kind=chosen.kind, rows=outcome.rows)
    if not chosen.dry_run:
        table = Message("import-stored", kind=chosen.kind, rows=outcome.rows)
    say(table)
    for note in outcome.notes:
        print("  " + worded(note))
    return 0


async def run_ballots(settings: Settings, chosen: argparse.Namespace) -> int:
    """Store ballots."""
    from bot.ballots.imported.importer import import_ballots
    from bot.ballots.mixer import destroy_closed_secrets
    from bot.service.installation_keys import open_keys
    from bot.terminal.progress import bar, without_collecting

    words = (worded(Message("bar-rows-read")), worded(Message("bar-ballots")))
    with without_collecting(), bar(words[0]) as reading, bar(words[1]) as progress:
        async with open_store(settings) as database:
            keys = (await open_keys(settings, database)).gate
            work = partial(
                import_ballots, keys=keys, clock=SystemClock(), file=chosen.file, mapping=chosen.map
            )
            done = await work(
                database, campaign=chosen.campaign, progress=progress, reading=reading
            )
            # An imported campaign is closed at once, so the key of its pseudonyms is destroyed.
            await destroy_closed_secrets(database, keys.voters)
    say(Message("ballots-stored", campaign=done.campaign, rows=done.rows, ballots=done.ballots))
    replaced = Message("ballots-replaced", rows=done.duplicates, ballots=done.replaced)
    print("  " + worded(replaced))
    print("  " + worded(Message("ballots-unanswered", ballots=done.unanswered)))
    for note in done.notes:
        print("  " + worded(note))
    return 0
