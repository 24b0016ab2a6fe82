"""``minping scheme``: show the shipped scheme; check, compare and apply others."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.auditing import READS_ONLY
from bot.terminal.parsing import add_language
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("scheme", help=Message("help-scheme"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    show = parts.add_parser("show", help=Message("help-scheme-show"))
    show.set_defaults(run=run_show, audit=READS_ONLY)
    check = parts.add_parser("check", help=Message("help-scheme-check"))
    check.add_argument("file", type=Path, metavar="FILE")
    check.set_defaults(run=run_check, audit=READS_ONLY)
    diff = parts.add_parser("diff", help=Message("help-scheme-diff"))
    diff.add_argument("before", type=Path, metavar="A")
    diff.add_argument("after", type=Path, metavar="B")
    diff.set_defaults(run=run_diff, audit=READS_ONLY)
    simulate = parts.add_parser("simulate", help=Message("help-scheme-simulate"))
    simulate.add_argument("file", type=Path, metavar="FILE")
    simulate.add_argument(
        "--year", type=int, required=True, help=Message("help-scheme-simulate-year")
    )
    simulate.set_defaults(run=run_simulate, audit=READS_ONLY)
    for part in (check, diff, simulate):
        add_language(part)


async def run_show(_settings: Settings, _chosen: argparse.Namespace) -> int:
    """Print the scheme that new campaigns are offered."""
    from bot.campaigns.scheme_files import offered_text

    print(await asyncio.to_thread(offered_text), end="")
    return 0


async def run_check(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the scheme's main figures and its digest."""
    from bot.campaigns.scheme_files import load_scheme_file
    from bot.terminal.listings import print_scheme

    print_scheme(await asyncio.to_thread(load_scheme_file, chosen.file), chosen.lang)
    return 0


async def run_diff(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each field that differs."""
    from aggregation.scheme.diff import scheme_differences
    from bot.campaigns.scheme_files import load_scheme_file
    from bot.terminal.listings import print_differences

    before, after = [
        await asyncio.to_thread(load_scheme_file, file) for file in (chosen.before, chosen.after)
    ]
    print_differences(scheme_differences(before, after), chosen.lang)
    return 0


async def run_simulate(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the fields that differ from the year's scheme, counts of grades, and moved units."""
    from aggregation.scheme.diff import scheme_differences
    from bot.appraisal.sensitivity import simulate
    from bot.appraisal.year import open_year
    from bot.campaigns.scheme_files import load_scheme_file
    from bot.terminal.listings import print_differences, print_simulation

    scheme = await asyncio.to_thread(load_scheme_file, chosen.file)
    async with open_store(settings) as database:
        year = await open_year(database, chosen.year)
    outcome = await asyncio.to_thread(simulate, year, scheme)
    print_differences(scheme_differences(year.inputs.scheme, scheme), chosen.lang)
    print_simulation(year.result, outcome, chosen.lang)
    return 0
