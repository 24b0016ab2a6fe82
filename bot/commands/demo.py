"""``minping demo``: a synthetic city in an empty database."""

from __future__ import annotations

import argparse
from typing import Any

from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.core.urls import citizen_urls
from bot.service.composition import finish_closing, open_store


def register(commands: Any) -> None:
    """Add the command."""
    text = "fill an empty database with a synthetic city: units, leaders, a year to appraise, 30,000 ballots"
    parser = commands.add_parser("demo", help=text, description=text)
    parser.add_argument(
        "--seed", type=int, default=1, help="another number makes another city; default 1"
    )
    parser.add_argument("--year", type=int, default=2010, help="the year to appraise; default 2010")
    parser.add_argument("--ballots", type=int, default=30_000, help="how many; default 30000")
    parser.set_defaults(run=run)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Fill the database and say what to try next."""
    from bot.crypto.gate_keys import load_gate_keys
    from bot.demo.fill import fill
    from bot.terminal.progress import bar

    keys, clock = load_gate_keys(settings.data / "keys"), SystemClock()
    async with open_store(settings) as database:
        with bar("ballots") as progress:
            done = await fill(
                database,
                keys,
                clock,
                settings.timezone,
                chosen.seed,
                chosen.year,
                chosen.ballots,
                progress,
            )
        await finish_closing(settings, database, keys, clock)
    print(
        f"{done.units} units, {done.leaders} leaders, {done.ballots} ballots of {done.year} in campaign {done.closed}"
    )
    print(
        f"try: minping score {done.closed}; minping appraise {done.year}; minping export --year {done.year} --out out"
    )
    print(f"campaign {done.open} is open; with `minping serve` running, rate at")
    for address in citizen_urls(settings, done.link):
        print(f"  {address}")
    return 0
