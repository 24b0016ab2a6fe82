"""``minping import``: bring in what offices hand in, and ballots collected elsewhere."""

from __future__ import annotations

import argparse
import asyncio
from functools import partial
from pathlib import Path
from typing import Any

from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import open_store
from survey_flows.errors import BadInput


def register(commands: Any) -> None:
    """Add the command and its parts."""
    from bot.appraisal.import_tables import TABLES

    parser = commands.add_parser(
        "import", help="bring in units, leaders, indicators … and ballots; all or nothing"
    )
    parts = parser.add_subparsers(required=True, metavar="WHAT")
    for kind, table in TABLES.items():
        columns = ", ".join(f"[{f.name}]" if f.optional else f.name for f in table.fields)
        text = f"{table.help}; columns (CSV or XLSX): {columns}"
        part = parts.add_parser(kind, help=table.help, description=text)
        part.add_argument("file", type=Path, metavar="FILE")
        if table.dated:
            part.add_argument("--year", type=int, required=True, help="the year that is appraised")
        part.add_argument(
            "--scheme",
            type=Path,
            help="the scheme it must fit; default: that of the year's campaign",
        )
        part.add_argument("--dry-run", action="store_true", help="check all and store nothing")
        part.set_defaults(run=run_table, kind=kind, year=0)
    ballots = parts.add_parser("ballots", help="ratings collected elsewhere (CSV, XLSX, Parquet)")
    ballots.add_argument("file", type=Path, metavar="FILE")
    ballots.add_argument(
        "--map", type=Path, required=True, metavar="MAPPING", help="YAML: what the columns mean"
    )
    ballots.add_argument(
        "--campaign", default="", help="an existing campaign; default: the one the mapping makes"
    )
    ballots.set_defaults(run=run_ballots)


async def run_table(settings: Settings, chosen: argparse.Namespace) -> int:
    """Store one table."""
    from bot.appraisal.import_tables import import_table
    from bot.campaigns.scheme_files import load_scheme_file

    data = await asyncio.to_thread(read_file, chosen.file)
    scheme = await asyncio.to_thread(load_scheme_file, chosen.scheme) if chosen.scheme else None
    async with open_store(settings) as database:
        outcome = await import_table(
            database, chosen.kind, chosen.file.name, data, chosen.year, chosen.dry_run, scheme
        )
    done = "would be stored; nothing was" if chosen.dry_run else "stored"
    print(f"{chosen.kind}: {outcome.rows} rows {done}")
    for note in outcome.notes:
        print(f"  {note}")
    return 0


async def run_ballots(settings: Settings, chosen: argparse.Namespace) -> int:
    """Store ballots."""
    from bot.ballots.imported.importer import import_ballots
    from bot.ballots.mixer import destroy_closed_secrets
    from bot.crypto.gate_keys import load_gate_keys
    from bot.terminal.progress import bar

    keys = load_gate_keys(settings.data / "keys")
    with bar("ballots") as progress:
        work = partial(
            import_ballots, keys=keys, clock=SystemClock(), file=chosen.file, mapping=chosen.map
        )
        async with open_store(settings) as database:
            done = await work(database, campaign=chosen.campaign, progress=progress)
            # An imported campaign is closed at once: the key of its pseudonyms goes.
            await destroy_closed_secrets(database, keys.voters)
    print(f"{done.campaign}: {done.rows} rows, {done.ballots} ballots stored")
    print(
        f"  {done.duplicates} rows gave way to a later one, {done.replaced} stored ballots were replaced"
    )
    print(f"  {done.unanswered} ballots without a rating count as don't-know")
    return 0


def read_file(path: Path) -> bytes:
    """A file's bytes.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"the file cannot be read ({error.strerror}); check its name", str(path)
        ) from error
