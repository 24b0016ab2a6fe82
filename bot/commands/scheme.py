"""``minping scheme``: show the shipped scheme, check one, compare two, and try one on a year that is over."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import open_store


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser(
        "scheme", help="show, check and compare appraisal schemes, try one on a past year"
    )
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    show = parts.add_parser(
        "show", help="print the shipped scheme as YAML, to begin one's own with"
    )
    show.set_defaults(run=run_show)
    check = parts.add_parser(
        "check", help="say whether a scheme is sound; every mistake is named with its field"
    )
    check.add_argument("file", type=Path, metavar="FILE")
    check.set_defaults(run=run_check)
    diff = parts.add_parser("diff", help="list the fields in which two schemes differ")
    diff.add_argument("before", type=Path, metavar="A")
    diff.add_argument("after", type=Path, metavar="B")
    diff.set_defaults(run=run_diff)
    simulate = parts.add_parser(
        "simulate", help="what a scheme would have done to a year; nothing is stored"
    )
    simulate.add_argument("file", type=Path, metavar="FILE")
    simulate.add_argument("--year", type=int, required=True, help="the year to try it on")
    simulate.set_defaults(run=run_simulate)
    for part in (check, diff, simulate):
        part.add_argument(
            "--lang", choices=["zh-Hans", "en"], default="zh-Hans", help="default zh-Hans"
        )


async def run_show(_settings: Settings, _chosen: argparse.Namespace) -> int:
    """Print the shipped scheme."""
    from bot.campaigns.scheme_files import shipped_text

    print(await asyncio.to_thread(shipped_text), end="")
    return 0


async def run_check(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Print what the scheme is, in a few figures and with its digest."""
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
    """Print the fields that differ from the year's scheme, who would move, and the counts of grades."""
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
